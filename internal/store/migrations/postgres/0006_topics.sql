-- +goose Up
CREATE TABLE topic (
    id          BIGINT PRIMARY KEY,
    realm       BIGINT NOT NULL REFERENCES realm (id),
    private_of  BIGINT NOT NULL, -- the user whose private topic it is, and whose username is a part of its name; 0: nobody's
    path        TEXT COLLATE "C" NOT NULL, -- the name; of a private topic only what follows the username
    description TEXT COLLATE "C" NOT NULL,
    settings    TEXT COLLATE "C" NOT NULL, -- JSON
    created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX topic_path ON topic (realm, private_of, path);

-- Who may do what in a topic: users and groups by id, so that a newcomer of an old name inherits nothing.
CREATE TABLE topic_right (
    topic    BIGINT NOT NULL REFERENCES topic (id),
    level    TEXT COLLATE "C" NOT NULL, -- ro, rw, admin
    user_id  BIGINT NOT NULL, -- 0: it is a group's
    group_id BIGINT NOT NULL, -- 0: it is a user's
    position BIGINT NOT NULL, -- in order of adding
    PRIMARY KEY (topic, level, user_id, group_id)
);
CREATE INDEX topic_right_user ON topic_right (user_id, topic);
CREATE INDEX topic_right_group ON topic_right (group_id, topic);

CREATE TABLE group_manager (
    group_id   BIGINT NOT NULL REFERENCES "group" (id),
    manager    BIGINT NOT NULL REFERENCES "user" (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, manager)
);
CREATE INDEX group_manager_of ON group_manager (manager, group_id);

-- What a user keeps for himself, each list in order of adding.
CREATE TABLE contact (
    user_id  BIGINT NOT NULL REFERENCES "user" (id),
    contact  BIGINT NOT NULL REFERENCES "user" (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (user_id, contact)
);
CREATE TABLE kept_topic (
    user_id  BIGINT NOT NULL REFERENCES "user" (id),
    list     TEXT COLLATE "C" NOT NULL, -- favourite, muted
    topic    BIGINT NOT NULL REFERENCES topic (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (user_id, list, topic)
);
CREATE INDEX kept_topic_of ON kept_topic (topic);
CREATE TABLE favourite_tag (
    user_id  BIGINT NOT NULL REFERENCES "user" (id),
    tag      TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (user_id, tag)
);

-- Who was last seen where, of all nodes. A node writes what it has learnt in batches; a node alone keeps it in memory.
CREATE TABLE presence (
    realm      BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    place_kind TEXT COLLATE "C" NOT NULL, -- topic, …
    place      BIGINT NOT NULL,
    status     TEXT COLLATE "C" NOT NULL, -- empty: taken away
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    node       BIGINT NOT NULL, -- that wrote the row
    revision   BIGINT NOT NULL, -- in the order in which the node wrote
    PRIMARY KEY (realm, user_id, place_kind, place)
);
CREATE INDEX presence_node ON presence (node, revision);
CREATE INDEX presence_expires ON presence (expires_at);

-- What private topics are below of. It is there from the start and belongs to nobody.
INSERT INTO topic (id, realm, private_of, path, description, settings, created_at) VALUES
    (1, 1, 0, '/Private', 'Private Topics', '{"maxLength":1000,"maxReplies":30,"updateOwn":true,"deleteOwn":true,"computeTags":true,"computeLabels":true}', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);

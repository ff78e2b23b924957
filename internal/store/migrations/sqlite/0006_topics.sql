-- +goose Up
CREATE TABLE topic (
    id          INTEGER PRIMARY KEY,
    realm       INTEGER NOT NULL REFERENCES realm (id),
    private_of  INTEGER NOT NULL, -- the user whose private topic it is, and whose username is a part of its name; 0: nobody's
    path        TEXT NOT NULL, -- the name; of a private topic only what follows the username
    description TEXT NOT NULL,
    settings    TEXT NOT NULL, -- JSON
    created_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX topic_path ON topic (realm, private_of, path);

-- Who may do what in a topic: users and groups by id, so that a newcomer of an old name inherits nothing.
CREATE TABLE topic_right (
    topic    INTEGER NOT NULL REFERENCES topic (id),
    level    TEXT NOT NULL, -- ro, rw, admin
    user_id  INTEGER NOT NULL, -- 0: it is a group's
    group_id INTEGER NOT NULL, -- 0: it is a user's
    position INTEGER NOT NULL, -- in order of adding
    PRIMARY KEY (topic, level, user_id, group_id)
) WITHOUT ROWID;
CREATE INDEX topic_right_user ON topic_right (user_id, topic);
CREATE INDEX topic_right_group ON topic_right (group_id, topic);

CREATE TABLE group_manager (
    group_id   INTEGER NOT NULL REFERENCES "group" (id),
    manager    INTEGER NOT NULL REFERENCES "user" (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, manager)
) WITHOUT ROWID;
CREATE INDEX group_manager_of ON group_manager (manager, group_id);

-- What a user keeps for himself, each list in order of adding.
CREATE TABLE contact (
    user_id  INTEGER NOT NULL REFERENCES "user" (id),
    contact  INTEGER NOT NULL REFERENCES "user" (id),
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, contact)
) WITHOUT ROWID;
CREATE TABLE kept_topic (
    user_id  INTEGER NOT NULL REFERENCES "user" (id),
    list     TEXT NOT NULL, -- favourite, muted
    topic    INTEGER NOT NULL REFERENCES topic (id),
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, list, topic)
) WITHOUT ROWID;
CREATE INDEX kept_topic_of ON kept_topic (topic);
CREATE TABLE favourite_tag (
    user_id  INTEGER NOT NULL REFERENCES "user" (id),
    tag      TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, tag)
) WITHOUT ROWID;

-- Who was last seen where, of all nodes. A node writes what it has learnt in batches; a node alone keeps it in memory.
CREATE TABLE presence (
    realm      INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    place_kind TEXT NOT NULL, -- topic, …
    place      INTEGER NOT NULL,
    status     TEXT NOT NULL, -- empty: taken away
    at         INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    node       INTEGER NOT NULL, -- that wrote the row
    revision   INTEGER NOT NULL, -- in the order in which the node wrote
    PRIMARY KEY (realm, user_id, place_kind, place)
) WITHOUT ROWID;
CREATE INDEX presence_node ON presence (node, revision);
CREATE INDEX presence_expires ON presence (expires_at);

-- What private topics are below of. It is there from the start and belongs to nobody.
INSERT INTO topic (id, realm, private_of, path, description, settings, created_at) VALUES
    (1, 1, 0, '/Private', 'Private Topics', '{"maxLength":1000,"maxReplies":30,"updateOwn":true,"deleteOwn":true,"computeTags":true,"computeLabels":true}', CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER));

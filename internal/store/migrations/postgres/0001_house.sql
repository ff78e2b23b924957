-- +goose Up
CREATE TABLE realm (
    id         BIGINT PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX realm_name ON realm (name);

CREATE TABLE "user" (
    id                 BIGINT PRIMARY KEY,
    realm              BIGINT NOT NULL REFERENCES realm (id),
    username           TEXT COLLATE "C" NOT NULL,
    username_key       TEXT COLLATE "C" NOT NULL, -- empty while the username is a made one: searches do not see it
    username_given     BIGINT NOT NULL,
    email              TEXT COLLATE "C" NOT NULL,
    email_key          TEXT COLLATE "C" NOT NULL,
    name               TEXT COLLATE "C" NOT NULL,
    name_key           TEXT COLLATE "C" NOT NULL,
    handle             TEXT COLLATE "C" NOT NULL,
    handle_key         TEXT COLLATE "C" NOT NULL,
    kind               TEXT COLLATE "C" NOT NULL,
    organisation       BIGINT NOT NULL,
    owner              BIGINT NOT NULL,
    avatar             TEXT COLLATE "C" NOT NULL,
    email_confirmed_at BIGINT NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    changed_at         BIGINT NOT NULL,
    suspended_at       BIGINT NOT NULL,
    deleted_at         BIGINT NOT NULL,
    version            BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_handle ON "user" (realm, handle_key) WHERE deleted_at = 0 AND handle_key <> '';
CREATE INDEX user_username ON "user" (realm, username_key, id);
CREATE INDEX user_handle_search ON "user" (realm, handle_key, id);
CREATE INDEX user_email ON "user" (realm, email_key, id);
CREATE INDEX user_name ON "user" (realm, name_key, id);
CREATE INDEX user_realm ON "user" (realm, deleted_at, suspended_at, id);

-- Usernames and e-mails of users that are not deleted: one space of keys.
CREATE TABLE signin_name (
    realm   BIGINT NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (realm, key)
);
CREATE INDEX signin_name_user ON signin_name (user_id);

CREATE TABLE credential (
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    kind       TEXT COLLATE "C" NOT NULL, -- password
    secret     TEXT COLLATE "C" NOT NULL, -- PHC text
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind)
);

-- What a mailed link carries: one purpose, one use, a digest at rest.
CREATE TABLE mail_token (
    id         BIGINT PRIMARY KEY,
    realm      BIGINT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    purpose    TEXT COLLATE "C" NOT NULL,
    email_key  TEXT COLLATE "C" NOT NULL, -- the e-mail it was mailed to: another one voids it
    digest     TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE INDEX mail_token_user ON mail_token (user_id, purpose);

CREATE TABLE session (
    id         BIGINT PRIMARY KEY,
    realm      BIGINT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    behind     BIGINT NOT NULL,
    wire       TEXT COLLATE "C" NOT NULL,
    agent      TEXT COLLATE "C" NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id, ended_at, id);

CREATE TABLE "group" (
    id           BIGINT PRIMARY KEY,
    realm        BIGINT NOT NULL REFERENCES realm (id),
    name         TEXT COLLATE "C" NOT NULL,
    name_key     TEXT COLLATE "C" NOT NULL,
    handle       TEXT COLLATE "C" NOT NULL,
    handle_key   TEXT COLLATE "C" NOT NULL,
    description  TEXT COLLATE "C" NOT NULL,
    organisation BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    archived_at  BIGINT NOT NULL,
    deleted_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE UNIQUE INDEX group_name ON "group" (realm, name_key) WHERE deleted_at = 0;
CREATE UNIQUE INDEX group_handle ON "group" (realm, handle_key) WHERE deleted_at = 0 AND handle_key <> '';
CREATE INDEX group_realm ON "group" (realm, id);

CREATE TABLE member (
    group_id   BIGINT NOT NULL REFERENCES "group" (id),
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX member_user ON member (user_id, group_id);

CREATE TABLE rule (
    group_id    BIGINT NOT NULL REFERENCES "group" (id),
    noun        TEXT COLLATE "C" NOT NULL,
    resource_id BIGINT NOT NULL, -- 0: all of the noun
    operation   TEXT COLLATE "C" NOT NULL,
    access      BIGINT NOT NULL, -- 1 allow, 2 deny
    position    BIGINT NOT NULL, -- rules are shown in the order in which they were made
    PRIMARY KEY (group_id, noun, resource_id, operation)
);
CREATE INDEX rule_resource ON rule (noun, operation, resource_id, group_id, access);

CREATE TABLE setting (
    realm      BIGINT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    user_id    BIGINT NOT NULL, -- 0: holds for the house
    value      TEXT COLLATE "C" NOT NULL, -- JSON
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (realm, user_id, name)
);

-- The audit trail. A node's rows become visible in the order of their ids, because a node has one writer: whoever has
-- read a node's rows up to an id has missed none.
CREATE TABLE event (
    id         BIGINT PRIMARY KEY,
    node       BIGINT NOT NULL,
    realm      BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    behind     BIGINT NOT NULL,
    session    BIGINT NOT NULL,
    wire       TEXT COLLATE "C" NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    agent      TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL,
    noun       TEXT COLLATE "C" NOT NULL,
    subject    BIGINT NOT NULL,
    related    BIGINT NOT NULL, -- the second object, where there is one: the member of a group
    changes    TEXT COLLATE "C" NOT NULL, -- JSON
    kind       TEXT COLLATE "C" NOT NULL, -- of the refusal; empty for a change
    code       TEXT COLLATE "C" NOT NULL,
    field      TEXT COLLATE "C" NOT NULL,
    count      BIGINT NOT NULL
);
CREATE INDEX event_node ON event (node, id);
CREATE INDEX event_actor ON event (realm, actor, id);
CREATE INDEX event_action ON event (realm, action, id);

-- What has to leave the house because of an event.
CREATE TABLE delivery (
    id           BIGINT PRIMARY KEY,
    event        BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL, -- mail
    payload      TEXT COLLATE "C" NOT NULL, -- JSON; secrets in it are sealed; blanked when done
    due_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    done_at      BIGINT NOT NULL,
    failure      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX delivery_due ON delivery (due_at, id) WHERE done_at = 0;

-- One row for each number that a node has ever had. The number is part of the ids that the node makes.
CREATE TABLE node (
    number       BIGINT PRIMARY KEY,
    holder       TEXT COLLATE "C" NOT NULL,
    leased_until BIGINT NOT NULL
);

-- Facts about the database as a whole: the fingerprint of its keys, whether there was a first account.
CREATE TABLE fact (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

INSERT INTO realm (id, name, created_at) VALUES (1, 'main', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);

INSERT INTO "group" (id, realm, name, name_key, handle, handle_key, description, organisation, created_at, updated_at, changed_at, archived_at, deleted_at, version) VALUES
    (1, 1, 'Everyone', 'everyone', 'everyone', 'everyone', '', 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 0, 1),
    (2, 1, 'Administrators', 'administrators', 'admins', 'admins', '', 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 0, 1);

INSERT INTO rule (group_id, noun, resource_id, operation, access, position) VALUES
    (1, 'user', 0, 'read', 1, 1),
    (1, 'application', 0, 'read', 1, 2),
    (1, 'group', 0, 'read', 1, 3),
    (2, 'application', 0, 'delete', 1, 4),
    (2, 'application', 0, 'read', 1, 5),
    (2, 'application', 0, 'update', 1, 6),
    (2, 'user', 0, 'delete', 1, 7),
    (2, 'user', 0, 'read', 1, 8),
    (2, 'user', 0, 'suspend', 1, 9),
    (2, 'user', 0, 'unmask.email', 1, 10),
    (2, 'user', 0, 'unmask.name', 1, 11),
    (2, 'user', 0, 'unsuspend', 1, 12),
    (2, 'user', 0, 'update', 1, 13),
    (2, 'group', 0, 'delete', 1, 14),
    (2, 'group', 0, 'members.manage', 1, 15),
    (2, 'group', 0, 'read', 1, 16),
    (2, 'group', 0, 'update', 1, 17),
    (2, 'realm', 0, 'access', 1, 18),
    (2, 'realm', 0, 'application.create', 1, 19),
    (2, 'realm', 0, 'grant', 1, 20),
    (2, 'realm', 0, 'organisation.create', 1, 21),
    (2, 'realm', 0, 'reminder.assign', 1, 22),
    (2, 'realm', 0, 'group.create', 1, 23),
    (2, 'realm', 0, 'settings.manage', 1, 24),
    (2, 'realm', 0, 'settings.read', 1, 25),
    (2, 'realm', 0, 'user.create', 1, 26);


-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is final';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER event_is_final BEFORE UPDATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

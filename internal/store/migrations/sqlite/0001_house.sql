-- +goose Up
CREATE TABLE realm (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX realm_name ON realm (name);

CREATE TABLE "user" (
    id                 INTEGER PRIMARY KEY,
    realm              INTEGER NOT NULL REFERENCES realm (id),
    username           TEXT NOT NULL,
    username_key       TEXT NOT NULL, -- empty while the username is a made one: searches do not see it
    username_given     INTEGER NOT NULL,
    email              TEXT NOT NULL,
    email_key          TEXT NOT NULL,
    name               TEXT NOT NULL,
    name_key           TEXT NOT NULL,
    handle             TEXT NOT NULL,
    handle_key         TEXT NOT NULL,
    kind               TEXT NOT NULL,
    organisation       INTEGER NOT NULL,
    owner              INTEGER NOT NULL,
    avatar             TEXT NOT NULL,
    email_confirmed_at INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    changed_at         INTEGER NOT NULL,
    suspended_at       INTEGER NOT NULL,
    deleted_at         INTEGER NOT NULL,
    version            INTEGER NOT NULL
);
CREATE UNIQUE INDEX user_handle ON "user" (realm, handle_key) WHERE deleted_at = 0 AND handle_key <> '';
CREATE INDEX user_username ON "user" (realm, username_key, id);
CREATE INDEX user_handle_search ON "user" (realm, handle_key, id);
CREATE INDEX user_email ON "user" (realm, email_key, id);
CREATE INDEX user_name ON "user" (realm, name_key, id);
CREATE INDEX user_realm ON "user" (realm, deleted_at, suspended_at, id);

-- Usernames and e-mails of users that are not deleted: one space of keys.
CREATE TABLE signin_name (
    realm   INTEGER NOT NULL,
    key     TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (realm, key)
) WITHOUT ROWID;
CREATE INDEX signin_name_user ON signin_name (user_id);

CREATE TABLE credential (
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    kind       TEXT NOT NULL, -- password
    secret     TEXT NOT NULL, -- PHC text
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;

-- What a mailed link carries: one purpose, one use, a digest at rest.
CREATE TABLE mail_token (
    id         INTEGER PRIMARY KEY,
    realm      INTEGER NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    purpose    TEXT NOT NULL,
    email_key  TEXT NOT NULL, -- the e-mail it was mailed to: another one voids it
    digest     TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
);
CREATE INDEX mail_token_user ON mail_token (user_id, purpose);

CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    realm      INTEGER NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    behind     INTEGER NOT NULL,
    wire       TEXT NOT NULL,
    agent      TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL
);
CREATE INDEX session_of_user ON session (user_id, ended_at, id);

CREATE TABLE "group" (
    id           INTEGER PRIMARY KEY,
    realm        INTEGER NOT NULL REFERENCES realm (id),
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL,
    handle       TEXT NOT NULL,
    handle_key   TEXT NOT NULL,
    description  TEXT NOT NULL,
    organisation INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    archived_at  INTEGER NOT NULL,
    deleted_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
);
CREATE UNIQUE INDEX group_name ON "group" (realm, name_key) WHERE deleted_at = 0;
CREATE UNIQUE INDEX group_handle ON "group" (realm, handle_key) WHERE deleted_at = 0 AND handle_key <> '';
CREATE INDEX group_realm ON "group" (realm, id);

CREATE TABLE member (
    group_id   INTEGER NOT NULL REFERENCES "group" (id),
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX member_user ON member (user_id, group_id);

CREATE TABLE rule (
    group_id    INTEGER NOT NULL REFERENCES "group" (id),
    noun        TEXT NOT NULL,
    resource_id INTEGER NOT NULL, -- 0: all of the noun
    operation   TEXT NOT NULL,
    access      INTEGER NOT NULL, -- 1 allow, 2 deny
    position    INTEGER NOT NULL, -- rules are shown in the order in which they were made
    PRIMARY KEY (group_id, noun, resource_id, operation)
) WITHOUT ROWID;
CREATE INDEX rule_resource ON rule (noun, operation, resource_id, group_id, access);

CREATE TABLE setting (
    realm      INTEGER NOT NULL,
    name       TEXT NOT NULL,
    user_id    INTEGER NOT NULL, -- 0: holds for the house
    value      TEXT NOT NULL, -- JSON
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (realm, user_id, name)
) WITHOUT ROWID;

-- The audit trail. A node's rows become visible in the order of their ids, because a node has one writer: whoever has
-- read a node's rows up to an id has missed none.
CREATE TABLE event (
    id         INTEGER PRIMARY KEY,
    node       INTEGER NOT NULL,
    realm      INTEGER NOT NULL,
    actor      INTEGER NOT NULL,
    behind     INTEGER NOT NULL,
    session    INTEGER NOT NULL,
    wire       TEXT NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action     TEXT NOT NULL,
    noun       TEXT NOT NULL,
    subject    INTEGER NOT NULL,
    related    INTEGER NOT NULL, -- the second object, where there is one: the member of a group
    changes    TEXT NOT NULL, -- JSON
    kind       TEXT NOT NULL, -- of the refusal; empty for a change
    code       TEXT NOT NULL,
    field      TEXT NOT NULL,
    count      INTEGER NOT NULL
);
CREATE INDEX event_node ON event (node, id);
CREATE INDEX event_actor ON event (realm, actor, id);
CREATE INDEX event_action ON event (realm, action, id);

-- What has to leave the house because of an event.
CREATE TABLE delivery (
    id           INTEGER PRIMARY KEY,
    event        INTEGER NOT NULL,
    kind         TEXT NOT NULL, -- mail
    payload      TEXT NOT NULL, -- JSON; secrets in it are sealed; blanked when done
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    done_at      INTEGER NOT NULL,
    failure      TEXT NOT NULL
);
CREATE INDEX delivery_due ON delivery (due_at, id) WHERE done_at = 0;

-- One row for each number that a node has ever had. The number is part of the ids that the node makes.
CREATE TABLE node (
    number       INTEGER PRIMARY KEY,
    holder       TEXT NOT NULL,
    leased_until INTEGER NOT NULL
);

-- Facts about the database as a whole: the fingerprint of its keys, whether there was a first account.
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO realm (id, name, created_at) VALUES (1, 'main', CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER));

INSERT INTO "group" (id, realm, name, name_key, handle, handle_key, description, organisation, created_at, updated_at, changed_at, archived_at, deleted_at, version) VALUES
    (1, 1, 'Everyone', 'everyone', 'everyone', 'everyone', '', 0, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 0, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 0, 0, 1),
    (2, 1, 'Administrators', 'administrators', 'admins', 'admins', '', 0, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 0, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 0, 0, 1);

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
CREATE TRIGGER event_is_final BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is final');
END;
-- +goose StatementEnd

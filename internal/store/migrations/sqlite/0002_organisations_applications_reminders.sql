-- +goose Up
CREATE TABLE organisation (
    id          INTEGER PRIMARY KEY,
    realm       INTEGER NOT NULL REFERENCES realm (id),
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    archived_at INTEGER NOT NULL,
    deleted_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL
);
CREATE INDEX organisation_name ON organisation (realm, name_key, id);

CREATE TABLE application (
    id         INTEGER PRIMARY KEY,
    realm      INTEGER NOT NULL REFERENCES realm (id),
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    owner      INTEGER NOT NULL,
    enabled    INTEGER NOT NULL,
    launcher   TEXT NOT NULL, -- JSON of how it is shown among other applications; empty: not at all
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
);
CREATE INDEX application_realm ON application (realm, deleted_at, id);

CREATE TABLE reminder (
    id           INTEGER PRIMARY KEY,
    realm        INTEGER NOT NULL REFERENCES realm (id),
    resource     TEXT NOT NULL, -- what it is about, by convention service:type:id
    resource_key TEXT NOT NULL,
    payload      TEXT NOT NULL, -- JSON
    snoozes      INTEGER NOT NULL,
    assigned_to  INTEGER NOT NULL,
    assigned_by  INTEGER NOT NULL,
    assigned_at  INTEGER NOT NULL,
    dismissed_by INTEGER NOT NULL,
    dismissed_at INTEGER NOT NULL,
    remind_at    INTEGER NOT NULL,
    fires_at     INTEGER NOT NULL, -- remind_at until it has fired, 0 then
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    deleted_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
);
CREATE INDEX reminder_of ON reminder (realm, assigned_to, deleted_at, remind_at, id);
CREATE INDEX reminder_due ON reminder (fires_at, id) WHERE fires_at > 0;
CREATE INDEX reminder_by ON reminder (realm, assigned_by, deleted_at, remind_at, id);

-- The one launcher entry that there is from the start: the administration of the house.
INSERT INTO application (id, realm, name, name_key, owner, enabled, launcher, created_at, updated_at, deleted_at, version) VALUES
    (1, 1, 'Administration', 'administration', 0, 1, '{"name":"Administration","listed":true,"url":"/admin/"}', CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 0, 0, 1);

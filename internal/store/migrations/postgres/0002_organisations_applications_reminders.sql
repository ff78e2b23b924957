-- +goose Up
CREATE TABLE organisation (
    id          BIGINT PRIMARY KEY,
    realm       BIGINT NOT NULL REFERENCES realm (id),
    name        TEXT COLLATE "C" NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT NOT NULL,
    deleted_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX organisation_name ON organisation (realm, name_key, id);

CREATE TABLE application (
    id         BIGINT PRIMARY KEY,
    realm      BIGINT NOT NULL REFERENCES realm (id),
    name       TEXT COLLATE "C" NOT NULL,
    name_key   TEXT COLLATE "C" NOT NULL,
    owner      BIGINT NOT NULL,
    enabled    BIGINT NOT NULL,
    launcher   TEXT COLLATE "C" NOT NULL, -- JSON of how it is shown among other applications; empty: not at all
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX application_realm ON application (realm, deleted_at, id);

CREATE TABLE reminder (
    id           BIGINT PRIMARY KEY,
    realm        BIGINT NOT NULL REFERENCES realm (id),
    resource     TEXT COLLATE "C" NOT NULL, -- what it is about, by convention service:type:id
    resource_key TEXT COLLATE "C" NOT NULL,
    payload      TEXT COLLATE "C" NOT NULL, -- JSON
    snoozes      BIGINT NOT NULL,
    assigned_to  BIGINT NOT NULL,
    assigned_by  BIGINT NOT NULL,
    assigned_at  BIGINT NOT NULL,
    dismissed_by BIGINT NOT NULL,
    dismissed_at BIGINT NOT NULL,
    remind_at    BIGINT NOT NULL,
    fires_at     BIGINT NOT NULL, -- remind_at until it has fired, 0 then
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX reminder_of ON reminder (realm, assigned_to, deleted_at, remind_at, id);
CREATE INDEX reminder_due ON reminder (fires_at, id) WHERE fires_at > 0;
CREATE INDEX reminder_by ON reminder (realm, assigned_by, deleted_at, remind_at, id);

-- The one launcher entry that there is from the start: the administration of the house.
INSERT INTO application (id, realm, name, name_key, owner, enabled, launcher, created_at, updated_at, deleted_at, version) VALUES
    (1, 1, 'Administration', 'administration', 0, 1, '{"name":"Administration","listed":true,"url":"/admin/"}', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 0, 1);

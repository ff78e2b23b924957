-- +goose Up
CREATE TABLE attachment (
    id           BIGINT PRIMARY KEY,
    realm        BIGINT NOT NULL REFERENCES realm (id),
    owner        BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    labels       TEXT COLLATE "C" NOT NULL, -- JSON: what it is for
    original     TEXT COLLATE "C" NOT NULL, -- JSON of the file
    preview      TEXT COLLATE "C" NOT NULL, -- JSON of its preview; empty: there is none
    preview_blob BIGINT NOT NULL, -- 0: there is none; the blob of the original is called after the row
    bytes        BIGINT NOT NULL, -- of both
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX attachment_owner ON attachment (realm, owner, bytes);
CREATE INDEX attachment_deleted ON attachment (deleted_at, id);
CREATE INDEX attachment_preview ON attachment (preview_blob);

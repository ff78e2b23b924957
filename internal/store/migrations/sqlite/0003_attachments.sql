-- +goose Up
CREATE TABLE attachment (
    id           INTEGER PRIMARY KEY,
    realm        INTEGER NOT NULL REFERENCES realm (id),
    owner        INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    labels       TEXT NOT NULL, -- JSON: what it is for
    original     TEXT NOT NULL, -- JSON of the file
    preview      TEXT NOT NULL, -- JSON of its preview; empty: there is none
    preview_blob INTEGER NOT NULL, -- 0: there is none; the blob of the original is called after the row
    bytes        INTEGER NOT NULL, -- of both
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    deleted_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
);
CREATE INDEX attachment_owner ON attachment (realm, owner, bytes);
CREATE INDEX attachment_deleted ON attachment (deleted_at, id);
CREATE INDEX attachment_preview ON attachment (preview_blob);

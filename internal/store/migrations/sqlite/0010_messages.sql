-- +goose Up
CREATE TABLE message (
    id      INTEGER PRIMARY KEY, -- tells when it was sent
    realm   INTEGER NOT NULL,
    user_id INTEGER NOT NULL, -- in whose inbox it waits
    sender  TEXT NOT NULL, -- as he said
    type    TEXT NOT NULL,
    body    TEXT NOT NULL, -- JSON
    ext     TEXT NOT NULL -- JSON; empty: none
);
CREATE INDEX message_of ON message (user_id, id);

-- +goose Up
CREATE TABLE message (
    id      BIGINT PRIMARY KEY, -- tells when it was sent
    realm   BIGINT NOT NULL,
    user_id BIGINT NOT NULL, -- in whose inbox it waits
    sender  TEXT COLLATE "C" NOT NULL, -- as he said
    type    TEXT COLLATE "C" NOT NULL,
    body    TEXT COLLATE "C" NOT NULL, -- JSON
    ext     TEXT COLLATE "C" NOT NULL -- JSON; empty: none
);
CREATE INDEX message_of ON message (user_id, id);

-- +goose Up
-- Generated secrets that come with each request, one of a kind for each user.
CREATE TABLE access_key (
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    kind       TEXT COLLATE "C" NOT NULL, -- tat
    id         BIGINT NOT NULL, -- a new one for each secret
    digest     TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL, -- to the minute or so, for display; 0: not yet
    PRIMARY KEY (user_id, kind)
);
CREATE INDEX access_key_id ON access_key (id); -- the largest id is looked for at start

-- System users that see all of the users that they list.
ALTER TABLE "user" ADD COLUMN lists_in_full BIGINT NOT NULL DEFAULT 0;

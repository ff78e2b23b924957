-- +goose Up
-- Generated secrets that come with each request, one of a kind for each user.
CREATE TABLE access_key (
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    kind       TEXT NOT NULL, -- tat
    id         INTEGER NOT NULL, -- a new one for each secret
    digest     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL, -- to the minute or so, for display; 0: not yet
    PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;
CREATE INDEX access_key_id ON access_key (id); -- the largest id is looked for at start

-- System users that see all of the users that they list.
ALTER TABLE "user" ADD COLUMN lists_in_full INTEGER NOT NULL DEFAULT 0;

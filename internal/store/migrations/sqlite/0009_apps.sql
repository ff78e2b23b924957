-- +goose Up
-- When all that had let a user in was ended at once: by a new password, suspension or deletion. Tokens that others sign for
-- him, and that nobody stores, are no good if they are older.
ALTER TABLE "user" ADD COLUMN signed_out_at INTEGER NOT NULL DEFAULT 0;

-- The application by which the actor came, or that is the actor if there is none: the id of its own realm.
ALTER TABLE event ADD COLUMN application INTEGER NOT NULL DEFAULT 0;

-- Users in the order in which they were made, from any of them on.
CREATE INDEX user_walk ON "user" (realm, id) WHERE deleted_at = 0;

-- What applications keep with a user.
CREATE TABLE attribute_set (
    user_id    INTEGER PRIMARY KEY REFERENCES "user" (id),
    realm      INTEGER NOT NULL,
    attributes TEXT NOT NULL, -- JSON: texts by name
    bytes      INTEGER NOT NULL -- of names and texts
) WITHOUT ROWID;
CREATE INDEX attribute_set_realm ON attribute_set (realm, bytes);

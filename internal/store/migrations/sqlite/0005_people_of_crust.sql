-- +goose Up
-- What Crust writes and nobody shows.
ALTER TABLE "user" ADD COLUMN meta TEXT NOT NULL DEFAULT '';        -- JSON that clients keep there; empty: none
ALTER TABLE "user" ADD COLUMN external_id TEXT NOT NULL DEFAULT ''; -- who the user is to another sign-in system

-- The username as most wires see it: a made one is one. username_key stays for the wire that hides those. Made usernames are
-- ASCII, so that lower folds them.
ALTER TABLE "user" ADD COLUMN shown_username_key TEXT NOT NULL DEFAULT '';
UPDATE "user" SET shown_username_key = CASE WHEN username_given = 1 THEN username_key ELSE lower(username) END;
CREATE INDEX user_shown_username ON "user" (realm, shown_username_key, id);
CREATE INDEX user_directory ON "user" (realm, deleted_at, suspended_at, shown_username_key, id); -- lists in their order

-- +goose Up
ALTER TABLE "user" ADD COLUMN given_name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN family_name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN role TEXT COLLATE "C" NOT NULL DEFAULT ''; -- a word; being an administrator is a membership
ALTER TABLE "user" ADD COLUMN config TEXT COLLATE "C" NOT NULL DEFAULT ''; -- JSON object of the person's own; empty: {}
ALTER TABLE "group" ADD COLUMN role TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The last word is the family name, the rest the given name; one word is a given name.
UPDATE "user" SET
    given_name = CASE WHEN rtrim(rtrim(name), replace(name, ' ', '')) = '' THEN trim(name) ELSE trim(rtrim(rtrim(name), replace(name, ' ', ''))) END,
    family_name = CASE WHEN rtrim(rtrim(name), replace(name, ' ', '')) = '' THEN '' ELSE substr(rtrim(name), length(rtrim(rtrim(name), replace(name, ' ', ''))) + 1) END
    WHERE trim(name) <> '';

-- One row for each pair of an access and a refresh token. A pair is proven when its access token has been used.
CREATE TABLE refresh_token (
    id           BIGINT PRIMARY KEY,
    realm        BIGINT NOT NULL,
    session_id   BIGINT NOT NULL REFERENCES session (id),
    digest       TEXT COLLATE "C" NOT NULL,
    expires_at   BIGINT NOT NULL,
    proven_at    BIGINT NOT NULL,
    used_at      BIGINT NOT NULL,
    used_address TEXT COLLATE "C" NOT NULL,
    used_agent   TEXT COLLATE "C" NOT NULL,
    successor    BIGINT NOT NULL, -- the pair that was given for it last
    repeated     BIGINT NOT NULL, -- its answer was lost once, so that another pair was given
    voided_at    BIGINT NOT NULL  -- lost on the way: another pair was given in its place
);
CREATE INDEX refresh_token_void ON refresh_token (session_id, id) WHERE voided_at > 0;
CREATE INDEX refresh_token_expires ON refresh_token (expires_at, id);

-- Who hands over what somebody owns looks for it by the owner.
CREATE INDEX user_owner ON "user" (owner, id) WHERE owner > 0;
CREATE INDEX application_owner ON application (owner, id) WHERE owner > 0;

-- Access tokens that people with a local account made for programs of theirs: a hash, never the token.
CREATE TABLE access_token (
  id VARCHAR(16) PRIMARY KEY, secret_hash VARCHAR(64) NOT NULL, person VARCHAR(64) NOT NULL, account_made BIGINT NOT NULL,
  label VARCHAR(64) NOT NULL, made BIGINT NOT NULL, expires BIGINT NOT NULL
);
CREATE INDEX access_token_person ON access_token (person);

-- People who sign in at this console without an identity provider. Portable between SQLite and PostgreSQL.
CREATE TABLE account (
  name VARCHAR(64) PRIMARY KEY, role VARCHAR(32) NOT NULL, federation VARCHAR(64) NOT NULL, passphrase VARCHAR(255) NOT NULL,
  failures INTEGER NOT NULL, locked_until BIGINT NOT NULL, made BIGINT NOT NULL
);
CREATE TABLE link (token_hash VARCHAR(64) PRIMARY KEY, name VARCHAR(64) NOT NULL, role VARCHAR(32) NOT NULL, expires BIGINT NOT NULL);

-- People who came from a login service: a name stays with the subject that brought it first. Portable between SQLite and PostgreSQL.
CREATE TABLE known_person (
  name VARCHAR(64) PRIMARY KEY, role VARCHAR(32) NOT NULL, federation VARCHAR(64) NOT NULL, subject VARCHAR(255) NOT NULL, came BIGINT NOT NULL
);

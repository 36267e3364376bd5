-- What foreign runs ask of this site, as the site derived it.
CREATE TABLE hosted_run (
  digest VARCHAR(64) PRIMARY KEY,
  envelope TEXT NOT NULL,
  received BIGINT NOT NULL
);

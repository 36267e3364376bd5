-- Patients who withdrew, by the site's own pseudonym; and what officers told the hub beside decisions.
CREATE TABLE withdrawn (
  patient VARCHAR(64) PRIMARY KEY,
  since BIGINT NOT NULL
);
CREATE TABLE statement (
  digest VARCHAR(64) PRIMARY KEY,
  kind VARCHAR(32) NOT NULL,
  study VARCHAR(64) NOT NULL,
  envelope TEXT NOT NULL,
  made BIGINT NOT NULL,
  event BIGINT NOT NULL,
  forwarded INTEGER NOT NULL
);

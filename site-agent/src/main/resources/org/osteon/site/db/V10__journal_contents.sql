-- The fields of what left, each list once; entries from before have none.
CREATE TABLE contents (
  digest VARCHAR(64) PRIMARY KEY,
  fields TEXT NOT NULL
);
ALTER TABLE journal ADD COLUMN contents VARCHAR(64) NOT NULL DEFAULT '';

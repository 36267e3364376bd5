-- What the apps of foreign runs answered; the file lies in the outbox. A message sent again carries the same bytes.
CREATE TABLE hosted_reply (
  message VARCHAR(64) PRIMARY KEY,
  run VARCHAR(64) NOT NULL,
  update_digest VARCHAR(64) NOT NULL,
  metrics TEXT NOT NULL,
  metadata TEXT NOT NULL,
  state VARCHAR(16) NOT NULL
);

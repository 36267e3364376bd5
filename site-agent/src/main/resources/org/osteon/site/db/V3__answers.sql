-- Answers of the hub to officers' questions.
CREATE TABLE answer (
  digest VARCHAR(64) PRIMARY KEY,
  question VARCHAR(64) NOT NULL,
  study VARCHAR(64) NOT NULL,
  envelope TEXT NOT NULL,
  received BIGINT NOT NULL
);

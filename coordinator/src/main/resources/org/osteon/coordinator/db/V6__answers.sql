-- Answers to officers' questions; confirmed when the site has them.
CREATE TABLE answer (
  digest VARCHAR(64) PRIMARY KEY, question VARCHAR(64) NOT NULL, study VARCHAR(64) NOT NULL, site VARCHAR(64) NOT NULL,
  envelope TEXT NOT NULL, answered BIGINT NOT NULL, confirmed INTEGER NOT NULL
);

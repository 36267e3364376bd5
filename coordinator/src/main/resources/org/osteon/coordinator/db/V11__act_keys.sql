-- Answers of acts by the key that the caller gave, written in the transaction of the act, so that none is done twice.
CREATE TABLE act_key (
  person VARCHAR(64) NOT NULL, act_key VARCHAR(64) NOT NULL, request VARCHAR(64) NOT NULL, status INTEGER NOT NULL,
  place VARCHAR(255) NOT NULL, answer TEXT NOT NULL, made BIGINT NOT NULL, PRIMARY KEY (person, act_key)
);
CREATE INDEX act_key_made ON act_key (made);

-- What officers told beside decisions, and the model versions that withdrawal notices name.
CREATE TABLE statement (
  digest VARCHAR(64) PRIMARY KEY, kind VARCHAR(32) NOT NULL, study VARCHAR(64) NOT NULL, site VARCHAR(64) NOT NULL,
  envelope TEXT NOT NULL, received BIGINT NOT NULL
);
CREATE TABLE model_flag (
  model VARCHAR(64) NOT NULL, notice VARCHAR(64) NOT NULL, study VARCHAR(64) NOT NULL, site VARCHAR(64) NOT NULL, received BIGINT NOT NULL,
  PRIMARY KEY (model, notice)
);

-- Every report is kept: an event names it, and a bundle owes what events name. The newest has the largest "made".
CREATE TABLE report_kept (digest VARCHAR(64) PRIMARY KEY, model VARCHAR(64) NOT NULL, envelope TEXT NOT NULL, passed INTEGER NOT NULL, made BIGINT NOT NULL);
INSERT INTO report_kept(digest, model, envelope, passed, made) SELECT digest, model, envelope, passed, 1 FROM report;
DROP TABLE report;
ALTER TABLE report_kept RENAME TO report;
CREATE INDEX report_model ON report (model, made);

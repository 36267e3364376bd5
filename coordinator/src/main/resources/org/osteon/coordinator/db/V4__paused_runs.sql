-- Who paused a run and when; empty and 0 for a run that is not paused.
ALTER TABLE run ADD COLUMN paused_by VARCHAR(128) NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;

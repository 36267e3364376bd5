-- What an exchange with a site took: when the site was handed the message, had all of it, began to answer (epoch
-- milliseconds, 0 for not yet) and the bytes of messages and objects each way. metered: 0 not counted, 1 from the
-- first byte, 2 since the hub started again.
ALTER TABLE instruction ADD COLUMN metered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instruction ADD COLUMN handed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instruction ADD COLUMN taken BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instruction ADD COLUMN answering BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instruction ADD COLUMN bytes_out BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instruction ADD COLUMN bytes_in BIGINT NOT NULL DEFAULT 0;
-- When the hub began to combine what it closed with; 0 where that was not kept.
ALTER TABLE round ADD COLUMN combining BIGINT NOT NULL DEFAULT 0;
CREATE INDEX instruction_round ON instruction (run, round);
CREATE INDEX reply_round ON reply (run, round);
-- What sites tell of themselves, the newest; clock_skew is the site's clock less the hub's, milliseconds.
CREATE TABLE site_told (
  site VARCHAR(64) PRIMARY KEY, release VARCHAR(64) NOT NULL, clock_skew BIGINT NOT NULL, certificate_until BIGINT NOT NULL, told BIGINT NOT NULL
);
-- The studies, runs and models that an event is found by.
CREATE TABLE event_mark (mark VARCHAR(64) NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (mark, seq));
CREATE INDEX event_mark_seq ON event_mark (seq);
CREATE INDEX run_study ON run (study);

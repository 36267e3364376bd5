-- Which type of message a charge of a foreign run is for; empty for a study's.
ALTER TABLE charge ADD COLUMN exchange VARCHAR(16) NOT NULL DEFAULT '';
UPDATE charge SET exchange = 'train' WHERE study IN (SELECT digest FROM hosted_run);

-- Everything a site must still know after a crash. Portable between SQLite and PostgreSQL.
CREATE TABLE event (
  seq BIGINT PRIMARY KEY,
  type VARCHAR(64) NOT NULL,
  leaf TEXT NOT NULL
);
CREATE TABLE state (
  name VARCHAR(64) PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE study (
  digest VARCHAR(64) PRIMARY KEY,
  envelope TEXT NOT NULL,
  received BIGINT NOT NULL
);
CREATE TABLE decision (
  digest VARCHAR(64) PRIMARY KEY,
  study VARCHAR(64) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  envelope TEXT NOT NULL,
  decided BIGINT NOT NULL,
  event BIGINT NOT NULL,
  forwarded INTEGER NOT NULL
);
CREATE TABLE snapshot (
  commitment VARCHAR(64) PRIMARY KEY,
  manifest VARCHAR(64) NOT NULL,
  folder TEXT NOT NULL,
  patients BIGINT NOT NULL,
  added BIGINT NOT NULL
);
CREATE TABLE instruction (
  digest VARCHAR(64) PRIMARY KEY,
  study VARCHAR(64) NOT NULL,
  run VARCHAR(64) NOT NULL,
  round INTEGER NOT NULL,
  exchange VARCHAR(16) NOT NULL,
  fence BIGINT NOT NULL,
  envelope TEXT NOT NULL,
  received BIGINT NOT NULL
);
CREATE TABLE charge (
  id VARCHAR(64) PRIMARY KEY,
  study VARCHAR(64) NOT NULL,
  run VARCHAR(64) NOT NULL,
  round INTEGER NOT NULL,
  mechanism TEXT NOT NULL,
  state VARCHAR(16) NOT NULL,
  made BIGINT NOT NULL
);
CREATE TABLE outbox (
  instruction VARCHAR(64) PRIMARY KEY,
  reply VARCHAR(64) NOT NULL,
  envelope TEXT NOT NULL,
  update_digest VARCHAR(64) NOT NULL,
  message_id VARCHAR(64) NOT NULL,
  message TEXT NOT NULL,
  state VARCHAR(16) NOT NULL
);
CREATE TABLE journal (
  seq BIGINT PRIMARY KEY,
  occurred BIGINT NOT NULL,
  type VARCHAR(64) NOT NULL,
  digest VARCHAR(64) NOT NULL,
  bytes BIGINT NOT NULL,
  recipient VARCHAR(255) NOT NULL,
  capsule VARCHAR(64) NOT NULL,
  study VARCHAR(64) NOT NULL
);
CREATE TABLE receipt (
  digest VARCHAR(64) PRIMARY KEY,
  study VARCHAR(64) NOT NULL,
  envelope TEXT NOT NULL,
  received BIGINT NOT NULL
);
CREATE TABLE used_nonce (
  key_id VARCHAR(64) NOT NULL,
  nonce VARCHAR(64) NOT NULL,
  forget BIGINT NOT NULL,
  PRIMARY KEY (key_id, nonce)
);
CREATE TABLE witnessed (
  origin VARCHAR(255) PRIMARY KEY,
  size BIGINT NOT NULL,
  root VARCHAR(64) NOT NULL,
  note TEXT NOT NULL
);

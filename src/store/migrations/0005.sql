-- A burst is one request, and what several drafts say to one address is one mail: the first row leaves, the others go with it. Copies for
-- the house and reminders are kinds of their own. A CHECK cannot be changed, so the table is made anew.
ALTER TABLE request ADD COLUMN bundle TEXT;
ALTER TABLE outbox RENAME TO outbox_5;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('alarm', 'request', 'answer', 'notice', 'reminder', 'copy', 'digest', 'canary')),
  rank INTEGER NOT NULL
    CHECK (rank = CASE kind WHEN 'alarm' THEN 0 WHEN 'request' THEN 1 WHEN 'answer' THEN 2 WHEN 'notice' THEN 3 WHEN 'reminder' THEN 3
                         WHEN 'copy' THEN 4 WHEN 'digest' THEN 4 ELSE 5 END),
  draft INTEGER REFERENCES draft (id),
  to_name TEXT NOT NULL,
  to_address TEXT NOT NULL,
  not_before_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'talking', 'dot-pending', 'sent', 'retry', 'failed', 'unknown', 'cancelled')),
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL,
  answer TEXT,
  message_id TEXT,
  bytes BLOB,
  deferred TEXT,
  told_at INTEGER,
  may_have_arrived INTEGER NOT NULL DEFAULT 0 CHECK (may_have_arrived IN (0, 1)),
  accepted_at INTEGER,
  accepted TEXT,
  with_row INTEGER REFERENCES outbox (id),
  CHECK ((bytes IS NULL) <> (deferred IS NULL)),
  CHECK (bytes IS NULL OR message_id IS NOT NULL),
  CHECK (kind NOT IN ('notice', 'reminder', 'copy') OR (draft IS NOT NULL AND bytes IS NOT NULL))
) STRICT;
INSERT INTO outbox (id, key, kind, rank, draft, to_name, to_address, not_before_at, state, due_at, attempts, changed_at, answer, message_id, bytes,
                    deferred, told_at, may_have_arrived, accepted_at, accepted)
  SELECT id, key, iif(key LIKE 'notice:%:copy:%', 'copy', kind), iif(key LIKE 'notice:%:copy:%', 4, rank), draft, to_name, to_address, not_before_at, state, due_at,
         attempts, changed_at, answer, message_id, bytes, deferred, told_at, may_have_arrived, accepted_at, accepted
    FROM outbox_5;
DROP TABLE outbox_5;
CREATE INDEX outbox_waiting ON outbox (rank, id) WHERE state IN ('queued', 'retry');
CREATE INDEX outbox_talking ON outbox (id) WHERE state IN ('talking', 'dot-pending');
CREATE INDEX outbox_by_draft ON outbox (draft, kind, to_address);
CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_by_address ON outbox (to_address) WHERE kind = 'notice';
CREATE INDEX outbox_changed ON outbox (changed_at);
CREATE INDEX outbox_undelivered ON outbox (id) WHERE state IN ('failed', 'unknown') AND told_at IS NULL;
CREATE INDEX outbox_canary ON outbox (id) WHERE kind = 'canary';
CREATE INDEX outbox_with ON outbox (with_row) WHERE with_row IS NOT NULL;
CREATE TRIGGER outbox_together AFTER UPDATE ON outbox WHEN NEW.with_row IS NULL BEGIN
  UPDATE outbox SET state = NEW.state, due_at = NEW.due_at, attempts = NEW.attempts, changed_at = NEW.changed_at, answer = NEW.answer,
      told_at = NEW.told_at, may_have_arrived = NEW.may_have_arrived, accepted_at = NEW.accepted_at, accepted = NEW.accepted,
      with_row = iif(NEW.state = 'cancelled', NULL, NEW.id)
    WHERE with_row = NEW.id;
END;

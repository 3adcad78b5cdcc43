-- The mail to ourselves is a kind of mail; an unknown mail that is sent again is still one that may have arrived; what vanished unread is told.
-- A CHECK cannot be changed, so the table is made anew. The old one is renamed first: a renamed table keeps quotes around its name.
ALTER TABLE outbox RENAME TO outbox_2;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('alarm', 'request', 'answer', 'notice', 'digest', 'canary')),
  rank INTEGER NOT NULL
    CHECK (rank = CASE kind WHEN 'alarm' THEN 0 WHEN 'request' THEN 1 WHEN 'answer' THEN 2 WHEN 'notice' THEN 3 WHEN 'digest' THEN 4 ELSE 5 END),
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
  CHECK ((bytes IS NULL) <> (deferred IS NULL)),
  CHECK (bytes IS NULL OR message_id IS NOT NULL),
  CHECK (kind <> 'notice' OR (draft IS NOT NULL AND bytes IS NOT NULL))
) STRICT;
INSERT INTO outbox (id, key, kind, rank, draft, to_name, to_address, not_before_at, state, due_at, attempts, changed_at, answer, message_id, bytes,
                    deferred, told_at, may_have_arrived)
  SELECT id, key, kind, rank, draft, to_name, to_address, not_before_at, state, due_at, attempts, changed_at, answer, message_id, bytes,
         deferred, told_at, state = 'unknown'
    FROM outbox_2;
DROP TABLE outbox_2;
CREATE INDEX outbox_waiting ON outbox (rank, id) WHERE state IN ('queued', 'retry');
CREATE INDEX outbox_talking ON outbox (id) WHERE state IN ('talking', 'dot-pending');
CREATE INDEX outbox_by_draft ON outbox (draft, kind, to_address);
CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_by_address ON outbox (to_address) WHERE kind = 'notice';
CREATE INDEX outbox_changed ON outbox (changed_at);
CREATE INDEX outbox_undelivered ON outbox (id) WHERE state IN ('failed', 'unknown') AND told_at IS NULL;
CREATE INDEX outbox_canary ON outbox (id) WHERE kind = 'canary';
-- What vanished before this step is no news.
UPDATE mail SET told_at = listed_at WHERE state = 'vanished';
CREATE INDEX mail_vanished ON mail (id) WHERE state = 'vanished' AND told_at IS NULL;

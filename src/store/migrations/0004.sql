-- A decision may be said on the command line, so it need not come from a mail; what staff taught is kept.
ALTER TABLE decision RENAME TO decision_3;
CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  draft INTEGER REFERENCES draft (id),
  mail INTEGER REFERENCES mail (id),
  at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;
INSERT INTO decision (id, draft, mail, at, value) SELECT id, draft, mail, at, value FROM decision_3;
DROP TABLE decision_3;
CREATE INDEX decision_by_draft ON decision (draft);
CREATE INDEX decision_by_mail ON decision (mail) WHERE mail IS NOT NULL;
CREATE TABLE learnt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;
-- The server's word when it took a mail stays when the mail bounces later; when it was taken is known only of rows that are sent still.
ALTER TABLE outbox ADD COLUMN accepted_at INTEGER;
ALTER TABLE outbox ADD COLUMN accepted TEXT;
UPDATE outbox SET accepted_at = changed_at, accepted = coalesce(answer, '') WHERE state = 'sent';
-- The bytes of old mail are given up; every mail is looked at for the first time.
ALTER TABLE raw ADD COLUMN look_at INTEGER DEFAULT 0;
CREATE INDEX raw_to_look_at ON raw (look_at) WHERE look_at IS NOT NULL;

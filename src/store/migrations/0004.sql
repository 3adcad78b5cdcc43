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
CREATE TABLE learnt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;

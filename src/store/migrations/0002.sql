-- A first listing may come in parts; mail that went before it was read is told with its envelope.

CREATE TABLE first_listing (
  place INTEGER PRIMARY KEY REFERENCES place (id),
  past_until_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mail_gone ON mail (id) WHERE state = 'vanished' AND told_at IS NULL;

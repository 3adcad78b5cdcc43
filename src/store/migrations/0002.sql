-- A first listing may come in parts.

CREATE TABLE first_listing (
  place INTEGER PRIMARY KEY REFERENCES place (id),
  past_until_at INTEGER NOT NULL
) STRICT;

-- The store as it stands after the last migration, with the reason of each part. `tests/it/store.rs` compares it with what
-- the migrations make, so it cannot drift. Nothing runs this file.
--
-- Conventions: every table is STRICT. Ids are AUTOINCREMENT: a number that was once shown to a person (FW-12) never comes back
-- for something else. `…_at` is UTC in whole seconds. `value` is the noun of the model as JSON; the columns beside it repeat
-- only what is looked up or ordered by. Rows are kept; nothing that was said, decided or sent is deleted, but the bytes of old mail
-- are given up, and `forewarn erase` takes a customer's names out of what was said and sent.

-- Facts of the service as a whole: `mode` (rehearsal, live), `digest_made_at`, `daily_made`, the local day of the last short digest, `repeats`, `repeats_at_digest`; `retained_at`,
-- when old bytes were last given up to the end; `erased:erased-HASH`, when the customer whose id has that hash was erased; `canary_back` and `canary_back_at`, the last mail to ourselves that came back; `sweep_recovered`, how many mails only a sweep found.
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A mailbox or folder that is read, by its name in the configuration.
CREATE TABLE account (
  account TEXT NOT NULL PRIMARY KEY,
  first_seen_at INTEGER NOT NULL,
  -- Whether what was in the mailbox before the first contact has been settled (staff answered `start`, or there was nothing).
  started INTEGER NOT NULL DEFAULT 0 CHECK (started IN (0, 1)),
  last_good_pass_at INTEGER,
  failing TEXT,
  failing_since_at INTEGER,
  CHECK ((failing IS NULL) = (failing_since_at IS NULL))
) STRICT, WITHOUT ROWID;

-- A folder of an account in one generation (IMAP: UIDVALIDITY). Uids mean something only inside one place.
CREATE TABLE place (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL REFERENCES account (account),
  folder TEXT NOT NULL,
  generation TEXT NOT NULL,
  first_listed_at INTEGER NOT NULL,
  UNIQUE (account, folder, generation)
) STRICT;

-- First listings of the past that are not at their end: what arrived until then is the past. The row goes with the listing's last part.
CREATE TABLE first_listing (
  place INTEGER PRIMARY KEY REFERENCES place (id),
  past_until_at INTEGER NOT NULL
) STRICT;

-- The bytes of a mail, once, whatever the number of places it lies in.
CREATE TABLE raw (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 TEXT NOT NULL UNIQUE,
  length INTEGER NOT NULL,
  -- zstd frame of the bytes as received; empty once they were given up
  packed BLOB NOT NULL,
  -- When it is next asked whether the bytes may be given up; none once they were.
  look_at INTEGER DEFAULT 0
) STRICT;
CREATE INDEX raw_to_look_at ON raw (look_at) WHERE look_at IS NOT NULL;

-- The ledger: every mail that a server ever listed. A row leaves `done` only when a person asks for it to be considered again.
CREATE TABLE mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER NOT NULL REFERENCES place (id),
  uid TEXT NOT NULL,
  arrived_at INTEGER NOT NULL,
  listed_at INTEGER NOT NULL,
  -- Whether it lay there before the first contact.
  backlog INTEGER NOT NULL CHECK (backlog IN (0, 1)),
  state TEXT NOT NULL DEFAULT 'listed' CHECK (state IN ('listed', 'stored', 'pending', 'done', 'vanished')),
  stored_at INTEGER,
  size INTEGER,
  raw INTEGER REFERENCES raw (id),
  -- From and Subject as written, for people.
  sender TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL DEFAULT '',
  -- Counted before each try, so that a mail that kills the process is known by its count.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Of a pending mail: when to look again, and when to stop waiting.
  again_at INTEGER,
  pending_until_at INTEGER,
  -- The outcome's name, its reason in words, and the whole outcome as JSON.
  outcome TEXT,
  reason TEXT,
  value TEXT,
  done_at INTEGER,
  reading TEXT,
  -- When staff were told that it is quarantined, or that it went before it was read.
  told_at INTEGER,
  UNIQUE (place, uid),
  CHECK ((state IN ('stored', 'pending', 'done')) = (stored_at IS NOT NULL)),
  CHECK ((state = 'pending') = (again_at IS NOT NULL AND pending_until_at IS NOT NULL)),
  CHECK ((state = 'done') = (outcome IS NOT NULL AND value IS NOT NULL AND done_at IS NOT NULL)),
  CHECK (raw IS NOT NULL OR state IN ('listed', 'vanished') OR outcome = 'quarantined')
) STRICT;
-- What is still to be considered, in both orders.
CREATE INDEX mail_stored ON mail (backlog, arrived_at) WHERE state = 'stored';
-- The highest uid of a place where uids are numbers.
CREATE INDEX mail_by_number ON mail (place, CAST(uid AS INTEGER));
-- The first mail that had the same bytes.
CREATE INDEX mail_by_raw ON mail (raw);
-- What is still to be fetched, what is pending, counts for `status`; the past's counts; what the past has cost today.
CREATE INDEX mail_by_state ON mail (state, outcome);
CREATE INDEX mail_backlog ON mail (place, state, outcome) WHERE backlog = 1;
CREATE INDEX mail_backlog_stored ON mail (stored_at) WHERE backlog = 1;
-- What ended since the last digest.
CREATE INDEX mail_done ON mail (done_at) WHERE state = 'done';
-- What a person may have to look at; what staff must still be told of.
CREATE INDEX mail_queue ON mail (outcome, id) WHERE outcome IN ('needs-person', 'quarantined');
CREATE INDEX mail_untold ON mail (id) WHERE outcome = 'quarantined' AND told_at IS NULL;
CREATE INDEX mail_vanished ON mail (id) WHERE state = 'vanished' AND told_at IS NULL;

-- A maintenance, incident or case: the newest revision.
CREATE TABLE maintenance (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  revision INTEGER NOT NULL CHECK (revision >= 1),
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  held_back INTEGER NOT NULL CHECK (held_back IN (0, 1)),
  mail INTEGER NOT NULL REFERENCES mail (id),
  changed_at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;
CREATE INDEX maintenance_open ON maintenance (id) WHERE open = 1;
CREATE INDEX maintenance_held_back ON maintenance (id) WHERE held_back = 1;
CREATE INDEX maintenance_changed ON maintenance (changed_at);

-- Every revision as it was first committed.
CREATE TABLE maintenance_revision (
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (maintenance, revision)
) STRICT, WITHOUT ROWID;

-- Which mails made or changed which maintenance, and up to which revision.
CREATE TABLE maintenance_mail (
  mail INTEGER NOT NULL REFERENCES mail (id),
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  revision INTEGER NOT NULL,
  PRIMARY KEY (mail, maintenance)
) STRICT, WITHOUT ROWID;
CREATE INDEX maintenance_mail_by_maintenance ON maintenance_mail (maintenance, mail);

-- References under which a provider names it: id, aliases, calendar UID. Those of earlier revisions stay, because late mails use
-- them. Which of the three it was is not kept: one mail's id is another's alias.
CREATE TABLE maintenance_key (
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  PRIMARY KEY (provider, reference, maintenance)
) STRICT, WITHOUT ROWID;

-- Message-IDs of the provider's mails about it.
CREATE TABLE maintenance_thread (
  message_id TEXT NOT NULL,
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  PRIMARY KEY (message_id, maintenance)
) STRICT, WITHOUT ROWID;

-- Windows of the newest revision, every reading of them. `until_at` is the end, or the start where no end is stated.
CREATE TABLE maintenance_window (
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  provider TEXT NOT NULL,
  main INTEGER NOT NULL CHECK (main IN (0, 1)),
  start_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  PRIMARY KEY (maintenance, main, start_at, until_at)
) STRICT, WITHOUT ROWID;
-- Same provider, same start; what is ahead; what lies in a span.
CREATE INDEX window_by_start ON maintenance_window (provider, start_at) WHERE main = 1;
CREATE INDEX window_ahead ON maintenance_window (until_at) WHERE main = 1;

-- Objects of the newest revision with the end of its last main window: an object's next windows without a walk through its past.
CREATE TABLE maintenance_object (
  provider TEXT NOT NULL,
  object TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  PRIMARY KEY (provider, object, until_at, maintenance)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_by_maintenance ON maintenance_object (maintenance);

-- The customer mails of one change.
CREATE TABLE draft (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  maintenance INTEGER NOT NULL REFERENCES maintenance (id),
  revision INTEGER NOT NULL,
  maintenance_revision INTEGER NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('rehearsal', 'live')),
  state TEXT NOT NULL CHECK (state IN ('proposed', 'held', 'approved', 'rejected', 'void', 'expired', 'done')),
  changed_at INTEGER NOT NULL,
  -- When staff were told that every mail ended.
  told_at INTEGER,
  value TEXT NOT NULL,
  UNIQUE (maintenance, revision)
) STRICT;
CREATE INDEX draft_by_state ON draft (state);
CREATE INDEX draft_done ON draft (id) WHERE state = 'done' AND told_at IS NULL;

-- What a token in a reply stands for. The token itself is nowhere.
CREATE TABLE request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  code_hash TEXT NOT NULL,
  draft INTEGER REFERENCES draft (id),
  account TEXT REFERENCES account (account),
  approver TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  helped INTEGER NOT NULL,
  -- Of a request on several drafts: their ids as JSON, in the order of their numbers; `draft` is then the first of them.
  bundle TEXT,
  CHECK ((draft IS NULL) <> (account IS NULL))
) STRICT;
CREATE INDEX request_by_code ON request (code_hash);
CREATE INDEX request_by_draft ON request (draft);
CREATE INDEX request_by_account ON request (account) WHERE account IS NOT NULL;

-- Decisions that were accepted, for the record; one that was said on the command line has no mail.
CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  draft INTEGER REFERENCES draft (id),
  mail INTEGER REFERENCES mail (id),
  at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;
CREATE INDEX decision_by_draft ON decision (draft);
CREATE INDEX decision_by_mail ON decision (mail) WHERE mail IS NOT NULL;

-- What staff taught by settling something: `never:ads@x.example`, `provider:dc.example`, `gone:northfield:web03`, `habit:FORM`, `rule:17`.
CREATE TABLE learnt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;

-- Mails to send. The unique key is the promise "once".
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('alarm', 'request', 'answer', 'notice', 'reminder', 'copy', 'digest', 'canary')),
  -- The order in which kinds leave.
  rank INTEGER NOT NULL
    CHECK (rank = CASE kind WHEN 'alarm' THEN 0 WHEN 'request' THEN 1 WHEN 'answer' THEN 2 WHEN 'notice' THEN 3 WHEN 'reminder' THEN 3
                         WHEN 'copy' THEN 4 WHEN 'digest' THEN 4 ELSE 5 END),
  draft INTEGER REFERENCES draft (id),
  to_name TEXT NOT NULL,
  to_address TEXT NOT NULL,
  not_before_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'talking', 'dot-pending', 'sent', 'retry', 'failed', 'unknown', 'cancelled')),
  -- When it may be tried next; that of a row that is not queued or in retry means nothing.
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL,
  answer TEXT,
  -- Of frozen mail: as it leaves. Of deferred mail: the id of what was rendered last, and what is to be rendered as JSON.
  message_id TEXT,
  bytes BLOB,
  deferred TEXT,
  -- When staff were told that it failed or that nobody knows.
  told_at INTEGER,
  -- Whether an earlier attempt ended with nobody knowing: such a row is never cancelled as if it had not left.
  may_have_arrived INTEGER NOT NULL DEFAULT 0 CHECK (may_have_arrived IN (0, 1)),
  -- When the server took it and what it answered: stays when the mail bounces later.
  accepted_at INTEGER,
  accepted TEXT,
  -- Of what several drafts say to one address: the row in which it leaves. This one has the same bytes, and never leaves by itself.
  with_row INTEGER REFERENCES outbox (id),
  CHECK ((bytes IS NULL) <> (deferred IS NULL)),
  CHECK (bytes IS NULL OR message_id IS NOT NULL),
  -- A customer gets nothing but frozen bytes of a draft.
  CHECK (kind NOT IN ('notice', 'reminder', 'copy') OR (draft IS NOT NULL AND bytes IS NOT NULL))
) STRICT;
CREATE INDEX outbox_waiting ON outbox (rank, id) WHERE state IN ('queued', 'retry');
CREATE INDEX outbox_talking ON outbox (id) WHERE state IN ('talking', 'dot-pending');
CREATE INDEX outbox_by_draft ON outbox (draft, kind, to_address);
CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_by_address ON outbox (to_address) WHERE kind = 'notice';
CREATE INDEX outbox_changed ON outbox (changed_at);
CREATE INDEX outbox_undelivered ON outbox (id) WHERE state IN ('failed', 'unknown') AND told_at IS NULL;
-- The newest mail to ourselves.
CREATE INDEX outbox_canary ON outbox (id) WHERE kind = 'canary';
CREATE INDEX outbox_with ON outbox (with_row) WHERE with_row IS NOT NULL;
-- Rows that leave as one mail stand as one, until it is taken back: then each may leave anew, by itself or with others.
CREATE TRIGGER outbox_together AFTER UPDATE ON outbox WHEN NEW.with_row IS NULL BEGIN
  UPDATE outbox SET state = NEW.state, due_at = NEW.due_at, attempts = NEW.attempts, changed_at = NEW.changed_at, answer = NEW.answer,
      told_at = NEW.told_at, may_have_arrived = NEW.may_have_arrived, accepted_at = NEW.accepted_at, accepted = NEW.accepted,
      with_row = iif(NEW.state = 'cancelled', NULL, NEW.id)
    WHERE with_row = NEW.id;
END;

-- What must reach a person by another path than mail: at least once, so there is no claim.
CREATE TABLE alarm (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  -- When it is tried next; none once it ended.
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER,
  reached INTEGER NOT NULL DEFAULT 0 CHECK (reached IN (0, 1)),
  answer TEXT,
  CHECK ((due_at IS NULL) = (ended_at IS NOT NULL))
) STRICT;
CREATE INDEX alarm_waiting ON alarm (due_at, id) WHERE due_at IS NOT NULL;

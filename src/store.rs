//! One SQLite file: ledger, raw mail, maintenances with revisions, drafts, requests, outbox. No SQL stands outside.

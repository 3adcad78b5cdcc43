//! Forewarn: reads provider notices from a mailbox, drafts customer notices, has staff approve them by mail, sends what was approved.
//!
//! The map: `model` holds the nouns. The core (`mail`, `rules`, `desk`, `lifecycle`, `inventory`, `draft`, `approval`, `agenda`,
//! `digest`, `record`) is functions from values to values. The shell does all I/O. `service` alone sees both.

pub mod agenda;
pub mod alarm;
pub mod approval;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod digest;
pub mod dkim;
pub mod dns;
pub mod draft;
pub mod heartbeat;
pub mod imap;
pub mod inventory;
pub mod lifecycle;
pub mod mail;
pub mod maildir;
pub mod model;
pub mod record;
pub mod rules;
pub mod service;
pub mod smtp;
pub mod store;
pub mod tls;
pub mod zones;

//! Integration tests.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test; clippy.toml lifts this for test functions only")]

mod agenda;
mod answered;
mod backlog;
mod bounds;
mod certificates;
mod cli;
mod config;
mod configuration_page;
mod digest;
mod disclaimers;
mod drafts;
mod fakes;
mod flow;
mod hostile;
mod imap;
mod layers;
mod mailserver;
mod mutated;
mod promises;
mod promises_page;
mod record;
mod replies;
mod rules;
mod scaffold;
mod smtp;
mod store;
mod structure;

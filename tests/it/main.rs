//! Integration tests.

mod config;
mod drafts;
mod layers;
mod rules;

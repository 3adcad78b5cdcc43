//! Integration tests.

mod config;
mod rules;

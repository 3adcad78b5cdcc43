//! Integration tests.

mod config;
mod layers;
mod rules;

//! Servers of the tests' own: they listen on this machine, misbehave as they are told, and end with the test.

pub(crate) mod imap;
pub(crate) mod smtp;

//! The rules that are shipped, embedded so that the binary runs alone. A test compares this list with the folder.

/// Name and text of every shipped rule file.
pub(super) const FILES: &[(&str, &str)] = &[("bcop-ical.toml", include_str!("../../rules/bcop-ical.toml"))];

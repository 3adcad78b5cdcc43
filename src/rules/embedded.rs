//! The rules that are shipped, embedded so that the binary runs alone. A test compares this list with the folder.

/// Name and text of every shipped rule file.
pub(super) const FILES: &[(&str, &str)] = &[
    ("aws.toml", include_str!("../../rules/aws.toml")),
    ("bcop-ical.toml", include_str!("../../rules/bcop-ical.toml")),
    ("cogent.toml", include_str!("../../rules/cogent.toml")),
    ("colt.toml", include_str!("../../rules/colt.toml")),
    ("crowncastle.toml", include_str!("../../rules/crowncastle.toml")),
    ("digitalocean.toml", include_str!("../../rules/digitalocean.toml")),
    ("equinix.toml", include_str!("../../rules/equinix.toml")),
    ("hetzner.toml", include_str!("../../rules/hetzner.toml")),
    ("linode.toml", include_str!("../../rules/linode.toml")),
    ("lumen.toml", include_str!("../../rules/lumen.toml")),
    ("northfield.toml", include_str!("../../rules/northfield.toml")),
    ("zayo.toml", include_str!("../../rules/zayo.toml")),
];

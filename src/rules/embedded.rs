//! The rules that are shipped, embedded so that the binary runs alone. A test compares this list with the folder.

/// Name and text of every shipped rule file.
pub(super) const FILES: &[(&str, &str)] = &[
    ("aws.toml", include_str!("../../rules/aws.toml")),
    ("bcop-ical.toml", include_str!("../../rules/bcop-ical.toml")),
    ("bso.toml", include_str!("../../rules/bso.toml")),
    ("cogent.toml", include_str!("../../rules/cogent.toml")),
    ("colt.toml", include_str!("../../rules/colt.toml")),
    ("crowncastle.toml", include_str!("../../rules/crowncastle.toml")),
    ("digitalocean.toml", include_str!("../../rules/digitalocean.toml")),
    ("equinix.toml", include_str!("../../rules/equinix.toml")),
    ("gtt.toml", include_str!("../../rules/gtt.toml")),
    ("hetzner.toml", include_str!("../../rules/hetzner.toml")),
    ("hgc.toml", include_str!("../../rules/hgc.toml")),
    ("linode.toml", include_str!("../../rules/linode.toml")),
    ("lumen.toml", include_str!("../../rules/lumen.toml")),
    ("megaport.toml", include_str!("../../rules/megaport.toml")),
    ("northfield.toml", include_str!("../../rules/northfield.toml")),
    ("telstra.toml", include_str!("../../rules/telstra.toml")),
    ("verizon.toml", include_str!("../../rules/verizon.toml")),
    ("zayo.toml", include_str!("../../rules/zayo.toml")),
];

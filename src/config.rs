//! `forewarn.toml` and `services.toml` → policy and inventory, with every fault at once.

//! The nouns. Values only: no I/O, no decision, no sibling module.
//!
//! Words are BCOP's for maintenances (the NANOG draft for maintenance notifications, `X-MAINTNOTE`) and the RFCs' for mail.
//! Every instant is UTC; a window is half-open.

mod draft;
mod facts;
mod flow;
mod inventory;
mod mail;
mod maintenance;
mod notice;
mod outbox;
mod policy;
mod record;
mod server;
mod zone;

pub use draft::*;
pub use facts::*;
pub use flow::*;
pub use inventory::*;
pub use mail::*;
pub use maintenance::*;
pub use notice::*;
pub use outbox::*;
pub use policy::*;
pub use record::*;
pub use server::*;
pub use zone::*;

//! Maintenance + affected → the customer notices in the house form, and the mails that staff get about them.
//!
//! Nothing here decides whether a mail is sent, and nothing of the provider's prose reaches a customer: our own words say
//! what is done and what to expect, and staff may replace them.

mod answers;
mod calendar;
mod clocks;
mod german;
mod hash;
mod markdown;
mod paragraphs;
mod request;
mod templates;
mod together;
mod variants;
mod words;

pub use answers::*;
pub use calendar::{is_own_uid, staff_calendar};
pub use clocks::{clocks_changed, offsets};
pub use hash::content_hash;
pub use markdown::markdown;
pub use paragraphs::{emergency_paragraphs, extended_paragraphs, paragraphs};
pub use request::{BundleFacts, RequestFacts, bundle_answer, bundle_help, bundle_request, request};

pub use templates::{TemplateFault, Templates};
pub use together::{Together, together};
pub use variants::{NoticeFacts, below_threshold, told, untold, variants};

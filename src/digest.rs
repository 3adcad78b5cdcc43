//! The weekly mail to staff: what is ahead, what waits for them, what was sent, what was left out.

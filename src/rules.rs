//! What a mail says, read with rules that are data.

pub mod generic;
pub mod time;
pub mod words;

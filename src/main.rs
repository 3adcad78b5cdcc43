//! The binary.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

/// What a shell says of a program that SIGPIPE ended: whoever read the output had enough.
const CLOSED_PIPE: u8 = 128 + 13;

fn main() -> ExitCode {
    match forewarn::cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::from(CLOSED_PIPE),
        Err(error) => {
            // Nowhere is left to say it where standard error is closed too; the exit code does.
            writeln!(anstream::stderr(), "forewarn: {error:#}").unwrap_or_default();
            ExitCode::from(2)
        }
    }
}

/// Whether the output was closed by its reader, as `| head` does: no fault of anybody's.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

//! The binary.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match forewarn::cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("forewarn: {error:#}");
            ExitCode::from(2)
        }
    }
}

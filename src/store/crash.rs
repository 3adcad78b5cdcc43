//! Where a test may end the process: right before or right after the n-th commit, as a loss of power would. Debug builds only.

use std::sync::atomic::{AtomicU32, Ordering};

/// A moment of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Before,
    After,
}

static COMMITS: AtomicU32 = AtomicU32::new(0);

/// Says that a commit is about to happen, or has happened. In a debug build with `FOREWARN_KILL_AT_COMMIT=before:3` the process is killed
/// here and now, when it is the third.
pub(super) fn at(moment: Moment) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Ok(wanted) = std::env::var("FOREWARN_KILL_AT_COMMIT") else { return };
    let number = match moment {
        Moment::Before => COMMITS.fetch_add(1, Ordering::SeqCst) + 1,
        Moment::After => COMMITS.load(Ordering::SeqCst),
    };
    let here = format!("{}:{number}", if moment == Moment::Before { "before" } else { "after" });
    if wanted == here {
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        tracing::error!(?killed, here, "the process was to end here");
    }
}

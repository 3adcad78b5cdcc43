//! Where a test may end the process: right after a durable step, as a loss of power would. Debug builds only.

/// Says that a durable step is done. In a debug build with `FOREWARN_KILL_AFTER` naming it, the process is killed here and now.
pub(super) fn passed(step: &str) {
    if cfg!(debug_assertions) && std::env::var("FOREWARN_KILL_AFTER").is_ok_and(|wanted| wanted == step) {
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        tracing::error!(?killed, step, "the process was to end here");
    }
}

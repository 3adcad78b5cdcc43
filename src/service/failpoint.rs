//! Where a test may end the process: right after a durable step, as a loss of power would. Debug builds only.

/// Dies while a mail is read, in a debug build with `FOREWARN_DIE_READING` naming some of its text: as a defect would let it.
pub(super) fn reading(raw: &[u8]) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Ok(wanted) = std::env::var("FOREWARN_DIE_READING") else { return };
    let (how, text) = wanted.split_once(':').unwrap_or_default();
    if text.is_empty() || !raw.windows(text.len()).any(|window| window == text.as_bytes()) {
        return;
    }
    match how {
        "kill" => drop(rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)),
        "hang" => std::thread::sleep(std::time::Duration::from_secs(3600)),
        // What a parser's defect does to its thread.
        _ => std::panic::resume_unwind(Box::new("a defect")),
    }
}

/// Says that a durable step is done. In a debug build with `FOREWARN_KILL_AFTER` naming it, the process is killed here and now.
pub(super) fn passed(step: &str) {
    if cfg!(debug_assertions) && std::env::var("FOREWARN_KILL_AFTER").is_ok_and(|wanted| wanted == step) {
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        tracing::error!(?killed, step, "the process was to end here");
    }
}

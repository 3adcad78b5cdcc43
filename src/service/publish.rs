//! What was approved and has left, as Markdown files for a page of the house's own (W33).

use std::{fs, io::Write as _, path::Path};

use crate::{
    draft,
    model::{AgendaFacts, Alarm, Draft, DraftId, OutboxState, Told},
    service::Service,
};

impl Service {
    /// Writes each notice that has begun to leave, once: a file that is there stays as it is. Gives the drafts of which none could be
    /// written, with what is to be told; they are tried again at the next look.
    pub(super) fn publish(&self, facts: &AgendaFacts) -> Vec<(DraftId, Alarm)> {
        let Some(folder) = &self.config.policy.notices.publish_dir else { return Vec::new() };
        let left = |told: &Told| matches!(told.state, OutboxState::Sent | OutboxState::Unknown | OutboxState::DotPending);
        let ready = facts.approved.iter().filter(|(draft, told)| draft.publish && told.iter().any(left));
        ready.filter_map(|(draft, _)| Some((draft.id, self.written_page(folder, draft)?))).collect()
    }

    fn written_page(&self, folder: &Path, draft: &Draft) -> Option<Alarm> {
        let name = format!("{}-v{}.md", draft.maintenance, draft.revision);
        let path = folder.join(&name);
        if path.exists() {
            return None;
        }
        let text = draft::markdown(&draft.variants, self.config.policy.zone)?;
        // Whole at once: whoever watches the folder never reads half of it.
        let written = tempfile_in(folder, &name, &text).and_then(|part| fs::rename(part, &path));
        let error = written.err()?;
        let text = format!("Mend the folder {} (publish_dir): the notice {name} could not be written there: {error}", folder.display());
        Some(Alarm { key: format!("publish:{name}"), text })
    }
}

fn tempfile_in(folder: &Path, name: &str, text: &str) -> std::io::Result<std::path::PathBuf> {
    let part = folder.join(format!(".{name}.part"));
    let mut file = fs::File::create(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(part)
}

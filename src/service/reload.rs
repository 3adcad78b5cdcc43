//! The rules in force while the service runs: a file that is added, changed or removed in `rules_dir` counts from the next mail on.
//!
//! A set that does not hold never replaces one that does, and a file that is just being saved is no fault: only what is still faulty at a
//! later look is told, once, and once more when it is mended. The folder is listed, no file is opened, as long as nothing changes in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    mail::outgoing::Rendered,
    model::{Alarm, Effects, OutboxKind},
    rules::RuleSet,
    service::{self, OpenError, Service, staff::staff_rows},
    store::StoreError,
};

/// How long a fault must last: an editor or a copy writes a file in several steps.
const SETTLED: TimeDelta = TimeDelta::seconds(2);

/// The rules in force and what their folder looked like.
pub(super) struct Rules {
    dir: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Clone)]
struct State {
    rules: Arc<RuleSet>,
    /// The folder when it was last read, whatever came of it.
    tried: Listing,
    fault: Option<Fault>,
}

/// What is wrong with the folder as it lies there now.
#[derive(Clone)]
struct Fault {
    text: String,
    since: DateTime<Utc>,
    told: bool,
}

/// Name, size and time of change of every rule file; none where the folder cannot be listed.
type Listing = Option<Vec<(PathBuf, u64, Option<SystemTime>)>>;

/// What a look at the folder came to, for those who must know.
enum News {
    /// The rules cannot be used.
    Faulty(String),
    /// They can again.
    Mended,
}

impl Rules {
    /// Reads the rules: the shipped ones, with those of the folder beside them.
    ///
    /// # Errors
    /// When the folder cannot be read or a rule does not hold.
    pub(super) fn open(dir: Option<PathBuf>) -> Result<Self, OpenError> {
        // Listed before it is read: what changes in between differs at the first look.
        let tried = dir.as_deref().and_then(|dir| listing(dir).ok());
        let rules = Arc::new(service::rules(dir.as_deref())?);
        Ok(Self { dir, state: Mutex::new(State { rules, tried, fault: None }) })
    }

    /// The set in force.
    pub(super) fn in_force(&self) -> Arc<RuleSet> {
        Arc::clone(&self.state().rules)
    }

    fn state(&self) -> State {
        // A look that died left the state as it was before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look(&self, now: DateTime<Utc>) -> Option<News> {
        let dir = self.dir.as_deref()?;
        let (state, news) = looked(dir, self.state(), now);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        news
    }
}

/// The state after a look at the folder, and what is new to people.
fn looked(dir: &Path, mut state: State, now: DateTime<Utc>) -> (State, Option<News>) {
    let present = listing(dir).ok();
    if present == state.tried && present.is_some() {
        let Some(fault) = state.fault.as_mut().filter(|fault| !fault.told && now - fault.since >= SETTLED) else { return (state, None) };
        fault.told = true;
        let text = fault.text.clone();
        return (state, Some(News::Faulty(text)));
    }
    match service::rules(Some(dir)) {
        // It went on changing while it was read: the next look reads it again.
        Ok(_) if listing(dir).ok() != present => (state, None),
        Ok(rules) => {
            tracing::info!(rules = rules.list().len(), "changed rules are in force");
            let told = state.fault.is_some_and(|fault| fault.told);
            (State { rules: Arc::new(rules), tried: present, fault: None }, told.then_some(News::Mended))
        }
        Err(error) => {
            let text = error.to_string();
            let known = state.fault.take();
            let (since, told) = known.map_or((now, false), |fault| (fault.since, fault.told));
            // A folder that cannot be listed looks the same each time: it is told here.
            let tell = present.is_none() && !told && now - since >= SETTLED;
            state.tried = present;
            state.fault = Some(Fault { text: text.clone(), since, told: told || tell });
            (state, tell.then_some(News::Faulty(text)))
        }
    }
}

fn listing(dir: &Path) -> io::Result<Vec<(PathBuf, u64, Option<SystemTime>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            // A link to nothing is listed, and its fault is named when it is read.
            let facts = fs::metadata(&path).ok();
            let changed = facts.as_ref().and_then(|facts| facts.modified().ok());
            found.push((path, facts.map_or(0, |facts| facts.len()), changed));
        }
    }
    found.sort();
    Ok(found)
}

impl Service {
    /// Takes changed rules into use, and tells staff where they cannot be used.
    pub(super) async fn refresh_rules(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let rules = Arc::clone(&self.rules);
        // A look that dies is a look that found nothing; the set in force stays.
        let news = tokio::task::spawn_blocking(move || rules.look(now)).await.unwrap_or_default();
        let Some(news) = news else { return Ok(()) };
        let (subject, text) = match &news {
            News::Faulty(why) => {
                tracing::error!(why, "changed rules cannot be used; those read before stay in force");
                (
                    "RULES: a changed rule file cannot be used",
                    format!(
                        "{why}\n\nUntil it is mended, mail is read by the rules as they were before. No restart is needed; a restart would fail.\n"
                    ),
                )
            }
            News::Mended => {
                tracing::info!("the rules hold again");
                ("RULES: the rule files can be used again", "The rule files hold again and are in force.\n".to_owned())
            }
        };
        let key = format!("rules:{}", now.timestamp_millis());
        let readers: Vec<_> = self.config.policy.approvers.iter().map(|approver| approver.mailbox.clone()).collect();
        let rendered = Rendered { subject: subject.to_owned(), text, html: None };
        let effects = match staff_rows(&self.config.policy, OutboxKind::Alarm, &readers, &rendered, &key, now) {
            Ok(outgoing) => Effects { outgoing, ..Effects::default() },
            Err(error) => {
                let text = format!("{subject}: look with forewarn check. No mail about it could be written: {error}");
                Effects { alarms: vec![Alarm { key, text }], ..Effects::default() }
            }
        };
        self.store.commit(None, &effects, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const GOOD: &str = "provider = 'acme'\nname = 'Acme'\ndomains = ['acme.example']\n[[layout]]\nid = 'a'\nsubject = 'works'\n";

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_900_000_000 + second, 0).unwrap()
    }

    fn known(rules: &Rules) -> bool {
        rules.in_force().providers().any(|(id, _)| id == "acme")
    }

    #[test]
    fn a_new_file_counts_at_the_next_look_and_a_removed_one_no_longer() {
        let dir = TempDir::new().unwrap();
        let rules = Rules::open(Some(dir.path().to_owned())).unwrap();
        let before = rules.in_force();
        assert!(rules.look(at(0)).is_none() && Arc::ptr_eq(&before, &rules.in_force()), "nothing changed, nothing is read again");
        fs::write(dir.path().join("acme.toml"), GOOD).unwrap();
        assert!(rules.look(at(1)).is_none() && known(&rules));
        let loaded = rules.in_force();
        assert!(rules.look(at(2)).is_none() && Arc::ptr_eq(&loaded, &rules.in_force()), "read once");
        fs::remove_file(dir.path().join("acme.toml")).unwrap();
        assert!(rules.look(at(3)).is_none() && !known(&rules));
    }

    #[test]
    fn a_half_written_file_is_tried_again_and_told_to_nobody() {
        let dir = TempDir::new().unwrap();
        let rules = Rules::open(Some(dir.path().to_owned())).unwrap();
        fs::write(dir.path().join("acme.toml"), GOOD.trim_end_matches("'\n")).unwrap();
        assert!(rules.look(at(0)).is_none() && !known(&rules));
        assert!(rules.look(at(1)).is_none(), "not yet: it may still be written");
        fs::write(dir.path().join("acme.toml"), GOOD).unwrap();
        assert!(rules.look(at(5)).is_none() && known(&rules), "what was never told needs no all-clear");
    }

    #[test]
    fn a_lasting_fault_is_told_once_and_once_more_when_it_is_mended() {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("acme.toml"), GOOD).unwrap();
        let rules = Rules::open(Some(dir.path().to_owned())).unwrap();
        fs::write(dir.path().join("acme.toml"), GOOD.replace("'works'", "'('")).unwrap();
        assert!(rules.look(at(0)).is_none());
        let Some(News::Faulty(text)) = rules.look(at(3)) else { panic!("it was not told") };
        assert!(text.contains("acme.toml:6:11: this pattern cannot be used"), "{text}");
        assert!(known(&rules), "the set that held stays in force");
        assert!(rules.look(at(60)).is_none(), "told once");
        fs::write(dir.path().join("acme.toml"), GOOD.replace("subject", "subjekt")).unwrap();
        assert!(rules.look(at(61)).is_none() && rules.look(at(90)).is_none(), "another fault of the same mending is not told again");
        fs::write(dir.path().join("acme.toml"), GOOD).unwrap();
        assert!(matches!(rules.look(at(91)), Some(News::Mended)));
        assert!(rules.look(at(92)).is_none());
    }

    #[test]
    fn a_folder_that_is_gone_is_a_fault_too() {
        let dir = TempDir::new().unwrap();
        let rules = Rules::open(Some(dir.path().to_owned())).unwrap();
        let path = dir.path().to_owned();
        drop(dir);
        assert!(rules.look(at(0)).is_none());
        assert!(matches!(rules.look(at(3)), Some(News::Faulty(_))));
        assert!(rules.look(at(4)).is_none() && rules.look(at(60)).is_none());
        fs::create_dir(path).unwrap();
        assert!(matches!(rules.look(at(61)), Some(News::Mended)));
    }
}

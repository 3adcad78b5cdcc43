//! Stories: mails in, people's answers, and one readable transcript of everything that came out.
//!
//! Each folder of `fixtures/stories` holds `story.txt` (its form: `cli/demo/script.rs`), the mails it names, and `expected.txt`, the transcript
//! byte for byte with the short codes masked. A mail that several stories need lies in `fixtures/stories/mail`. `FOREWARN_BLESS=1` writes the
//! transcripts anew; whoever does so reads the difference. What must hold in every story is asserted beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use forewarn::{
    cli::demo::{
        script::{self, Step},
        stage::{self, Voice},
    },
    cli::{history::HistoryArgs, view::At},
    mail,
    model::{Content, Decision, OutboxRow, OutboxState},
    store::{OutboxFilter, Store},
};
use tempfile::TempDir;

#[test]
fn every_story_comes_out_as_told() {
    let only = std::env::var("FOREWARN_STORY").unwrap_or_default();
    let stories: Vec<PathBuf> = folders(&stories()).into_iter().filter(|story| name(story).contains(&only)).collect();
    assert!(!stories.is_empty(), "no story has {only:?} in its name");
    let next = AtomicUsize::new(0);
    // Each story is a world of its own; a few are told at a time.
    let faults: Vec<String> = std::thread::scope(|scope| {
        let tellers: Vec<_> = (0..std::thread::available_parallelism().map_or(2, usize::from).min(8))
            .map(|_| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    std::iter::from_fn(|| stories.get(next.fetch_add(1, Ordering::Relaxed)))
                        .filter_map(|story| runtime.block_on(compared(story)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        tellers.into_iter().flat_map(|teller| teller.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// What a story does otherwise than its transcript says, or what must never be.
async fn compared(story: &Path) -> Option<String> {
    let transcript = match tell(story).await {
        Ok(transcript) => transcript,
        Err(fault) => return Some(format!("{}: {fault}", name(story))),
    };
    let path = story.join("expected.txt");
    if std::env::var_os("FOREWARN_BLESS").is_some() {
        fs::write(&path, &transcript).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    (transcript != expected).then(|| format!("{} came out otherwise:\n{}", name(story), difference(&expected, &transcript)))
}

/// Plays a story in a folder of its own; gives the masked transcript, or what must never be.
async fn tell(story: &Path) -> Result<String, String> {
    let folder = TempDir::new().unwrap();
    let dir = folder.path();
    let steps = script::steps(&fs::read_to_string(story.join("story.txt")).unwrap()).map_err(|error| format!("{error:#}"))?;
    let mail_of = |name: &str| {
        let path = [story.join(name), stories().join("mail").join(name)].into_iter().find(|path| path.exists());
        let path = path.ok_or_else(|| anyhow::anyhow!("there is no mail {name}"))?;
        Ok(fs::read_to_string(path)?)
    };
    stage::play(dir, Voice::Silent, steps.clone(), mail_of).await.map_err(|error| format!("{error:#}"))?;
    inbox_is_untouched(dir, &steps, mail_of)?;
    nobody_read_the_same_twice(dir)?;
    let store = Store::open_existing(&dir.join("forewarn.sqlite")).unwrap();
    let proved = promises_held(&store, dir).await;
    store.close().await;
    proved?;
    std::thread::scope(|scope| scope.spawn(|| history_names_everybody(dir)).join()).unwrap()?;
    Ok(masked(&fs::read_to_string(dir.join("transcript.txt")).unwrap()))
}

/// Every mail that lay in the inbox is there as it came, under the name that it came with.
fn inbox_is_untouched(dir: &Path, steps: &[Step], mail_of: impl Fn(&str) -> anyhow::Result<String>) -> Result<(), String> {
    let before = steps.iter().filter_map(|step| if let Step::Before(name) = step { Some(name) } else { None });
    let later = steps.iter().filter_map(|step| if let Step::Mail(names) = step { Some(names) } else { None }).flatten();
    let mut came: BTreeMap<String, String> =
        before.chain(later).zip(1..).map(|(mail, number)| (format!("provider-{number:02}"), mail_of(mail).unwrap())).collect();
    for reply in files(&dir.join("replies")) {
        came.insert(name(&reply).trim_end_matches(".eml").to_owned(), fs::read_to_string(reply).unwrap());
    }
    let came: BTreeMap<String, String> = came.into_iter().map(|(name, raw)| (name, raw.replace('\n', "\r\n"))).collect();
    let lie: BTreeMap<String, String> =
        files(&dir.join("in/new")).iter().map(|path| (name(path), String::from_utf8(fs::read(path).unwrap()).unwrap())).collect();
    if came == lie && files(&dir.join("in/cur")).is_empty() { Ok(()) } else { Err("the inbox was touched".to_owned()) }
}

/// No customer address got the same subject and text twice.
fn nobody_read_the_same_twice(dir: &Path) -> Result<(), String> {
    for recipient in customers(dir) {
        let mut read = BTreeSet::new();
        for path in files(&recipient.join("new")) {
            let mail = mail::parse(&fs::read(path).unwrap());
            if !read.insert((mail.subject.clone(), mail.text().to_owned())) {
                return Err(format!("{} got “{}” twice", name(&recipient), mail.subject));
            }
        }
    }
    Ok(())
}

/// The ledger adds up; what customers got is exactly what the store says was sent; each had an accepted approval before it.
async fn promises_held(store: &Store, dir: &Path) -> Result<(), String> {
    let counts = store.counts().await.unwrap();
    if !counts.adds_up() {
        return Err(format!("the ledger does not add up: {counts:?}"));
    }
    let rows = store.outbox(OutboxFilter::Newest(u32::MAX)).await.unwrap();
    for recipient in customers(dir) {
        let sent = rows.iter().filter(|row| row.outgoing.kind.is_outward() && row.outgoing.to.address == name(&recipient));
        for path in files(&recipient.join("new")) {
            let mail = mail::parse(&fs::read(path).unwrap());
            // What bounced had left before.
            let left = |state, answer: &Option<String>| {
                state == OutboxState::Sent || answer.as_deref().is_some_and(|answer| answer.starts_with("bounced: "))
            };
            let is = |row: &OutboxRow| matches!(&row.outgoing.content, Content::Frozen(frozen) if Some(&frozen.message_id) == mail.message_id.as_ref());
            // What several drafts say in one mail was approved for each of them.
            let told: Vec<_> =
                sent.clone().filter(|row| left(row.state, &row.answer) && is(row)).filter_map(|row| row.outgoing.draft).collect();
            if told.is_empty() {
                return Err(format!("“{}” reached {} past the store", mail.subject, name(&recipient)));
            }
            for draft in told {
                let decisions = store.decisions(draft).await.unwrap();
                let approved = decisions.iter().find(|record| record.decision == Decision::Approve);
                if approved.is_none_or(|record| mail.date.is_none_or(|date| record.at > date)) {
                    return Err(format!("“{}” reached {} without an approval before it", mail.subject, name(&recipient)));
                }
            }
        }
    }
    Ok(())
}

/// Whoever got a notice stands in the record of a customer behind the address, with the mail that it was (W35).
fn history_names_everybody(dir: &Path) -> Result<(), String> {
    let config = forewarn::config::load(&dir.join("forewarn.toml")).unwrap();
    let now = Some("2021-09-20T12:00:00Z".parse().unwrap());
    // An address may be of several customers, of whom a notice need not be about all.
    let mut pages: BTreeMap<&str, String> = BTreeMap::new();
    for customer in &config.inventory.customers {
        let mut out = Vec::new();
        let args = HistoryArgs { customer: Some(customer.id.clone()), at: At { now }, bytes: true, ..HistoryArgs::default() };
        args.show(&config, &mut out).map_err(|error| format!("history of {}: {error:#}", customer.id))?;
        for contact in &customer.contacts {
            pages.entry(&contact.mailbox.address).or_default().push_str(&String::from_utf8_lossy(&out));
        }
    }
    for (address, shown) in pages {
        for path in files(&dir.join("out").join(address).join("new")) {
            let id = mail::parse(&fs::read(&path).unwrap()).message_id.unwrap_or_default();
            if !shown.contains(&format!("Message-ID: <{id}>")) || !shown.contains(address) {
                return Err(format!("no history names {id} to {address}:\n{shown}"));
            }
        }
    }
    Ok(())
}

/// Folders of the outbox that belong to nobody of the organisation.
fn customers(dir: &Path) -> Vec<PathBuf> {
    folders(&dir.join("out")).into_iter().filter(|path| !name(path).ends_with("@harborlight.example")).collect()
}

/// The transcript with `xxxx-xxxx` in place of the short codes, also of one that a quotation cuts off: they hang on a key of chance.
fn masked(transcript: &str) -> String {
    let code = regex::Regex::new(r"(\[FW(?:-\d+ v\d+|-\d+ \+\d+| start) )[a-z0-9-]{1,9}").unwrap();
    code.replace_all(transcript, "${1}xxxx-xxxx").into_owned()
}

/// The first lines that differ, with those before them.
fn difference(expected: &str, told: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), told.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let show = |sign: &str, lines: &[&str], from: usize, count: usize| -> String {
        lines.iter().skip(from).take(count).map(|line| format!("{sign}{line}\n")).collect()
    };
    let before = same.saturating_sub(4);
    format!("line {}\n{}{}{}", same + 1, show("  ", &old, before, same - before), show("- ", &old, same, 6), show("+ ", &new, same, 6))
}

fn stories() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories")
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    entries(dir).into_iter().filter(|path| path.is_dir() && name(path) != "mail").collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    entries(dir).into_iter().filter(|path| path.is_file()).collect()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

//! The record, the post-mortem and erasure over stores that whole stories made. `FOREWARN_BLESS=1` writes the golden pages anew.

mod erase;
mod kept;
mod why;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use forewarn::cli::demo::script;
use forewarn::cli::demo::stage::{self, Voice};
use forewarn::cli::history::{HistoryArgs, HistoryFormat};
use forewarn::cli::postmortem::{PostmortemArgs, PostmortemFormat};
use forewarn::cli::view::At;
use forewarn::config::{self, Config};
use forewarn::model::MaintenanceId;
use tempfile::TempDir;

/// A story that was played to its end: its folder and its configuration.
struct Played {
    folder: TempDir,
}

impl Played {
    fn of(story: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories");
        let steps = script::steps(&fs::read_to_string(stories.join(story).join("story.txt")).unwrap()).unwrap();
        let mail_of = |name: &str| {
            let path = [stories.join(story).join(name), stories.join("mail").join(name)].into_iter().find(|path| path.exists()).unwrap();
            Ok(fs::read_to_string(path)?)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(stage::play(folder.path(), Voice::Silent, steps, mail_of)).unwrap();
        Self { folder }
    }

    fn config(&self) -> Config {
        config::load(&self.folder.path().join("forewarn.toml")).unwrap()
    }

    fn history(&self, args: &HistoryArgs) -> String {
        let mut out = Vec::new();
        args.show(&self.config(), &mut out).unwrap();
        plain(&out)
    }

    fn postmortem(&self, id: i64, format: PostmortemFormat) -> String {
        let mut out = Vec::new();
        PostmortemArgs { maintenance: MaintenanceId(id), format, at: later() }.show(&self.config(), &mut out).unwrap();
        plain(&out)
    }
}

/// When whoever asks looks back.
fn later() -> At {
    At { now: Some("2020-09-20T12:00:00Z".parse::<DateTime<Utc>>().unwrap()) }
}

fn of(id: i64) -> HistoryArgs {
    HistoryArgs { maintenance: Some(MaintenanceId(id)), at: later(), ..HistoryArgs::default() }
}

fn for_customer(name: &str) -> HistoryArgs {
    HistoryArgs { customer: Some(name.into()), at: later(), ..HistoryArgs::default() }
}

fn plain(out: &[u8]) -> String {
    String::from_utf8(anstream::adapter::strip_bytes(out).into_vec()).unwrap()
}

#[track_caller]
fn golden(name: &str, shown: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/record").join(name);
    if std::env::var_os("FOREWARN_BLESS").is_some() {
        fs::write(&path, shown).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, expected, "{name} came out otherwise");
}

#[test]
fn w35_a_page_tells_who_was_told_by_whom_and_what_came_back() {
    let played = Played::of("w28-bounces");
    golden("bounced.txt", &played.history(&of(1)));
    golden("bounced-customer.txt", &played.history(&for_customer("orchard & finch LAW")));
    let json = played.history(&HistoryArgs { format: HistoryFormat::Json, bytes: true, ..for_customer("orchard") });
    let record: serde_json::Value = serde_json::from_str(json.trim_end()).unwrap();
    let customer = &record["customers"][0];
    assert_eq!((customer["told"].as_bool(), customer["copies"].as_array().map(Vec::len)), (Some(false), Some(0)), "{customer}");
    let notices = record["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 2);
    for notice in notices {
        let bytes = notice["bytes"].as_str().unwrap();
        let id = notice["message_id"].as_str().unwrap();
        assert!(bytes.contains("\r\n\r\n") && bytes.contains(&format!("<{id}>")), "{bytes}");
        assert!(notice["accepted_at"].is_string() && notice["answer"].as_str().unwrap().starts_with("bounced: "), "{notice}");
    }
    let whole = played.history(&HistoryArgs { bytes: true, ..for_customer("orchard") });
    assert!(
        whole.contains("=== v1 to Lee Orchard <lee@orchardfinch.example>: failed, ") && whole.contains("\nSubject: Data Center"),
        "{whole}"
    );
}

#[test]
fn w35_whoever_was_not_told_reads_why() {
    golden("expired-customer.txt", &Played::of("reminders-escalation-expiry").history(&for_customer("meyer")));
    golden("rejected.txt", &Played::of("reject").history(&of(1)));
    golden("dropped.txt", &Played::of("w09-no-server-named").history(&for_customer("meyer")));
    golden("moved-customer.txt", &Played::of("moved-after-sending").history(&for_customer("Bakery Meyer")));
    golden("cancelled.txt", &Played::of("w31-cancelled-after-telling").history(&of(1)));
    golden("rehearsal.txt", &Played::of("w04-rehearsal").history(&of(1)));
    golden("unread.txt", &Played::of("unknown-layout-window-written").history(&of(1)));
}

#[test]
fn w35_a_span_and_a_service_leave_out_the_rest() {
    let played = Played::of("w28-bounces");
    let span = |from: &str, to: &str, service: &str| {
        let service = Some(service.to_owned()).filter(|service| !service.is_empty());
        played.history(&HistoryArgs { from: Some(from.into()), to: Some(to.into()), service, ..for_customer("meyer") })
    };
    assert!(span("2020-09-09", "2020-09-11", "").starts_with("FW-1 "), "by its window");
    assert!(span("2020-09-01", "2020-09-02", "mail").starts_with("FW-1 "), "by the day on which it was announced");
    assert!(span("2020-09-02", "2020-09-09", "").starts_with("Nothing that the store holds of that time concerned Bakery Meyer"));
    assert!(span("2020-09-09", "2020-09-11", "web").starts_with("Nothing"), "another service of theirs");
}

#[test]
fn w35_a_mail_of_which_nothing_was_made_is_said_to_those_whom_it_may_have_touched() {
    let shown = Played::of("quarantined-mail").history(&for_customer("meyer"));
    assert!(shown.contains("Of 1 mail no maintenance was made:") && shown.contains("not readable: "), "{shown}");
    let shown = Played::of("w02-strangers").history(&for_customer("meyer"));
    assert!(!shown.contains("no maintenance was made"), "a stranger's mail is nobody's: {shown}");
}

#[test]
fn w35_who_is_no_customer_any_more_is_found_by_the_drafts() {
    let played = Played::of("w28-bounces");
    let path = played.folder.path().join("services.toml");
    let services = fs::read_to_string(&path).unwrap();
    let blocks: Vec<&str> = services.split("[[customer]]").filter(|block| !block.contains("id = \"meyer\"")).collect();
    fs::write(&path, blocks.join("[[customer]]")).unwrap();
    let shown = played.history(&for_customer("meyer"));
    assert!(shown.contains("for       meyer (meyer)") && shown.contains("TOLD      v1 to katrin@bakery-meyer.example"), "{shown}");
}

#[test]
fn a_post_mortem_says_what_was_missed_and_leaves_the_rest_to_staff() {
    let played = Played::of("reminders-escalation-expiry");
    golden("expired-postmortem.txt", &played.postmortem(1, PostmortemFormat::Text));
    golden("expired-postmortem.md", &played.postmortem(1, PostmortemFormat::Markdown));
    golden("told-postmortem.txt", &Played::of("w28-bounces").postmortem(1, PostmortemFormat::Text));
    golden("incident-postmortem.txt", &Played::of("w14-outage-reported").postmortem(1, PostmortemFormat::Text));
}

#[test]
fn a_post_mortem_names_customers_only_where_staff_delete_it() {
    let text = Played::of("w28-bounces").postmortem(1, PostmortemFormat::Text);
    let (public, private) = text.split_once("[For you alone").unwrap();
    for name in ["Orchard", "orchardfinch", "Meyer", "bakery-meyer.example", "Lakeside"] {
        assert!(!public.contains(name), "{name} in\n{public}");
    }
    assert!(private.contains("Orchard & Finch Law"), "{private}");
}

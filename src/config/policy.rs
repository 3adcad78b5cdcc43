//! `forewarn.toml` as written → what it means.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

use super::fault::{Report, Source};
use super::places::{self, Given};
use super::secret::SecretSource;
use super::value::{self, Why};
use super::written::{Notes, Table};
use super::{InboxConfig, Reads, SinkConfig};
use crate::model::{
    AgendaPlan, Approver, AuthMode, CalendarForm, DigestPlan, Inventory, Mailbox, Mode, NoticeForm, OnCall, Policy, Retention, ZoneOrder,
};

/// The file's meaning as far as it could be had: enough to read the inventory beside it, and all of it when nothing is missing.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) services: PathBuf,
    pub(super) zone: Tz,
    /// Addresses of Forewarn's own: a customer notice to one of them would come back to it.
    pub(super) own_addresses: Vec<String>,
    /// Services that Forewarn stands on, with where the file says so.
    pub(super) stands_on: Vec<(String, std::ops::Range<usize>)>,
    pub(super) settled: Option<Settled>,
}

/// All of the file.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) policy: Policy,
    pub(super) store: PathBuf,
    pub(super) inboxes: Vec<InboxConfig>,
    pub(super) outbox: SinkConfig,
    pub(super) rules_dir: Option<PathBuf>,
    pub(super) templates_dir: Option<PathBuf>,
    pub(super) name_server: Option<SocketAddr>,
    pub(super) key: SecretSource,
    pub(super) heartbeat_url: Option<String>,
    pub(super) retention: Retention,
}

const MAILBOX: &str = "\"Name <local@domain.example>\"";
const CLOSING_DE: &str = "Bei Fragen melden Sie sich gern bei uns.";
const CLOSING: &str = "If you have questions or concerns, please feel free to contact us.";

pub(super) fn read(source: &Source, folder: &Path, report: &mut Report) -> Written {
    let notes = Notes::new(source, report);
    let (document, whole) = notes.document();
    if !whole {
        let services = document.get_ref().get("services").and_then(|value| value.get_ref().as_str()).unwrap_or("services.toml");
        return Written { services: services.into(), zone: Tz::UTC, own_addresses: Vec::new(), stands_on: Vec::new(), settled: None };
    }
    let root = Table::root(&notes, &document);
    let path = |key: &'static str| root.text(key).map(PathBuf::from);
    let from = root.read_required("from", MAILBOX, value::mailbox);
    let zone = root.read_required("zone", "\"America/Chicago\"", value::zone);
    let services = path("services").unwrap_or_else(|| "services.toml".into());
    let store = path("store").unwrap_or_else(|| "forewarn.sqlite".into());
    let rules_dir = directory(&root, "rules_dir", folder, EMBEDDED);
    let templates_dir = directory(&root, "templates_dir", folder, EMBEDDED);
    let mode = if root.has("mode") { root.read("mode", mode) } else { Some(Mode::Rehearsal) };
    let rehearsal_to = root.read("rehearsal_to", value::mailbox);
    if mode == Some(Mode::Rehearsal) && root.get("rehearsal_to").is_none() {
        let help = format!("add `rehearsal_to = {MAILBOX}`, a staff address: notices go there instead of to customers");
        notes.error(root.span_of("mode"), "`mode = \"rehearsal\"` needs `rehearsal_to`", help);
    }
    if let (Some(from), Some(to)) = (&from, &rehearsal_to)
        && same(&from.address, &to.address)
    {
        notes.error(root.span_of("rehearsal_to"), "`rehearsal_to` is the address that Forewarn writes from", "name a staff mailbox");
    }
    let organisation = root.required("organisation", "\"Example IT\"");
    let support = root.read_required("support", MAILBOX, value::mailbox);
    let backlog_mb = root.number("backlog_mb_a_day", 1..=1_000_000, "megabytes").unwrap_or(1024);
    let approvers = approvers(&root, from.as_ref());
    let approval = approval(&root, folder, approvers.len());
    let inboxes = places::inboxes(&root, folder);
    let outbox = places::outbox(&root, folder);
    let notices = notices(&root, folder);
    let digest = digest(&root, &approvers);
    let agenda = agenda(&root);
    let on_call = on_call(&root);
    let stands_on = root.table("self").map(|table| {
        let found = table.list("depends_on", value::id);
        table.finish();
        found.unwrap_or_default()
    });
    let stands_on = stands_on.unwrap_or_default();
    let retention = retention(&root);
    let alarm = root.table("alarm").map(|table| {
        let command = places::command(&table, "command");
        let heartbeat_url = table.read("heartbeat_url", value::url);
        if table.get("command").is_none() && table.get("heartbeat_url").is_none() {
            table.missing("command", "[\"/usr/local/bin/wake\"]");
        }
        table.finish();
        (command, heartbeat_url)
    });
    let (alarm_command, heartbeat_url) = alarm.unwrap_or_default();
    root.finish();
    let canary_every = match &outbox {
        Some(SinkConfig::Smtp(smtp)) if smtp.canary_hours > 0 && inboxes.iter().any(|inbox| inbox.reads.contains(&Reads::Replies)) => {
            Some(TimeDelta::hours(i64::from(smtp.canary_hours)))
        }
        _ => None,
    };
    let own_addresses = from.iter().map(|mailbox| mailbox.address.clone()).collect();
    let policy_zone = zone.unwrap_or(Tz::UTC);
    let settle = || {
        let Approval { auth, approvals, plus_addresses, undo, key, name_server } = approval?;
        let (agenda, escalation) = agenda;
        let policy = Policy {
            mode: mode?,
            rehearsal_to,
            organisation: organisation?,
            from: from?,
            support: support?,
            zone: zone?,
            approvers,
            stands_on: stands_on.iter().map(|(id, _)| id.clone()).collect(),
            on_call,
            escalation,
            auth,
            approvals,
            plus_addresses,
            undo,
            notices,
            digest,
            agenda,
            alarm_command,
            backlog_bytes_a_day: u64::from(backlog_mb) << 20,
            canary_every,
        };
        Some(Settled {
            policy,
            store: folder.join(store),
            inboxes,
            outbox: outbox?,
            rules_dir,
            templates_dir,
            key,
            name_server,
            heartbeat_url,
            retention,
        })
    };
    let settled = settle();
    Written { services, zone: policy_zone, own_addresses, stands_on, settled }
}

/// Notes services that Forewarn is said to stand on and that the inventory does not have.
pub(super) fn check_stands_on(source: &Source, named: &[(String, std::ops::Range<usize>)], inventory: &Inventory, report: &mut Report) {
    let notes = Notes::new(source, report);
    for (id, span) in named {
        if !inventory.services.iter().any(|service| service.id.eq_ignore_ascii_case(id)) {
            let known: Vec<&str> = inventory.services.iter().map(|service| service.id.as_str()).collect();
            let help = format!("name services of services.toml by their ids: {}", known.join(", "));
            notes.error(span.clone(), format!("there is no service \"{id}\""), help);
        }
    }
}

fn mode(word: &str) -> Result<Mode, Why> {
    value::choice("mode", word, &[("rehearsal", Mode::Rehearsal), ("live", Mode::Live)])
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// What holds where a folder of rules or templates is left out.
const EMBEDDED: &str = "the embedded ones always work";

fn directory(root: &Table<'_>, key: &'static str, folder: &Path, without: &str) -> Option<PathBuf> {
    let path = folder.join(root.text(key)?);
    if !path.is_dir() {
        let help = format!("make the folder, mend the path (it counts from this file's folder), or delete the line: {without}");
        root.notes.error(root.span_of(key), format!("`{key}` names no folder: {}", path.display()), help);
    }
    Some(path)
}

fn approvers(root: &Table<'_>, from: Option<&Mailbox>) -> Vec<Approver> {
    let tables = root.tables("approver");
    if tables.is_empty() && root.get("approver").is_none_or(|value| value.get_ref().is_array()) {
        let help = "add [[approver]] with `name` and `address`: nothing is sent to customers before one of them says approve";
        root.notes.error(root.span_of("approver"), "there is no approver", help);
    }
    let mut taken = BTreeSet::new();
    let mut approvers = Vec::new();
    for table in tables {
        let name = table.required("name", "\"Sam Lee\"");
        let address = table.read_required("address", "\"sam@example.net\"", value::address);
        let aliases = table.list("aliases", value::address).unwrap_or_default();
        let zone = table.read("zone", value::zone);
        let written = address.iter().map(|address| (address.clone(), table.span_of("address"))).chain(aliases.iter().cloned());
        for (address, span) in written {
            if from.is_some_and(|from| same(&from.address, &address)) {
                let help = "name the address from which the person writes; Forewarn would answer itself";
                table.notes.error(span, format!("{address} is Forewarn's own address (`from`)"), help);
            } else if !taken.insert(address.to_lowercase()) {
                table.notes.error(span, format!("{address} stands here twice"), "an address belongs to one approver, once");
            }
        }
        if let (Some(name), Some(address)) = (name, address) {
            let aliases = aliases.into_iter().map(|(alias, _)| alias).collect();
            approvers.push(Approver { mailbox: Mailbox { name, address }, aliases, zone });
        }
        table.finish();
    }
    approvers
}

/// How replies of staff are believed.
struct Approval {
    auth: AuthMode,
    approvals: u32,
    plus_addresses: bool,
    undo: TimeDelta,
    key: SecretSource,
    name_server: Option<SocketAddr>,
}

fn approval(root: &Table<'_>, folder: &Path, approvers: usize) -> Option<Approval> {
    const EXAMPLE: &str = "\"authserv:mx.example.net\"";
    let Some(table) = root.table("approval") else {
        if root.get("approval").is_none() {
            let help = format!("add [approval] with `auth = {EXAMPLE}`: how Forewarn knows that a reply is really from an approver");
            root.notes.error(0..0, "there is no [approval]", help);
        }
        return None;
    };
    let auth = table.read_required("auth", EXAMPLE, |word| match word.split_once(':') {
        Some(("authserv", id)) if !id.trim().is_empty() && !id.contains([' ', ';', '/']) => Ok(AuthMode::Authserv(id.trim().to_owned())),
        None if word == "dkim" => Ok(AuthMode::Dkim),
        None if word == "m365-internal" => Ok(AuthMode::M365Internal),
        None if word == "token-only" => Ok(AuthMode::TokenOnly),
        _ => Err(Why::new(
            format!("unknown way of proof \"{word}\""),
            format!(
                "write {EXAMPLE} with the name that your mail server puts first in Authentication-Results, \"dkim\", \"m365-internal\", or \
                 \"token-only\""
            ),
        )),
    });
    let accepted = table.flag("i_accept_forgery_risk");
    if auth == Some(AuthMode::TokenOnly) && accepted != Some(true) {
        let help = "name your mail server (`auth = \"authserv:…\"`), or write `i_accept_forgery_risk = true` below: whoever reads a request \
                    mail, or is copied on a reply, could then forge an approval";
        table.notes.error(table.span_of("auth"), "`token-only` proves no sender", help);
    }
    let undo = table.number("undo_seconds", 0..=3600, "seconds").unwrap_or(120);
    let plus_addresses = table.flag("plus_addresses").unwrap_or(false);
    let key = match places::secret(&table, folder, ["key_file", "key_command", "key_credential"]) {
        Given::Nothing => Some(SecretSource::File(folder.join("forewarn.key"))),
        Given::One(source) => Some(source),
        Given::Wrong => None,
    };
    let approvals = table.number("approvals", 1..=9, "approvals").unwrap_or(1);
    // Who edits a notice does not count for it, so that one more is needed.
    let needed = usize::try_from(approvals).unwrap_or(usize::MAX).saturating_add(1);
    if approvals > 1 && approvers < needed {
        let help = format!("name {needed} [[approver]]: who edits a notice does not count for it; or lower the number");
        table.notes.error(table.span_of("approvals"), format!("{approvals} approvals cannot always be had of {approvers} approvers"), help);
    }
    let name_server = table.read("name_server", |text| {
        let why = || Why::new(format!("\"{text}\" is no name server"), "write its IP address and port: \"127.0.0.1:53\"");
        text.parse::<SocketAddr>().map_err(|_| why())
    });
    table.finish();
    let undo = TimeDelta::seconds(i64::from(undo));
    Some(Approval { auth: auth?, approvals, plus_addresses, undo, key: key?, name_server })
}

fn notices(root: &Table<'_>, folder: &Path) -> NoticeForm {
    let table = root.table("notices");
    let orders = [("utc-first", ZoneOrder::UtcFirst), ("local-first", ZoneOrder::LocalFirst), ("local-only", ZoneOrder::LocalOnly)];
    let calendars = [("plain", CalendarForm::Plain), ("bcop", CalendarForm::Bcop), ("none", CalendarForm::None)];
    let form = NoticeForm {
        calendar: table
            .as_ref()
            .and_then(|table| table.read("calendar", |word| value::choice("calendar", word, &calendars)))
            .unwrap_or_default(),
        zone_order: table
            .as_ref()
            .and_then(|table| table.read("zone_order", |word| value::choice("order", word, &orders)))
            .unwrap_or_default(),
        weekday: table.as_ref().and_then(|table| table.flag("weekday")).unwrap_or(false),
        publish_dir: table.as_ref().and_then(|table| directory(table, "publish_dir", folder, "nothing is published then")),
        remind_before: table
            .as_ref()
            .and_then(|table| table.number("reminder_hours", 0..=24, "hours"))
            .filter(|hours| *hours > 0)
            .map(|hours| TimeDelta::hours(i64::from(hours))),
        tell_started: table.as_ref().and_then(|table| table.flag("tell_started")).unwrap_or(false),
        copy_to: table.as_ref().and_then(|table| table.read("copy_to", value::mailbox)),
        closing: table.as_ref().and_then(|table| table.lines("closing")).unwrap_or_else(|| CLOSING.to_owned()),
        closing_de: table.as_ref().and_then(|table| table.lines("closing_de")).unwrap_or_else(|| CLOSING_DE.to_owned()),
        signature: table.as_ref().and_then(|table| table.lines("signature")).unwrap_or_default(),
    };
    table.into_iter().for_each(Table::finish);
    form
}

fn digest(root: &Table<'_>, approvers: &[Approver]) -> DigestPlan {
    let table = root.table("digest");
    let to = table.as_ref().and_then(|table| table.list("to", value::mailbox));
    let plan = DigestPlan {
        weekday: table.as_ref().and_then(|table| table.read("weekday", value::weekday)).unwrap_or(Weekday::Mon),
        time: table.as_ref().and_then(|table| table.read("time", value::clock)).unwrap_or(at(7)),
        to: match to {
            Some(to) => to.into_iter().map(|(mailbox, _)| mailbox).collect(),
            None => approvers.iter().map(|approver| approver.mailbox.clone()).collect(),
        },
        daily: table.as_ref().and_then(|table| table.flag("daily")).unwrap_or(false),
        days_ahead: table.as_ref().and_then(|table| table.number("days_ahead", 1..=366, "days")).unwrap_or(14),
    };
    if let Some(table) = table {
        if plan.to.is_empty() && table.get("to").is_some() {
            let help = "name a staff address, or delete the line: approvers get it then";
            table.notes.error(table.span_of("to"), "the digest goes to nobody", help);
        }
        table.finish();
    }
    plan
}

fn agenda(root: &Table<'_>) -> (AgendaPlan, Vec<Mailbox>) {
    let table = root.table("agenda");
    let hours = |key: &'static str, most: u32, default: u32| {
        let written = table.as_ref().and_then(|table| table.number(key, 1..=most, "hours"));
        TimeDelta::hours(i64::from(written.unwrap_or(default)))
    };
    let (day_starts, day_ends) = table.as_ref().and_then(|table| table.read("day", value::hours)).unwrap_or((at(8), at(18)));
    let plan = AgendaPlan {
        remind_every: hours("remind_hours", 168, 12),
        escalate_before: hours("escalate_hours", 720, 24),
        urgent_within: hours("urgent_hours", 168, 8),
        send_before: hours("send_hours_before", 2160, 72),
        holidays: table
            .as_ref()
            .and_then(|table| table.list("holidays", day))
            .unwrap_or_default()
            .into_iter()
            .map(|(day, _)| day)
            .collect(),
        bundle_within: TimeDelta::minutes(i64::from(
            table.as_ref().and_then(|table| table.number("bundle_minutes", 0..=60, "minutes")).unwrap_or(10),
        )),
        day_starts,
        day_ends,
    };
    let escalation = table.as_ref().and_then(|table| table.list("escalate_to", value::mailbox)).unwrap_or_default();
    table.into_iter().for_each(Table::finish);
    (plan, escalation.into_iter().map(|(mailbox, _)| mailbox).collect())
}

fn day(text: &str) -> Result<NaiveDate, Why> {
    text.parse().map_err(|_| Why::new(format!("\"{text}\" is no day"), "write it so: \"2026-11-23\""))
}

fn on_call(root: &Table<'_>) -> Option<OnCall> {
    let table = root.table("on_call")?;
    let turns = table.list("turns", value::mailbox);
    let since = table.read("since", day);
    let turns: Option<Vec<Mailbox>> = turns.map(|turns| turns.into_iter().map(|(mailbox, _)| mailbox).collect());
    match &turns {
        None if !table.has("turns") => table.missing("turns", &format!("[{MAILBOX}]")),
        Some(turns) if turns.is_empty() => {
            table.notes.error(table.span_of("turns"), "nobody is on call", "name at least one person, or delete [on_call]");
        }
        Some(turns) if turns.len() > 1 && !table.has("since") => table.missing("since", "\"2026-11-23\""),
        _ => {}
    }
    table.finish();
    Some(OnCall { turns: turns.filter(|turns| !turns.is_empty())?, since: since.unwrap_or_default() })
}

fn retention(root: &Table<'_>) -> Retention {
    let table = root.table("retention");
    let days = |key: &'static str, default: u32| table.as_ref().and_then(|table| table.number(key, 1..=36_500, "days")).unwrap_or(default);
    let retention = Retention { ordinary_days: days("ordinary_days", 30), notices_days: days("notices_days", 1095) };
    if let Some(table) = table {
        if retention.notices_days < retention.ordinary_days {
            let help = "notices, answers and delivery reports are the record: keep them at least as long as ordinary mail";
            table.notes.error(table.span_of("notices_days"), "notices would be given up before ordinary mail", help);
        }
        table.finish();
    }
    retention
}

fn at(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}

//! The calendar entries that customers get, read by a second implementation: Python's icalendar.

use std::io::Write;
use std::process::{Command, Stdio};

use forewarn::draft::{content_hash, is_own_uid, told};
use forewarn::mail::outgoing::{Attachment, Written, freeze};
use forewarn::model::{CalendarForm, Change, Kind, Maintenance, OutboxState, Policy, Precision, Status, Told, Variant, Window};

use super::world::{at, mailbox, maintenance, policy, window};
use super::{Facts, draft, notices_of, rows};

/// What Python's icalendar reads in a calendar.
fn read(calendar: &str) -> String {
    // Debian's own Python: that is where its package puts the module.
    let python = if std::path::Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
    let child = Command::new(python)
        .args(["-c", include_str!("calendar.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    assert!(child.is_ok(), "Python with its icalendar is needed: apt-get install python3-icalendar (tests/run does)");
    let mut child = child.unwrap();
    child.stdin.take().unwrap().write_all(calendar.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The calendar that an address gets; lines are checked for length and line ends.
fn calendar_of(variants: &[Variant], address: &str) -> Option<String> {
    let variant = variants.iter().find(|variant| variant.recipients.iter().any(|recipient| recipient.mailbox.address == address))?;
    let calendar = variant.calendar.clone()?;
    assert!(calendar.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(calendar.matches('\n').count(), calendar.matches("\r\n").count());
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\r')), "{calendar}");
    Some(calendar)
}

/// A maintenance as revisions follow each other: each draft is sent to everybody before the next is made.
struct Course {
    policy: Policy,
    revision: u32,
    told: Vec<Variant>,
}

impl Course {
    fn new(policy: Policy) -> Self {
        Self { policy, revision: 0, told: Vec::new() }
    }

    fn sent(&mut self, maintenance: &Maintenance, change: Change) -> Vec<Variant> {
        self.revision += 1;
        let facts = Facts { revision: self.revision, ..Facts::new(maintenance, &change, &self.policy, &self.told) };
        let variants = notices_of(&facts);
        let mut made = draft(maintenance, change, variants.clone());
        made.revision = self.revision;
        let all: Vec<Told> = rows(&made).into_iter().map(|row| Told { state: OutboxState::Sent, ..row }).collect();
        let newer = told(std::slice::from_ref(&made), &all, false);
        let fresh = |variant: &Variant| !newer.iter().any(|new| new.recipients == variant.recipients);
        self.told.retain(fresh);
        self.told.splice(0..0, newer);
        variants
    }
}

fn shown(title: &str, variants: &[Variant], address: &str) -> String {
    let read = calendar_of(variants, address).map_or_else(|| "no calendar\n".to_owned(), |calendar| read(&calendar));
    format!("{title}\n{read}")
}

fn two_nights() -> Vec<Window> {
    vec![window("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z"), window("2020-09-11T04:00:00Z", "2020-09-11T12:00:00Z")]
}

#[test]
fn a_calendar_follows_every_change_by_its_uid_and_sequence() {
    let office = "office@bakery.example";
    let mut course = Course::new(policy());
    let mut work = maintenance();
    work.said.windows = two_nights();
    let mut out = vec![shown("new, two nights", &course.sent(&work, Change::New), office)];
    let from = std::mem::replace(
        &mut work.said.windows,
        vec![window("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z"), window("2020-09-12T05:00:00Z", "2020-09-12T06:30:00Z")],
    );
    out.push(shown("the second moved", &course.sent(&work, Change::Rescheduled { from }), office));
    let from = work.said.windows.clone();
    work.said.windows.truncate(1);
    out.push(shown("narrowed to one", &course.sent(&work, Change::Rescheduled { from }), office));
    work.status = Status::Tentative;
    out.push(shown("in doubt again", &course.sent(&work, Change::Updated { fields: vec!["status".to_owned()] }), office));
    work.status = Status::InProcess;
    out.push(shown("started", &course.sent(&work, Change::Started), office));
    work.status = Status::Cancelled;
    out.push(shown("cancelled", &course.sent(&work, Change::Cancelled), office));
    insta::assert_snapshot!(out.join("\n"));
}

#[test]
fn days_clocks_ends_and_names_are_read_as_meant() {
    let office = "office@bakery.example";
    let one = |change: &dyn Fn(&mut Maintenance)| {
        let mut work = maintenance();
        change(&mut work);
        Course::new(policy()).sent(&work, Change::New)
    };
    let days = |windows: &[(&str, &str)]| -> Vec<Window> {
        windows.iter().map(|(start, end)| Window { precision: Precision::Day, ..window(start, end) }).collect()
    };
    let name = "Umzug der Server „Süd“; Nächte, Tage\\Wochen – と 日本 ".repeat(2);
    let read = [
        shown(
            "days",
            &one(&|work| work.said.windows = days(&[("2020-12-17T00:00:00Z", "2020-12-19T00:00:00Z"), ("2020-12-24T00:00:00Z", "")])),
            office,
        ),
        shown(
            "over a change of clocks",
            &one(&|work| work.said.windows = vec![window("2020-11-01T05:00:00Z", "2020-11-01T07:30:00Z")]),
            office,
        ),
        shown("no end", &one(&|work| work.said.windows = vec![window("2020-12-11T05:00:00Z", "")]), office),
        shown("names", &one(&|work| work.said.title = Some(format!("{name}\r\nATTENDEE:mailto:x@evil.example"))), office),
        shown(
            "an incident without an end",
            &one(&|work| {
                work.kind = Some(Kind::Incident);
                work.said.windows = vec![window("2020-12-11T05:00:00Z", "")];
            }),
            office,
        ),
    ];
    insta::assert_snapshot!(read.join("\n"));
}

#[test]
fn who_is_released_gets_it_cancelled_and_who_is_new_never_hears_of_nights_before() {
    let mut course = Course::new(policy());
    let mut work = maintenance();
    work.said.windows = two_nights();
    course.sent(&work, Change::New);
    // Now it is web01 instead of mail01, one night, and the second night stands struck.
    work.said.objects[0].object_id = "web01".to_owned();
    work.said.windows[1].status = Some(Status::Cancelled);
    let change = Change::Updated { fields: vec!["objects".to_owned(), "windows".to_owned()] };
    let all = course.sent(&work, change);
    let read = [shown("released", &all, "office@bakery.example"), shown("told before, by its other service", &all, "rui@clinica.example")];
    insta::assert_snapshot!(read.join("\n"));
    let fresh = Course::new(policy()).sent(&work, Change::New);
    let calendar = calendar_of(&fresh, "rui@clinica.example").unwrap();
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 1, "a night that is off is no news to them");
}

#[test]
fn entries_of_the_work_from_which_it_was_split_are_cancelled_with_a_higher_sequence() {
    let mut whole = Course::new(policy());
    let change = || Change::Updated { fields: vec!["objects".to_owned()] };
    whole.sent(&maintenance(), Change::New);
    let mut part = maintenance();
    part.said.expected_downtime_minutes = Some(5);
    whole.sent(&part, Change::Updated { fields: vec!["expected downtime".to_owned()] });
    part.id.0 = 1043;
    part.said.windows = vec![window("2020-09-14T04:00:00Z", "2020-09-14T12:00:00Z")];
    let mut course = Course { policy: policy(), revision: 0, told: whole.told };
    let all = course.sent(&part, change());
    insta::assert_snapshot!(shown("split off", &all, "office@bakery.example"));
}

#[test]
fn readers_of_the_same_share_a_notice_whatever_they_were_told_before() {
    let mut course = Course::new(policy());
    course.sent(&maintenance(), Change::New);
    let late = course.told.clone();
    let mut moved = maintenance();
    let from = std::mem::replace(&mut moved.said.windows, vec![window("2020-09-12T04:00:00Z", "2020-09-12T06:00:00Z")]);
    course.sent(&moved, Change::Rescheduled { from });
    // The bakery's office knows the second state, everybody else the first.
    let knows = |variant: &Variant| variant.recipients.iter().any(|one| one.mailbox.address == "office@bakery.example");
    let told: Vec<Variant> = course.told.iter().filter(|one| knows(one)).chain(late.iter().filter(|one| !knows(one))).cloned().collect();
    moved.said.expected_downtime_minutes = Some(5);
    let mut mixed = Course { policy: policy(), revision: 2, told };
    let change = Change::Updated { fields: vec!["expected downtime".to_owned()] };
    let both = mixed.sent(&moved, change.clone()).len();
    assert_eq!(both, course.sent(&moved, change).len());
}

#[test]
fn bcop_names_the_customer_alone_and_no_provider() {
    let mut form = policy();
    form.notices.calendar = CalendarForm::Bcop;
    let all = Course::new(form.clone()).sent(&maintenance(), Change::New);
    let address = |variant: &Variant| variant.recipients.iter().map(|one| one.mailbox.address.clone()).collect::<Vec<_>>();
    assert!(all.iter().all(|variant| address(variant).len() == 1), "an account each");
    let calendar = calendar_of(&all, "office@bakery.example").unwrap();
    assert!(!calendar.to_lowercase().contains("hosting") && !calendar.contains("acme"), "{calendar}");
    insta::assert_snapshot!(read(&calendar));
    form.notices.calendar = CalendarForm::None;
    assert!(Course::new(form).sent(&maintenance(), Change::New).iter().all(|variant| variant.calendar.is_none()));
}

#[test]
fn every_byte_of_the_calendar_is_approved_and_arrives() {
    let all = Course::new(policy()).sent(&maintenance(), Change::New);
    let calendar = calendar_of(&all, "office@bakery.example").unwrap();
    let mut other = all.clone();
    for place in 0..calendar.len() {
        let mut bytes = calendar.clone().into_bytes();
        bytes[place] ^= 1;
        for variant in &mut other {
            variant.calendar = Some(String::from_utf8(bytes.clone()).unwrap());
        }
        assert_ne!(content_hash(&all), content_hash(&other), "byte {place}");
    }
    let written = Written {
        from: policy().from,
        to: mailbox("", "office@bakery.example"),
        reply_to: None,
        subject: "x".to_owned(),
        text: "x".to_owned(),
        html: Some("<p>x</p>".to_owned()),
        message_id: "fw.1@lakeside.example".to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        date: at("2020-09-05T15:00:00Z"),
        extra: Vec::new(),
        attachments: vec![Attachment::calendar(&calendar)],
    };
    let frozen = freeze(&written).unwrap();
    assert_eq!(frozen, freeze(&written).unwrap());
    let message = mail_parser::MessageParser::default().parse(&frozen.bytes).unwrap();
    let part = message.attachment(0).unwrap();
    assert_eq!(part.contents(), calendar.as_bytes());
    let text = String::from_utf8(frozen.bytes).unwrap();
    assert!(text.contains("Content-Type: text/calendar; method=PUBLISH; charset=utf-8\r\n"), "{text}");
    assert!(text.contains("Content-Disposition: attachment; filename=\"maintenance.ics\"\r\n"), "{text}");
    assert!(text.contains("Content-Type: multipart/mixed") && text.contains("Content-Type: multipart/alternative"), "{text}");
}

#[test]
fn our_own_entries_are_known_by_their_uid() {
    assert!(is_own_uid("fw-12-1@lakeside.example", "lakeside.example"));
    for other in ["fw-12-1@carrier.example", "fw-12@lakeside.example", "fw--1@lakeside.example", "CHG-1@lakeside.example", "fw-12-1"] {
        assert!(!is_own_uid(other, "lakeside.example"), "{other}");
    }
}

//! The exact mails that a customer and an approver get.

mod answers;
mod calendar;
mod changes;
mod outages;
pub(crate) mod world;

use forewarn::draft::{NoticeFacts, RequestFacts, Templates, content_hash, emergency_paragraphs, paragraphs, request, told, variants};
use forewarn::inventory::affected;
use forewarn::model::{
    Affected, AffectedObject, Change, Draft, DraftId, DraftState, Impact, Mailbox, Maintenance, Mode, OutboxId, OutboxState, Policy,
    Precision, Problem, ProblemKind, Question, Recipient, Remark, RequestFlavour, Role, Status, Told, Variant, ZoneOrder,
};

use self::world::{at, inventory, mailbox, maintenance, policy, window, zones};

fn text(maintenance: &Maintenance) -> String {
    let touched = affected(&inventory(), maintenance, &[]);
    paragraphs(maintenance, "Data Center Provider", &touched.services)
}

/// What a notice of the world is written from.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) maintenance: &'a Maintenance,
    pub(crate) change: &'a Change,
    pub(crate) policy: &'a Policy,
    pub(crate) told: &'a [Variant],
    pub(crate) revision: u32,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(maintenance: &'a Maintenance, change: &'a Change, policy: &'a Policy, told: &'a [Variant]) -> Self {
        Self { maintenance, change, policy, told, revision: if told.is_empty() { 1 } else { 2 } }
    }
}

pub(crate) fn notices(maintenance: &Maintenance, change: &Change, policy: &Policy, told: &[Variant]) -> Vec<Variant> {
    notices_of(&Facts::new(maintenance, change, policy, told))
}

/// Nothing where a template fails, which no golden is.
pub(crate) fn notices_of(facts: &Facts<'_>) -> Vec<Variant> {
    notices_with(facts, &affected(&inventory(), facts.maintenance, &[]), None)
}

/// As `notices_of`, for other customers; the outage makes it its emergency window.
pub(crate) fn notices_with(facts: &Facts<'_>, affected: &Affected, outage: Option<&Maintenance>) -> Vec<Variant> {
    let Ok(templates) = Templates::new(Vec::new()) else { return Vec::new() };
    notices_by(&templates, facts, affected, outage)
}

fn notices_by(templates: &Templates, facts: &Facts<'_>, affected: &Affected, outage: Option<&Maintenance>) -> Vec<Variant> {
    let name = "Data Center Provider";
    let paragraphs = match outage {
        Some(outage) => emergency_paragraphs(facts.maintenance, Some(outage), name, &affected.services),
        None => paragraphs(facts.maintenance, name, &affected.services),
    };
    let written = variants(&NoticeFacts {
        templates,
        policy: facts.policy,
        zones: &zones(),
        maintenance: facts.maintenance,
        change: facts.change,
        affected,
        provider_public_name: name,
        paragraphs: &paragraphs,
        rehearsal: facts.policy.mode == Mode::Rehearsal,
        told: facts.told,
        revision: facts.revision,
        proposed_at: at("2020-09-05T15:00:00Z"),
        emergency: outage.is_some(),
    });
    written.unwrap_or_default()
}

pub(crate) fn draft(maintenance: &Maintenance, change: Change, variants: Vec<Variant>) -> Draft {
    let mains = &maintenance.said.windows;
    let touched = affected(&inventory(), maintenance, &[]);
    Draft {
        publish: false,
        copy_to: None,
        offsets: Vec::new(),
        collides: Vec::new(),
        id: DraftId(17),
        maintenance: maintenance.id,
        revision: 1,
        maintenance_revision: 1,
        change,
        mode: Mode::Live,
        paragraphs: text(maintenance),
        content_hash: content_hash(&variants),
        variants,
        services: touched.services,
        remarks: Vec::new(),
        questions: Vec::new(),
        proposed_at: at("2020-09-05T15:00:00Z"),
        asked_at: None,
        ask_at: None,
        bundle: Vec::new(),
        reminders: 0,
        votes: Vec::new(),
        author: None,
        send_by: Some(at("2020-09-09T04:00:00Z")),
        starts_at: mains.first().map(|window| window.start),
        ends_at: mains.last().and_then(|window| window.end),
        state: DraftState::Proposed,
    }
}

fn asked(draft: &Draft, maintenance: &Maintenance, flavour: RequestFlavour) -> String {
    let code = if flavour == RequestFlavour::Escalation { "" } else { "7kq2-m9xd" };
    let written = request(&RequestFacts {
        tried: true,
        draft,
        maintenance,
        policy: &policy(),
        inventory: &inventory(),
        zones: &zones(),
        now: at("2020-09-07T15:00:00Z"),
        code,
        reply_to: &mailbox("", "notices+0123456789abcdef@lakeside.example"),
        flavour,
    });
    assert_never_decides(&written.text);
    format!("Subject: {}\n\n{}", written.subject, written.text)
}

/// A request that is quoted back must not decide anything.
fn assert_never_decides(text: &str) {
    let words = [
        "approve",
        "approved",
        "ok",
        "yes",
        "send",
        "stop",
        "mine",
        "start",
        "help",
        "hold",
        "irrelevant",
        "edit",
        "reject",
        "resend",
        "assume-sent",
    ];
    for line in text.lines() {
        let bare = line.trim().trim_end_matches(['.', '!', ':']).to_ascii_lowercase();
        assert!(!words.contains(&bare.as_str()), "a line that decides: {line:?}");
    }
}

/// Each variant as a customer reads it, with those who get it.
fn page(variants: &[Variant]) -> String {
    let one = |variant: &Variant| {
        let to: Vec<&str> = variant.recipients.iter().map(|recipient| recipient.mailbox.address.as_str()).collect();
        format!("To: {}\nSubject: {}\n\n{}", to.join(", "), variant.subject, variant.text)
    };
    variants.iter().map(one).collect::<Vec<_>>().join("\n==========\n\n")
}

fn roll_out() -> Maintenance {
    let mut maintenance = maintenance();
    maintenance.said.windows = vec![window("2020-09-14T00:00:00Z", "2020-10-02T00:00:00Z")];
    maintenance.said.title = Some("Data Center Maintenance (Hypervisor)".to_owned());
    maintenance.said.impact = Impact::Degraded;
    maintenance.said.summary = Some("Hypervisor and network updates on all hosts".to_owned());
    maintenance.said.objects = ["web01", "mail01"].map(|id| AffectedObject { object_id: id.to_owned(), impact: Impact::Degraded }).to_vec();
    maintenance
}

fn tooling() -> Maintenance {
    let mut maintenance = roll_out();
    maintenance.said.windows = vec![window("2020-09-18T03:30:00Z", "2020-09-18T04:30:00Z")];
    maintenance.said.title = Some("Internal Data Center Updates".to_owned());
    maintenance.said.impact = Impact::NoImpact;
    maintenance.said.objects.iter_mut().for_each(|object| object.impact = Impact::NoImpact);
    maintenance.said.summary = Some("Updates of internal tooling".to_owned());
    maintenance
}

#[test]
fn a_host_migration_in_the_house_form() {
    insta::assert_snapshot!(page(&notices(&maintenance(), &Change::New, &policy(), &[])));
}

#[test]
fn a_roll_out_without_an_exact_date() {
    insta::assert_snapshot!(page(&notices(&roll_out(), &Change::New, &policy(), &[])));
}

#[test]
fn work_on_internal_tooling_lists_no_service() {
    insta::assert_snapshot!(page(&notices(&tooling(), &Change::New, &policy(), &[])));
}

/// The variant that an address gets.
fn to<'a>(variants: &'a [Variant], address: &str) -> &'a [Variant] {
    let place = variants.iter().position(|variant| variant.recipients.iter().any(|recipient| recipient.mailbox.address == address));
    place.and_then(|place| variants.get(place..=place)).unwrap_or_default()
}

/// As if every notice of the draft had gone out but one.
fn sent(draft: &Draft) -> Vec<Variant> {
    told(std::slice::from_ref(draft), &rows(draft), draft.mode == Mode::Rehearsal)
}

fn rows(draft: &Draft) -> Vec<Told> {
    let recipients = draft.variants.iter().flat_map(|variant| &variant.recipients);
    let row = |(recipient, number): (&Recipient, i64)| Told {
        draft: draft.id,
        maintenance: draft.maintenance,
        outbox: OutboxId(number),
        address: recipient.mailbox.address.clone(),
        message_id: format!("{number}@lakeside.example"),
        state: if recipient.mailbox.address == "lee@harbor.example" { OutboxState::Failed } else { OutboxState::Sent },
        rehearsal: draft.mode == Mode::Rehearsal,
        may_have_arrived: false,
    };
    recipients.zip(1..).map(row).collect()
}

fn before() -> Vec<Variant> {
    let maintenance = maintenance();
    sent(&draft(&maintenance, Change::New, notices(&maintenance, &Change::New, &policy(), &[])))
}

#[test]
fn a_moved_window_stands_beside_the_old_one_and_who_was_not_told_gets_a_first_notice() {
    let mut moved = maintenance();
    let from = std::mem::replace(&mut moved.said.windows, vec![window("2020-09-12T04:00:00Z", "2020-09-12T06:00:00Z")]);
    moved.said.expected_downtime_minutes = Some(30);
    let all = notices(&moved, &Change::Rescheduled { from }, &policy(), &before());
    insta::assert_snapshot!([page(to(&all, "office@bakery.example")), page(to(&all, "lee@harbor.example"))].join("\n==========\n\n"));
}

#[test]
fn w31_a_cancellation_goes_to_exactly_those_who_were_told() {
    let mut cancelled = maintenance();
    cancelled.status = Status::Cancelled;
    let all = notices(&cancelled, &Change::Cancelled, &policy(), &before());
    let reached: Vec<&str> =
        all.iter().flat_map(|variant| &variant.recipients).map(|recipient| recipient.mailbox.address.as_str()).collect();
    assert_eq!(
        reached,
        ["office@bakery.example", "ana@acme.example", "rui@clinica.example"].map(|address| address),
        "and not lee, whose notice failed"
    );
    insta::assert_snapshot!(page(to(&all, "office@bakery.example")));
    assert_eq!(notices(&cancelled, &Change::Cancelled, &policy(), &[]), []);
}

#[test]
fn started_and_completed_are_short() {
    let (mut started, mut completed) = (maintenance(), maintenance());
    started.status = Status::InProcess;
    completed.status = Status::Completed;
    let first = notices(&started, &Change::Started, &policy(), &before());
    let second = notices(&completed, &Change::Completed, &policy(), &before());
    insta::assert_snapshot!([page(to(&first, "rui@clinica.example")), page(to(&second, "rui@clinica.example"))].join("\n==========\n\n"));
}

#[test]
fn who_is_no_longer_touched_is_told_so() {
    let mut narrowed = maintenance();
    narrowed.said.objects = vec![AffectedObject { object_id: "web01".to_owned(), impact: Impact::Outage }];
    let change = Change::Updated { fields: vec!["objects".to_owned(), "impact".to_owned(), "stamp".to_owned()] };
    let all = notices(&narrowed, &change, &policy(), &before());
    insta::assert_snapshot!([page(to(&all, "office@bakery.example")), page(to(&all, "rui@clinica.example"))].join("\n==========\n\n"));
}

#[test]
fn w30_a_change_of_clocks_inside_the_window_is_said() {
    let mut night = maintenance();
    night.said.windows = vec![window("2020-11-01T05:00:00Z", "2020-11-01T07:30:00Z")];
    let mut spring = maintenance();
    spring.said.windows = vec![window("2021-03-14T06:00:00Z", "2021-03-14T10:00:00Z")];
    let mut form = policy();
    form.notices.weekday = true;
    form.notices.zone_order = ZoneOrder::LocalFirst;
    let (autumn, spring) = (notices(&night, &Change::New, &policy(), &[]), notices(&spring, &Change::New, &form, &[]));
    insta::assert_snapshot!(
        [page(to(&autumn, "office@bakery.example")), page(to(&spring, "office@bakery.example"))].join("\n==========\n\n")
    );
    assert!(!page(to(&autumn, "lee@harbor.example")).contains("Clocks"), "UTC has no clocks to change");
}

#[test]
fn several_nights_a_backup_dates_without_hours_and_no_end() {
    let mut nights = maintenance();
    nights.said.impact = Impact::Outage;
    nights.said.expected_downtime_minutes = Some(90);
    nights.said.windows = vec![window("2020-12-10T05:00:00Z", "2020-12-10T09:00:00Z"), window("2020-12-11T05:00:00Z", "")];
    let mut backup = window("2020-12-17T00:00:00Z", "2020-12-19T00:00:00Z");
    backup.role = Role::Backup;
    backup.precision = Precision::Day;
    nights.said.windows.push(backup);
    let mut form = policy();
    form.notices.zone_order = ZoneOrder::LocalOnly;
    let all = notices(&nights, &Change::New, &form, &[]);
    insta::assert_snapshot!([page(to(&all, "office@bakery.example")), page(to(&all, "lee@harbor.example"))].join("\n==========\n\n"));
}

#[test]
fn w04_a_rehearsal_goes_to_staff_with_the_true_recipients_on_top() {
    let mut form = policy();
    form.mode = Mode::Rehearsal;
    let all = notices(&maintenance(), &Change::New, &form, &[]);
    for variant in &all {
        let to: Vec<&str> = variant.recipients.iter().map(|recipient| recipient.mailbox.address.as_str()).collect();
        assert_eq!(to, ["rehearsal@lakeside.example"]);
    }
    insta::assert_snapshot!(page(&all[..1]));
}

#[test]
fn html_holds_the_same_words() {
    insta::assert_snapshot!(to(&notices(&roll_out(), &Change::New, &policy(), &[]), "rui@clinica.example")[0].html);
}

fn first_draft() -> (Maintenance, Draft) {
    let maintenance = maintenance();
    let mut draft = draft(&maintenance, Change::New, notices(&maintenance, &Change::New, &policy(), &[]));
    let remark = |label: &str, text: &str| Remark { label: label.to_owned(), text: text.to_owned() };
    draft.remarks = vec![
        remark("NOTE", "3 of them read their mail on this server: no contact during the window"),
        remark("LATE", "Acme Dental is promised 5 days, gets 2"),
        remark("ALSO", "Sun Sep 13 fleet roll-out; Thu Sep 17 no server management"),
    ];
    (maintenance, draft)
}

#[test]
fn w20_a_request() {
    let (maintenance, draft) = first_draft();
    let shown = asked(&draft, &maintenance, RequestFlavour::First);
    let head: String = shown.trim_start_matches("Subject: ").chars().take(40).collect();
    assert!(head.starts_with("Wed Sep 9 11PM: Mail"), "{head}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_reminder_and_an_escalation() {
    let (mut maintenance, mut draft) = first_draft();
    maintenance.repeats = 2;
    maintenance.owner = Some("Sam Reed".to_owned());
    draft.variants.truncate(1);
    insta::assert_snapshot!(
        [asked(&draft, &maintenance, RequestFlavour::Reminder(2)), asked(&draft, &maintenance, RequestFlavour::Escalation)]
            .join("\n==========\n\n")
    );
}

#[test]
fn a_doubt_stands_on_line_one() {
    let (mut maintenance, mut draft) = first_draft();
    draft.variants.truncate(1);
    maintenance.problems = vec![Problem::new(ProblemKind::NoRule, "rule", "no rule knows this layout; the times were read from the text")];
    insta::assert_snapshot!(asked(&draft, &maintenance, RequestFlavour::First));
}

#[test]
fn two_readings_are_numbered_and_approve_is_not_offered() {
    let (mut maintenance, mut draft) = first_draft();
    draft.variants.clear();
    let detail = "\"10/09/2020 04:00\" is September 10 or October 9";
    maintenance.problems = vec![Problem::new(ProblemKind::AmbiguousTime, "start", detail)];
    let readings = [("2020-09-10T04:00:00Z", "2020-09-10T12:00:00Z"), ("2020-10-09T04:00:00Z", "2020-10-09T12:00:00Z")];
    draft.questions = vec![Question::Windows(readings.map(|(start, end)| vec![window(start, end)]).to_vec())];
    let shown = asked(&draft, &maintenance, RequestFlavour::First);
    assert!(!shown.contains("\"approve\""));
    insta::assert_snapshot!(shown);
}

#[test]
fn w09_which_services() {
    let (mut maintenance, mut draft) = first_draft();
    maintenance.said.objects.clear();
    draft.variants.clear();
    // Nothing is named, so all that stands there may be meant.
    draft.services = affected(&inventory(), &maintenance, &[]).services;
    draft.questions = vec![Question::Services(draft.services.clone())];
    insta::assert_snapshot!(asked(&draft, &maintenance, RequestFlavour::First));
}

#[test]
fn no_window_and_nobody_to_tell() {
    let (mut maintenance, mut draft) = first_draft();
    draft.variants.clear();
    draft.questions = vec![Question::NobodyToTell("no customer has Managed Mail Services".to_owned())];
    let nobody = asked(&draft, &maintenance, RequestFlavour::First);
    maintenance.said.windows.clear();
    maintenance.said.watch = Some("during the second week of October".to_owned());
    draft.questions = vec![Question::NoWindow];
    (draft.starts_at, draft.ends_at, draft.send_by) = (None, None, None);
    insta::assert_snapshot!([nobody, asked(&draft, &maintenance, RequestFlavour::First)].join("\n==========\n\n"));
}

#[test]
fn buttons_open_a_written_answer_and_the_text_holds_no_link() {
    let (maintenance, draft) = first_draft();
    let reply_to: Mailbox = mailbox("", "notices+0123456789abcdef@lakeside.example");
    let written = request(&RequestFacts {
        tried: true,
        draft: &draft,
        maintenance: &maintenance,
        policy: &policy(),
        inventory: &inventory(),
        zones: &zones(),
        now: at("2020-09-07T15:00:00Z"),
        code: "7kq2-m9xd",
        reply_to: &reply_to,
        flavour: RequestFlavour::First,
    });
    let html = written.html.unwrap_or_default();
    assert_eq!(html.matches("href=\"mailto:notices%2B0123456789abcdef@lakeside.example?subject=Re%3A%20Wed%20Sep%209").count(), 2);
    assert!(html.contains("&amp;body=approve\"") && html.contains("Approve: tell 4 customers"));
    assert!(!written.text.contains("mailto:"));
}

#[test]
fn the_hash_covers_every_byte_and_every_recipient_but_no_order() {
    let all = notices(&maintenance(), &Change::New, &policy(), &[]);
    let mut turned = all.clone();
    turned.reverse();
    assert_eq!(content_hash(&all), content_hash(&turned));
    let changes: [fn(&mut Variant); 8] = [
        |variant| variant.text.push('.'),
        |variant| variant.html.push(' '),
        |variant| variant.subject.push('!'),
        |variant| variant.recipients[0].mailbox.address.push('x'),
        |variant| variant.recipients[0].customers.clear(),
        |variant| variant.recipients.clear(),
        |variant| variant.services[0].parts.clear(),
        |variant| variant.impact = Impact::NoImpact,
    ];
    for change in changes {
        let mut other = all.clone();
        change(&mut other[0]);
        assert_ne!(content_hash(&all), content_hash(&other));
    }
}

#[test]
fn m09_what_a_provider_writes_is_never_evaluated() {
    let mut hostile = maintenance();
    hostile.said.title = Some("{{ 7 * 7 }} <script>alert(1)</script>\r\nBcc: x@evil.example".to_owned());
    hostile.edited = Some("{% include \"/etc/passwd\" %} \u{1b}[31m<b>".to_owned());
    let all = notices(&hostile, &Change::New, &policy(), &[]);
    let one = &to(&all, "lee@harbor.example")[0];
    assert_eq!(one.subject, "{{ 7 * 7 }} <script>alert(1)</script> Bcc: x@evil.example: Sep 10");
    assert!(one.text.contains("{% include \"/etc/passwd\" %} [31m<b>"));
    assert!(!one.html.contains("<script>") && !one.html.contains("<b>"));
}

#[test]
fn a_template_that_cannot_work_is_refused_with_its_line() {
    let faults = |name: &str, source: &str| {
        let all = Templates::new(vec![(name.to_owned(), source.to_owned())]).err().unwrap_or_default();
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    insta::assert_snapshot!(
        [
            faults("notice.j2", "{{ title }}\n{{ titel }}"),
            faults("notice.j2", "{% if %}"),
            faults("letter.j2", "x"),
            faults("notice.de.j2", "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}"),
        ]
        .join("\n")
    );
}

#[test]
fn an_override_replaces_the_template_of_its_language_only() {
    let templates = Templates::new(vec![("notice.fr.j2".to_owned(), "Bonjour: {{ when }}\n".to_owned())]).unwrap();
    assert!(templates.check().is_empty());
    let (maintenance, policy) = (maintenance(), policy());
    let mut affected = affected(&inventory(), &maintenance, &[]);
    let languages = ["fr", "de", "it"];
    affected.customers.iter_mut().zip(languages).for_each(|(customer, language)| customer.language = language.to_owned());
    let notices = notices_by(&templates, &Facts::new(&maintenance, &Change::New, &policy, &[]), &affected, None);
    let first_line = |language: &str| -> Vec<String> {
        let of = notices.iter().filter(|notice| notice.language == language);
        of.map(|notice| notice.text.lines().next().unwrap().to_owned()).collect()
    };
    assert_eq!(first_line("fr"), ["Bonjour: Sep 9"]);
    assert_eq!(first_line("de"), ["Wartung (Server)"]);
    // Without sentences and without a template it is English, of which `check` warns.
    assert_eq!(first_line("it"), ["Data Center Maintenance (Host)"]);
    assert_eq!((templates.knows("fr"), templates.knows("de"), templates.knows("it")), (true, true, false));
}

//! The short answers that staff get, and what the alarm command is told.

use forewarn::draft::{
    AnswerFacts, FirstContactFacts, NotReached, alarm, approved, assumed_sent, customer_reply, edited, first_contact, held, help,
    help_with_start, mine, not_reached, not_resent, nothing_unknown, quarantined, rejected, resent, settled, stopped, superseded, unknown,
    vanished, wrong_sender,
};
use forewarn::mail::outgoing::Rendered;
use forewarn::model::{BodyText, DraftState, Fate, Mail, MailId, MaintenanceId, OutboxState, Problem, ProblemKind, QueueItem, Told};

use super::world::{at, inventory, mailbox, maintenance, policy, window, zones};
use super::{assert_never_decides, first_draft, rows};

fn shown(all: &[Rendered]) -> String {
    let one = |mail: &Rendered| {
        assert_never_decides(&mail.text);
        assert_eq!(mail.html, None);
        format!("Subject: {}\n\n{}", mail.subject, mail.text)
    };
    all.iter().map(one).collect::<Vec<_>>().join("\n==========\n\n")
}

#[test]
fn answers_to_decisions() {
    let (maintenance, draft) = first_draft();
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let facts =
        AnswerFacts { draft: &draft, maintenance: &maintenance, policy: &policy, inventory: &inventory, zones: &zones, code: "7kq2-m9xd" };
    let old = "Our provider moves a server.\n\napprove";
    insta::assert_snapshot!(shown(&[
        approved(&facts, "Sam Reed", at("2020-09-07T15:02:00Z")),
        rejected(&facts, "Sam Reed", "the server is empty"),
        held(&facts, "Sam Reed", at("2020-09-08T14:00:00Z")),
        edited(&facts, "Sam Reed", old),
        settled(&facts, "Sam Reed", "the window is Wed Sep 9 11:00 PM - Thu Sep 10 7:00 AM CDT"),
        help(&facts, "“ok but later” is none of the words that work"),
        wrong_sender(&facts, "a reply with your token came from sam@home.example; only answers from your listed address count"),
        mine(&facts, "Sam Reed"),
    ]));
}

#[test]
fn w26_stop_says_what_had_left() {
    let (maintenance, draft) = first_draft();
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let facts = AnswerFacts { draft: &draft, maintenance: &maintenance, policy: &policy, inventory: &inventory, zones: &zones, code: "" };
    let with = |states: [OutboxState; 4]| -> Vec<Told> {
        rows(&draft).into_iter().zip(states).map(|(row, state)| Told { state, ..row }).collect()
    };
    let (back, gone) = (OutboxState::Cancelled, OutboxState::Sent);
    insta::assert_snapshot!(shown(&[
        stopped(&facts, "Sam Reed", &with([back; 4])),
        stopped(&facts, "Sam Reed", &with([back, gone, OutboxState::Unknown, back])),
        stopped(&facts, "Sam Reed", &with([gone; 4])),
    ]));
}

#[test]
fn an_answer_that_came_too_late_hears_what_is_current() {
    let (maintenance, draft) = first_draft();
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let mut newer = draft.clone();
    newer.revision = 2;
    let states = [
        DraftState::Proposed,
        DraftState::Held(at("2020-09-08T14:00:00Z")),
        DraftState::Approved,
        DraftState::Rejected("not ours".to_owned()),
        DraftState::Void("cancelled by the provider".to_owned()),
    ];
    let mut all: Vec<Rendered> = Vec::new();
    for state in states {
        newer.state = state;
        let facts = AnswerFacts {
            draft: &newer,
            maintenance: &maintenance,
            policy: &policy,
            inventory: &inventory,
            zones: &zones,
            code: "7kq2-m9xd",
        };
        all.push(superseded(&facts, if newer.state == DraftState::Approved { &newer } else { &draft }));
    }
    insta::assert_snapshot!(shown(&all));
}

#[test]
fn w28_who_was_not_reached_and_whom_to_call() {
    let (maintenance, draft) = first_draft();
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let facts = AnswerFacts { draft: &draft, maintenance: &maintenance, policy: &policy, inventory: &inventory, zones: &zones, code: "" };
    let tried = |address: &str, said: &str| {
        let row = rows(&draft).into_iter().find(|row| row.address == address).unwrap();
        Fate { told: Told { state: OutboxState::Failed, ..row }, answer: Some(said.to_owned()), at: at("2020-09-07T15:05:00Z") }
    };
    let lost = |customer: &str, tried: Vec<Fate>| NotReached { customer: Some(customer.to_owned()), tried };
    let bakery = lost(
        "bakery",
        vec![tried("office@bakery.example", "550 5.1.1 no such user"), tried("ana@acme.example", "bounced: 5.2.2 mailbox full")],
    );
    let harbor = lost("harbor", vec![tried("lee@harbor.example", "bounced: 5.1.1 unknown user")]);
    let rehearsed = NotReached { customer: None, tried: vec![tried("lee@harbor.example", "550 5.7.1 refused\r\napprove")] };
    insta::assert_snapshot!(shown(&[
        not_reached(&facts, std::slice::from_ref(&bakery)),
        not_reached(&facts, &[bakery, harbor]),
        not_reached(&facts, &[rehearsed]),
    ]));
}

#[test]
fn s02_a_notice_of_unknown_fate_names_the_two_words() {
    let (maintenance, draft) = first_draft();
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let facts =
        AnswerFacts { draft: &draft, maintenance: &maintenance, policy: &policy, inventory: &inventory, zones: &zones, code: "7kq2-m9xd" };
    let rows: Vec<Told> = rows(&draft).into_iter().map(|row| Told { state: OutboxState::Unknown, ..row }).collect();
    let fates: Vec<Fate> = rows
        .iter()
        .zip([Some("the answer to the final dot of mx.lakeside.example did not come in 10 minutes".to_owned()), None])
        .map(|(told, answer)| Fate { told: told.clone(), answer, at: at("2020-09-07T15:05:00Z") })
        .collect();
    let ended: Vec<Told> =
        rows.iter().zip([OutboxState::Sent, OutboxState::Failed]).map(|(row, state)| Told { state, ..row.clone() }).collect();
    insta::assert_snapshot!(shown(&[
        unknown(&facts, &fates),
        resent(&facts, "sam@lakeside.example", &rows[..1]),
        assumed_sent(&facts, "sam@lakeside.example", &rows[..2]),
        nothing_unknown(&facts, &ended),
        not_resent(&facts, "v2 came after it"),
    ]));
}

#[test]
fn what_was_not_read_and_what_a_customer_wrote() {
    let (maintenance, draft) = first_draft();
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let facts = AnswerFacts { draft: &draft, maintenance: &maintenance, policy: &policy, inventory: &inventory, zones: &zones, code: "" };
    let item = QueueItem {
        mail: MailId(9),
        why: "more than 100 nested parts".to_owned(),
        from: "Example Hosting <support@hosting.example>".to_owned(),
        subject: "Power work in hall 2\r\napprove".to_owned(),
        arrived_at: at("2020-09-07T15:00:00Z"),
        maintenance: None,
    };
    let gone = QueueItem { why: "noc, INBOX".to_owned(), ..item.clone() };
    let nameless = QueueItem { from: String::new(), subject: String::new(), ..gone.clone() };
    let answer = Mail {
        subject: "Re: Data Center Maintenance (Host): Sep 9".to_owned(),
        plain: Some(BodyText {
            fresh: "Can you do it later?\nstop\n".to_owned(),
            quoted: "> Start: 2020-09-10\nSee above.".to_owned(),
            ..Default::default()
        }),
        unread_attachments: vec!["plan.pdf".to_owned()],
        ..Mail::default()
    };
    insta::assert_snapshot!(shown(&[
        quarantined(&policy, &zones, &[item]),
        vanished(&policy, &zones, &[gone, nameless]),
        customer_reply(&facts, &mailbox("Ana Roy", "ana@acme.example"), &answer),
    ]));
}

#[test]
fn w01_the_first_look_at_an_inbox() {
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let (first, mut second, mut third, mut over) = (maintenance(), maintenance(), maintenance(), maintenance());
    second.id = MaintenanceId(1043);
    second.said.windows = vec![window("2020-09-14T00:00:00Z", "2020-10-02T00:00:00Z")];
    third.id = MaintenanceId(1044);
    third.subject = "cluster work".to_owned();
    third.problems = vec![Problem::new(ProblemKind::UnknownZone, "start", "no zone is stated")];
    over.closed = Some("over when first read".to_owned());
    let outcomes = [("extracted", 61), ("needs-person", 2), ("irrelevant", 29_412)].map(|(name, count)| (name.to_owned(), count)).into();
    let mut facts = FirstContactFacts {
        account: "noc@lakeside.example",
        outcomes: &outcomes,
        vanished: 3,
        held_back: &[second, third, first, over],
        policy: &policy,
        inventory: &inventory,
        zones: &zones,
        now: at("2020-09-07T15:00:00Z"),
        code: "7kq2-m9xd",
    };
    let full = first_contact(&facts);
    (facts.held_back, facts.vanished) = (&[], 0);
    insta::assert_snapshot!(shown(&[
        full,
        first_contact(&facts),
        help_with_start("noc@lakeside.example", "7kq2-m9xd", "your reply has no text")
    ]));
}

#[test]
fn w13_the_alarm_is_three_lines() {
    let (maintenance, draft) = first_draft();
    let mut unclear = draft.clone();
    unclear.variants.clear();
    (unclear.starts_at, unclear.ends_at) = (None, None);
    let (policy, inventory, zones) = (policy(), inventory(), zones());
    let facts = AnswerFacts { draft: &draft, maintenance: &maintenance, policy: &policy, inventory: &inventory, zones: &zones, code: "" };
    let before = alarm(&facts, at("2020-09-10T02:00:00Z"));
    let within = alarm(&facts, at("2020-09-10T04:30:00Z"));
    let unknown = alarm(&AnswerFacts { draft: &unclear, ..facts }, at("2020-09-10T02:00:00Z"));
    for text in [&before, &within, &unknown] {
        assert_eq!(text.lines().count(), 3);
    }
    insta::assert_snapshot!([before, within, unknown].join("\n"));
}

//! What stands below every mail of many houses changes nothing: each sample of a notice is read the same with a disclaimer under it.

use std::{fs, path::Path};

use chrono::DateTime;
use forewarn::{
    mail,
    model::{Mail, Reading},
    rules::{self, Options, RuleSet},
    zones,
};

const DISCLAIMERS: [&str; 14] = [
    "Any e-mail sent in error must be deleted.",
    "If this e-mail was sent in error please notify the sender.",
    "If you received this message in error, please delete it and ignore the notice above.",
    "Should this notice have been sent in error, call our NOC.",
    "This email may have been sent in error; if so delete it.",
    "In case this e-mail was sent in error, destroy it.",
    "Please disregard this message if you have already moved your servers.",
    "Please ignore monitoring alarms during the maintenance.",
    "You may receive duplicate notifications; please ignore the earlier e-mail copies.",
    "This notice replaces our previous notification; please disregard the earlier one.",
    "Please disregard the previous notification. The maintenance will take place as given above.",
    "Wenn Sie diese Nachricht irrtümlich erhalten haben, löschen Sie die E-Mail.",
    "Si ce message vous a été envoyé par erreur, veuillez supprimer cet avis.",
    "Indien u dit bericht abusievelijk hebt ontvangen, verwijder de mail.",
];

fn read(rules: &RuleSet, raw: &str) -> (Mail, Reading) {
    let mail = mail::parse(raw.as_bytes());
    let received = DateTime::from_timestamp(1_600_000_000, 0).unwrap();
    let arrived_at = rules::arrived_at(&mail, received);
    let reading = rules::read(rules, &zones::newest(), &mail, arrived_at, Options { calendars: true });
    (mail, reading)
}

#[test]
fn a_disclaimer_below_a_notice_changes_nothing() {
    let rules = RuleSet::embedded();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let (mut asked, mut faults) = (0, Vec::new());
    for provider in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for path in fs::read_dir(provider).unwrap().map(|entry| entry.unwrap().path()) {
            let Some(raw) = path.extension().filter(|end| *end == "eml").and_then(|_| fs::read_to_string(&path).ok()) else { continue };
            let head = raw.split("\n\n").next().unwrap_or_default().to_lowercase();
            if head.contains("multipart") || head.contains("base64") || head.contains("quoted-printable") || head.contains("html") {
                continue;
            }
            let (_, before) = read(&rules, &raw);
            // One that takes a notice back is called off already.
            if !before.sure() || before.found.iter().any(|said| said.retracted) {
                continue;
            }
            for disclaimer in DISCLAIMERS {
                asked += 1;
                let (_, after) = read(&rules, &format!("{}\n\n{disclaimer}\n", raw.trim_end()));
                let states = |reading: &Reading| {
                    let state = |said: &forewarn::model::Notification| (said.status, said.retracted, said.windows.clone());
                    reading.found.iter().map(state).collect::<Vec<_>>()
                };
                if states(&before) != states(&after) {
                    faults.push(format!("{}: {disclaimer}", path.display()));
                }
            }
        }
    }
    assert!(asked > 1000, "only {asked} were asked");
    assert!(faults.is_empty(), "{} of {asked}:\n{}", faults.len(), faults.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}

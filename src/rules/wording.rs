//! What the words of a mail say beyond any layout: that an earlier notice was sent in error, and how far a provider is with an outage.
//!
//! Rules and the generic reader need not know of it: this looks at the fresh text of every mail after them. It never makes an announcement
//! of a mail that holds none.

use crate::model::{Kind, Mail, Notification, Phase, Reading, Status};

/// Text that is looked at; what a provider says of the whole stands near the top.
const MAX_CHARS: usize = 20_000;

/// Marks what the words say in a reading.
pub(super) fn mark(reading: &mut Reading, mail: &Mail) {
    if reading.found.is_empty() {
        return;
    }
    let sentences = sentences(&format!("{}\n{}", mail.subject, mail.text()));
    if sentences.iter().any(|sentence| takes_back(sentence)) && !sentences.iter().any(|sentence| corrects(sentence)) {
        reading.found.iter_mut().for_each(retract);
    }
    if reading.kind == Some(Kind::Incident) {
        let newest = sentences.iter().find_map(|sentence| stage(sentence));
        reading.found.iter_mut().for_each(|said| stand(said, newest));
    }
}

fn retract(said: &mut Notification) {
    if matches!(said.status, None | Some(Status::Tentative | Status::Confirmed | Status::Cancelled)) {
        said.retracted = true;
        said.status = Some(Status::Cancelled);
    }
}

fn stand(said: &mut Notification, newest: Option<Stage>) {
    match newest {
        Some(Stage::Over) if matches!(said.status, None | Some(Status::Tentative | Status::Confirmed)) => {
            said.status = Some(Status::Completed);
        }
        Some(Stage::Goes(phase)) => said.phase = Some(phase),
        _ => {}
    }
}

/// The text in small letters, white space folded, cut at full stops and empty lines; a line break within a sentence is a space.
fn sentences(text: &str) -> Vec<String> {
    let lower: String = text.chars().take(MAX_CHARS).flat_map(char::to_lowercase).collect();
    let paragraphs = lower.split("\n\n").flat_map(|paragraph| paragraph.split_inclusive(['.', '!', '?', ';']));
    paragraphs.map(|sentence| sentence.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|sentence| !sentence.is_empty()).collect()
}

fn any(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| sentence.contains(word))
}

/// `our earlier notice was sent in error`, `please disregard the previous notification`.
fn takes_back(sentence: &str) -> bool {
    const ABOUT_THE_READER: [&str; 12] = [
        "you have received",
        "you received",
        "received this",
        "if you ",
        "intended recipient",
        "already",
        "erhalten haben",
        "wenn sie",
        "falls sie",
        "si vous",
        "si ha recibido",
        "als u ",
    ];
    const IN_ERROR: [&str; 24] = [
        "sent in error",
        "sent by mistake",
        "sent erroneously",
        "sent out in error",
        "sent out by mistake",
        "issued in error",
        "issued by mistake",
        "announced in error",
        "announced by mistake",
        "published in error",
        "erroneously sent",
        "erroneously issued",
        "mistakenly sent",
        "sent mistakenly",
        "irrtümlich",
        "versehentlich",
        "envoyé par erreur",
        "envoyée par erreur",
        "enviado por error",
        "enviada por error",
        "inviato per errore",
        "inviata per errore",
        "abusievelijk",
        "per ongeluk verzonden",
    ];
    const IGNORE: [&str; 8] = ["disregard", "ignore", "ignorieren", "gegenstandslos", "ignorer", "ignorar", "ignorare", "negeren"];
    const EARLIER: [&str; 14] = [
        "previous",
        "earlier",
        "prior",
        "last notice",
        "last notification",
        "original notice",
        "notice below",
        "notification below",
        "our notice",
        "our notification",
        "vorherige",
        "letzte",
        "précédent",
        "eerdere",
    ];
    const NOTICE: [&str; 13] = [
        "notice",
        "notification",
        "email",
        "e-mail",
        "mail",
        "message",
        "announcement",
        "maintenance",
        "meldung",
        "ankündigung",
        "wartung",
        "avis",
        "bericht",
    ];
    if any(sentence, &ABOUT_THE_READER) {
        return false;
    }
    any(sentence, &IN_ERROR) && any(sentence, &NOTICE) || any(sentence, &IGNORE) && any(sentence, &EARLIER) && any(sentence, &NOTICE)
}

/// `the correct window is …`: another time is given, so something does take place.
fn corrects(sentence: &str) -> bool {
    const CORRECT: [&str; 14] = [
        "correct window",
        "correct time",
        "correct date",
        "correct maintenance",
        "correct information",
        "corrected",
        "correction",
        "new window",
        "new maintenance window",
        "instead",
        "rescheduled",
        "should read",
        "richtige",
        "korrektur",
    ];
    any(sentence, &CORRECT)
}

/// How far an outage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Goes(Phase),
    Over,
}

/// What a sentence says of an outage; the furthest where it says several.
fn stage(sentence: &str) -> Option<Stage> {
    const NOT_YET: [&str; 15] = [
        "not resolved",
        "not yet",
        "until ",
        "once ",
        "when ",
        "will be ",
        "to be ",
        "being ",
        "as soon as",
        "no estimate",
        "working to",
        "working on",
        "noch nicht",
        "bis ",
        "sobald",
    ];
    const OVER: [&str; 20] = [
        "resolved",
        "has been restored",
        "have been restored",
        "is restored",
        "are restored",
        "was restored",
        "were restored",
        "fully restored",
        "back online",
        "back to normal",
        "operating normally",
        "working normally",
        "functioning normally",
        "has been fixed",
        "is fixed",
        "behoben",
        "wiederhergestellt",
        "résolu",
        "resuelto",
        "opgelost",
    ];
    const WATCHED: [&str; 8] = [
        "monitoring",
        "continue to monitor",
        "fix has been implemented",
        "implemented a fix",
        "fix has been applied",
        "fix was applied",
        "überwachen",
        "beobachten",
    ];
    const FOUND: [&str; 9] = [
        "identified",
        "found the cause",
        "cause has been found",
        "cause was found",
        "root cause",
        "located the",
        "ursache",
        "identifié",
        "identificado",
    ];
    const LOOKED_FOR: [&str; 10] = [
        "investigating",
        "investigation",
        "looking into",
        "aware of",
        "troubleshooting",
        "untersuchen",
        "wird untersucht",
        "enquête",
        "investigando",
        "onderzoeken",
    ];
    if any(sentence, &OVER) && !any(sentence, &NOT_YET) {
        Some(Stage::Over)
    } else if any(sentence, &WATCHED) {
        Some(Stage::Goes(Phase::Monitoring))
    } else if any(sentence, &FOUND) {
        Some(Stage::Goes(Phase::Identified))
    } else if any(sentence, &LOOKED_FOR) {
        Some(Stage::Goes(Phase::Investigating))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retracted(text: &str) -> bool {
        let all = sentences(text);
        all.iter().any(|sentence| takes_back(sentence)) && !all.iter().any(|sentence| corrects(sentence))
    }

    #[test]
    fn what_takes_a_notice_back() {
        for text in [
            "Our earlier notice about your server was sent in error.",
            "The maintenance notification below was sent by mistake.",
            "This notice was issued in error. No work is planned.",
            "Please disregard our previous notification.",
            "Please ignore the earlier e-mail about this maintenance.",
            "The announcement of this morning was sent out\nin error.",
            "This maintenance was announced in error.",
            "Kindly disregard the prior message.",
            "The notice was erroneously sent to you.",
            "A maintenance email was mistakenly sent yesterday.",
            "Unsere Meldung wurde irrtümlich versandt.",
            "Die Ankündigung wurde versehentlich verschickt.",
            "Bitte ignorieren Sie unsere letzte Meldung.",
            "Cet avis a été envoyé par erreur.",
            "El mensaje fue enviado por error a nuestros clientes: ignore the previous notice.",
            "Deze mail is abusievelijk verzonden.",
            "Our notification of Monday was published in error; the maintenance does not exist.",
        ] {
            assert!(retracted(text), "{text}");
        }
    }

    #[test]
    fn what_takes_nothing_back() {
        for text in [
            "If you have already moved your data, please disregard this message.",
            "If you received this message in error, please delete it.",
            "You have received this notice in error? Tell us.",
            "Please disregard this mail if you are not the intended recipient.",
            "Please disregard the earlier notice; the correct window is 04:00 to 06:00 UTC.",
            "The previous notice was sent in error. Correction: the maintenance takes place on Friday.",
            "The notice was sent in error with wrong times; the new maintenance window is below.",
            "An error may be shown while the maintenance is under way.",
            "Errors in mail delivery are possible.",
            "You can ignore alerts during the maintenance.",
            "Please ignore monitoring alarms in this window.",
            "Mail that was sent in this time is queued.",
            "The previous maintenance went well.",
            "Wenn Sie diese Meldung irrtümlich erhalten haben, löschen Sie sie.",
            "Si vous avez reçu cet avis par erreur, ignorer ce message.",
            "We apologise for the earlier error in our network.",
            "Connections sent to the old address return an error.",
        ] {
            assert!(!retracted(text), "{text}");
        }
    }

    #[test]
    fn how_far_an_outage_is() {
        let cases: [(&str, Option<Stage>); 30] = [
            ("Investigating - We are currently investigating this issue.", Some(Stage::Goes(Phase::Investigating))),
            ("We are aware of an outage in Dallas.", Some(Stage::Goes(Phase::Investigating))),
            ("Our engineers are looking into it.", Some(Stage::Goes(Phase::Investigating))),
            ("Troubleshooting is under way.", Some(Stage::Goes(Phase::Investigating))),
            ("Wir untersuchen die Störung.", Some(Stage::Goes(Phase::Investigating))),
            ("Identified - The issue has been identified.", Some(Stage::Goes(Phase::Identified))),
            ("We have found the cause: a failed device.", Some(Stage::Goes(Phase::Identified))),
            ("The root cause is a power supply.", Some(Stage::Goes(Phase::Identified))),
            ("Die Ursache ist gefunden.", Some(Stage::Goes(Phase::Identified))),
            ("Monitoring - A fix has been implemented.", Some(Stage::Goes(Phase::Monitoring))),
            ("The network is stable again and we are monitoring it.", Some(Stage::Goes(Phase::Monitoring))),
            ("We will continue to monitor the situation.", Some(Stage::Goes(Phase::Monitoring))),
            ("We implemented a fix and watch the results.", Some(Stage::Goes(Phase::Monitoring))),
            ("Resolved - This incident has been resolved.", Some(Stage::Over)),
            ("The outage is resolved.", Some(Stage::Over)),
            ("All services are operating normally.", Some(Stage::Over)),
            ("Service has been restored.", Some(Stage::Over)),
            ("Your server is back online.", Some(Stage::Over)),
            ("Die Störung ist behoben.", Some(Stage::Over)),
            ("L'incident est résolu.", Some(Stage::Over)),
            ("El incidente está resuelto.", Some(Stage::Over)),
            ("De storing is opgelost.", Some(Stage::Over)),
            ("We will write again once this is resolved.", None),
            ("The issue is not resolved.", None),
            ("Services are being restored.", None),
            ("It is expected to be fixed by noon.", None),
            ("We are working on it until it is resolved.", None),
            ("Die Störung ist noch nicht behoben.", None),
            ("Your servers may be unreachable.", None),
            ("Thank you for your patience.", None),
        ];
        for (text, expected) in cases {
            let found = sentences(text).iter().find_map(|sentence| stage(sentence));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_first_word_of_a_mail_is_the_newest() {
        let text = "Resolved - This incident has been resolved.\nAug 13, 21:00 UTC\n\nMonitoring - A fix has been implemented.\n\nInvestigating - We look.";
        assert_eq!(sentences(text).iter().find_map(|sentence| stage(sentence)), Some(Stage::Over));
    }
}

//! Status words.

use super::clause::{Clause, sentences, words_of};
use super::table::{Table, by_sentence, gravest};
use super::{Said, rank};
use crate::model::Status;
use std::ops::Range;
use std::sync::LazyLock;

/// The status that a subject or sentence announces: cancelled outranks completed, rescheduled, in process, tentative, confirmed.
/// Negated and subordinate uses ("cannot be postponed, or rescheduled") announce nothing.
#[must_use]
pub fn status(text: &str) -> Option<Said<Status>> {
    let body = sentences(text).len() > 3;
    let all = by_sentence(text, |index, words| {
        // Deep in a body only a line of the bare word is a heading: "Change of schedule" may be a bullet of boilerplate.
        let heads = (!body || index < 2 || words_of(words).len() <= 2) && is_heading(words);
        let counts =
            |(at, status, form): &(Range<usize>, Status, Form)| (heads || *form != Form::Heading) && announces(words, at, *status, *form);
        TABLE.hits(words).filter(counts).map(|(at, value, _)| Said { value, at }).collect()
    });
    gravest(all, |status| rank(*status))
}

/// How a word is to stand to count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Anywhere, unless negated or supposed.
    Anywhere,
    /// The pattern carries its own negation or auxiliary.
    Whole,
    /// In headings only: a bare noun or verb without a sentence around it.
    Heading,
}

static TABLE: LazyLock<Table<Status, Form>> = LazyLock::new(|| Table::new(&WRITTEN));

const WRITTEN: [(&str, Status, Form); 22] = [
    (
        r"\b(?:cancell?ed|withdrawn|called off|retracted|abgesagt|storniert|abgebrochen|annul[ée]e?s|annulée?|cancelad[oa]s?|anulad[oa]s?|geannuleerd|afgelast|afgezegd|annullat[aoie]|cancellat[aoie])\b",
        Status::Cancelled,
        Form::Anywhere,
    ),
    (
        r"\b(?:will (?:not|no longer) (?:take place|be taking place|proceed|go ahead|be going ahead|be carried out|be performed)|(?:is|are) no longer (?:going ahead|taking place|proceeding)|(?:maintenance|work|works|activity|change) (?:is|are) no longer (?:required|needed|necessary)|(?:will|did) not proceed|finde[nt] (?:\S+ ){0,6}?nicht statt|non (?:avr[àa]|avranno) luogo|non si terr[àa]|entf[äa]llt|entfallen|f[äa]llt aus|n['’]aura pas lieu|n['’]auront pas lieu|no se (?:llevar[áa]n? a cabo|realizar[áa]n?)|gaat niet door|gaan niet door|n[ãa]o (?:ser[áa] realizad[ao]|ocorrer[áa]))",
        Status::Cancelled,
        Form::Whole,
    ),
    (
        r"\b(?:cancel|cancell?ation|withdrawal|absage|stornierung|annulation|annulering|cancelaci[óo]n|cancelamento)\b",
        Status::Cancelled,
        Form::Heading,
    ),
    (
        r"\b(?:completed|resolved|concluded|abgeschlossen|beendet|erledigt|fertiggestellt|behoben|termin[ée]e?s?|achev[ée]e?s?|completad[oa]s?|finalizad[oa]s?|conclu[íi]d[oa]s?|terminad[oa]s?|voltooid|afgerond|be[ëe]indigd|(?:is|zijn|werd|werden) afgesloten|completat[aoie]|conclus[aoie]|terminat[aoie])\b",
        Status::Completed,
        Form::Anywhere,
    ),
    (
        r"\b(?:(?:has|have) (?:now |just |successfully )*(?:ended|finished|been finished|been closed|concluded)|(?:is|are) (?:now |already )*(?:complete|finished|over)\b)",
        Status::Completed,
        Form::Anywhere,
    ),
    (
        r"\b(?:completion|complete|closed|closure|close[- ]?out|maintenance end|ended|finished|abschluss|abschlussmeldung|fin de maintenance|fin de travaux|finalizaci[óo]n|afronding|conclus[ãa]o)\b",
        Status::Completed,
        Form::Heading,
    ),
    (
        r"\b(?:terminverschiebung|re-?scheduled|postponed|deferred|brought forward|verschoben|verlegt|vorverlegt|report[ée]e?s?|repouss[ée]e?s?|d[ée]plac[ée]e?s?|d[ée]cal[ée]e?s?|reprogramad[oa]s?|aplazad[oa]s?|pospuest[oa]s?|verplaatst|uitgesteld|verzet|verschoven|adiad[oa]s?|reagendad[oa]s?|remarcad[oa]s?|rinviat[aoie]|posticipat[aoie]|riprogrammat[aoie]|anticipat[aoie])\b",
        Status::Rescheduled,
        Form::Anywhere,
    ),
    (
        r"\b(?:(?:has|have|had) (?:to be |been )?(?:moved|pushed|delayed|shifted) (?:to|from|until|by|back)|(?:new|revised|updated) (?:date|start|window|schedule|time)s? (?:is|are|will be)|(?:put|placed|now|is|are) on hold|(?:date|start|end|window|schedule|time)s? (?:(?:of|for) (?:\w+ ){1,3}?)?(?:has|have) (?:been )?changed|(?:start|end|window|date|time)s? (?:\w+ ){0,2}?changed from|changed the (?:\w+ )?(?:schedule|date|time|window|start)|(?:neuer termin|neues zeitfenster|nouvelle date|nueva fecha|nieuwe datum|nova data)\b)",
        Status::Rescheduled,
        Form::Anywhere,
    ),
    (
        r"\b(?:reschedul(?:e|ing)|re-schedul(?:e|ing)|postponement|new (?:date|time|window|schedule)|revised (?:date|time|window|schedule)|(?:date|time|schedule|window) change|change of (?:date|time|schedule)|correction|verschiebung|termin[äa]nderung|report d(?:e|u|es)|rinvio|reprogramaci[óo]n|aplazamiento|uitstel|adiamento|reagendamento)\b",
        Status::Rescheduled,
        Form::Heading,
    ),
    (
        r"\b(?:(?:has|have) (?:now |just |officially )*(?:begun|started|commenced)|(?:is|are) (?:now |currently |still )*(?:in[- ]progress|in[- ]process|under ?way|ongoing|being implemented|starting|commencing|beginning)|(?:is|are) (?:now )?(?:starting|commencing|beginning) now|(?:begins|starts|commences) now|(?:has|have) (?:been|had to be) (?:extended|prolonged)|haben? begonnen|hat begonnen|l[äa]uft (?:derzeit|noch|gerade|aktuell)|laufen (?:derzeit|noch|gerade)|(?:a|ont) (?:commenc[ée]|d[ée]but[ée])|(?:est|sont) en cours|ha (?:comenzado|iniciado|empezado)|han (?:comenzado|iniciado|empezado)|est[áa]n? en (?:curso|progreso)|(?:is|zijn) (?:begonnen|gestart|aan de gang|bezig)|foi iniciad[oa]|foram iniciad[oa]s|est[áa] em (?:andamento|curso)|wurde verl[äa]ngert|(?:is|are) (?:now )?extending (?:the|this|our)|we (?:have |had to |must |need to |are )?(?:now )?(?:start|begin|extend)(?:ed|ing)? (?:the |this |our )?(?:\w+ )?(?:maintenance|works?|window|migration)|[èe] in corso|sono in corso|[èe] iniziat[ao]|a [ée]t[ée] prolong[ée]e?)\b",
        Status::InProcess,
        Form::Whole,
    ),
    (r"^\W*(?:the )?(?:\w+ ){0,4}?(?:started|commenced|began) (?:at|on)\b", Status::InProcess, Form::Whole),
    (
        r"\b(?:in[- ]progress|in[- ]process|under ?way|ongoing|started|begun|commenc(?:ed|ing|ement)|maintenance start|implement(?:ing|ation)?|starting now|extended|extension|begonnen|(?:wurden?|ist|sind|haben|hat) (?:\w+ ){0,3}?gestartet|in arbeit|en cours|en curso|en progreso|em andamento|gestart|iniciad[oa]|verl[äa]ngert)\b",
        Status::InProcess,
        Form::Heading,
    ),
    (
        r"\b(?:tentative(?:ly)?|provisional(?:ly)?|subject to confirmation|to be confirmed|yet to be confirmed|unconfirmed|vorl[äa]ufig|unter vorbehalt|provisoire(?:ment)?|sous r[ée]serve|a confirmar|por confirmar|provisionalmente|voorlopig|onder voorbehoud|provisóri[oa]|tentativ[oa])\b",
        Status::Tentative,
        Form::Whole,
    ),
    (r"\bnot (?:yet )?(?:been )?confirmed\b", Status::Tentative, Form::Whole),
    (r"\b(?:confirmed|best[äa]tigt|confirm[ée]e?s?|confirmad[oa]s?|bevestigd)\b", Status::Confirmed, Form::Anywhere),
    (
        r"\b(?:(?:is|are|has been|have been|now) (?:\w+ ){0,2}?(?:scheduled|planned)|(?:ist|sind|wurde) (?:\w+ ){0,6}?(?:geplant|eingeplant|angesetzt)|(?:est|sont|a [ée]t[ée]) (?:pr[ée]vue?s?|planifi[ée]e?s?|programm[ée]e?s?)|(?:est[áa]n?|ha sido) (?:programad[oa]s?|planificad[oa]s?|prevista?o?s?)|(?:is|zijn|staat) (?:\w+ ){0,6}?(?:gepland|ingepland)|est[áa] (?:programad[oa]|agendad[oa]|prevista?))\b",
        Status::Confirmed,
        Form::Anywhere,
    ),
    (
        r"\b(?:scheduled|planned|geplante?|programm[ée]e?|planifi[ée]e?|programad[oa]|planificad[oa]|gepland|geplande|agendad[oa]|planejada)\b",
        Status::Confirmed,
        Form::Heading,
    ),
    (r"\bstands? (?:as )?cancell?ed\b", Status::Cancelled, Form::Whole),
    // What we do ourselves; "we reserve the right to cancel" and "you have to cancel" are other things.
    (
        r"\bwe (?:(?:have|had|were|are|must|need|will|now|unfortunately|therefore|regrettably|decided|forced|obliged) )*(?:to )?(?:cancel|call off|withdraw|cancell?ing) (?:the|this|our|your|tonight['’]s|today['’]s|all)\b",
        Status::Cancelled,
        Form::Whole,
    ),
    (
        r"\bwe (?:(?:have|had|were|are|must|need|now|unfortunately|therefore|regrettably|decided|forced|obliged) )*(?:to )?(?:postpon|re-?schedul|mov|push)(?:e|ed|ing)? (?:back )?(?:the|this|our|your|tonight['’]s) (?:\w+ ){0,2}?(?:maintenance|works?|window|migration|date|upgrade|start)\b",
        Status::Rescheduled,
        Form::Whole,
    ),
    (
        r"\bwe (?:have |are )(?:now |successfully )*(?:finished|completed|concluded|done with) (?:the|this|our|your|all|tonight['’]s) (?:\w+ ){0,2}?(?:maintenance|works?|migration|upgrade|replacement)\b",
        Status::Completed,
        Form::Whole,
    ),
    (r"\b(?:wir haben|wir mussten) (?:\S+ ){1,6}?(?:abgesagt|absagen)\b", Status::Cancelled, Form::Whole),
];

fn announces(sentence: &str, at: &Range<usize>, status: Status, form: Form) -> bool {
    let clause = Clause::around(sentence, at);
    if clause.subordinate() || (form != Form::Whole && clause.negated()) || earlier(sentence, &clause) {
        return false;
    }
    let wish =
        form == Form::Heading && clause.before.first().is_some_and(|word| ["to", "or", "please", "can", "and"].contains(&word.as_str()));
    let others =
        matches!(status, Status::Cancelled | Status::Completed) && clause.before.iter().any(|word| OTHERS.contains(&word.as_str()));
    if wish || others {
        return false;
    }
    match status {
        Status::Completed => !clause.ahead() && (form == Form::Heading || finished(sentence, &clause, at)),
        Status::Cancelled | Status::Rescheduled => !clause.possible(),
        Status::InProcess => form == Form::Heading || !clause.negated(),
        Status::Tentative | Status::Confirmed => true,
    }
}

/// A completion counts as a predicate or as a heading; "a completed form" is neither.
fn finished(sentence: &str, clause: &Clause, at: &Range<usize>) -> bool {
    let attributive = clause.before.first().is_some_and(|word| ["a", "an", "the", "your", "any", "all"].contains(&word.as_str()));
    let alone = at.start == 0 && at.end >= sentence.trim_end_matches(['.', '!', ':', '*']).len();
    alone || !attributive
}

/// "continues the postponed maintenance from early February", "last week's maintenance was completed": another maintenance than the one announced.
fn earlier(sentence: &str, clause: &Clause) -> bool {
    let attributive = clause.before.first().is_some_and(|word| BEFORE_OTHER.contains(&word.as_str()))
        && clause.after.first().is_some_and(|word| WORK.iter().any(|work| word.starts_with(work)));
    let named = clause.before.iter().any(|word| EARLIER.contains(&word.as_str()));
    let lower = sentence.to_lowercase();
    attributive
        || named
        || ["last week", "last month", "last night's", "phase 1 ", "first night", "first part", "first phase", "phase one"]
            .iter()
            .any(|mark| lower.contains(mark))
}

/// What is cancelled or completed beside a maintenance, mostly because of it.
const OTHERS: [&str; 22] = [
    "orders",
    "jobs",
    "backups",
    "transfers",
    "calls",
    "sessions",
    "requests",
    "subscriptions",
    "downloads",
    "queries",
    "builds",
    "snapshots",
    "transactions",
    "payments",
    "tasks",
    "uploads",
    "steps",
    "aufträge",
    "commandes",
    "pedidos",
    "bestellingen",
    "ordini",
];
const BEFORE_OTHER: [&str; 13] = ["the", "previously", "earlier", "our", "der", "die", "das", "le", "la", "les", "el", "previous", "de"];
const EARLIER: [&str; 12] = [
    "previous",
    "earlier",
    "prior",
    "vorherige",
    "vorherigen",
    "frühere",
    "précédente",
    "précédents",
    "anterior",
    "anteriores",
    "vorige",
    "eerdere",
];
const WORK: [&str; 12] =
    ["maint", "work", "window", "activit", "event", "wartung", "arbeit", "travaux", "trabajo", "mantenim", "onderhoud", "manuten"];

/// Whether a line stands without a verb: a subject, a heading, a label.
fn is_heading(sentence: &str) -> bool {
    let words = words_of(sentence);
    words.len() <= 22 && !sentence.contains("://") && !words.iter().any(|word| VERBS.contains(&word.as_str()))
}

const VERBS: [&str; 50] = [
    "we", "you", "will", "is", "are", "has", "have", "can", "may", "be", "please", "if", "should", "must", "was", "were", "been", "would",
    "could", "i", "wir", "sie", "wird", "werden", "ist", "sind", "kann", "können", "haben", "nous", "vous", "sera", "sont", "est", "peut",
    "usted", "será", "son", "está", "puede", "wij", "wordt", "worden", "zijn", "zal", "kan", "você", "são", "pode", "it",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(TABLE.len(), WRITTEN.len());
    }

    #[test]
    fn says_the_status() {
        use Status::{Cancelled, Completed, Confirmed, InProcess, Rescheduled, Tentative};
        let cases: &[(&str, Option<Status>)] = &[
            ("This maintenance has been cancelled.", Some(Cancelled)),
            ("The planned work stands as cancelled for your service.", Some(Cancelled)),
            ("CANCELLED - Planned works NW-4411", Some(Cancelled)),
            ("Cancellation Notification / CHG0042 / Planned Work", Some(Cancelled)),
            ("Planned Maintenance Withdrawn - PN99", Some(Cancelled)),
            ("The work will not take place on 3 May.", Some(Cancelled)),
            ("The maintenance could not be completed and has been cancelled.", Some(Cancelled)),
            ("The rescheduled date has been cancelled; a new date follows.", Some(Cancelled)),
            ("This maintenance has NOT been cancelled.", None),
            ("The maintenance is NOT cancelled and will go ahead as planned.", None),
            ("The maintenance is no longer cancelled.", None),
            ("You will be notified if the maintenance is cancelled.", None),
            ("These maintenance windows cannot be altered, postponed, or rescheduled; rebooting earlier does not help.", None),
            ("You will be told when this maintenance event has been rescheduled.", None),
            ("You can reschedule this maintenance in the console.", None),
            ("It continues the postponed maintenance from early February.", None),
            ("Last week's maintenance was completed.", None),
            ("The previous maintenance has been completed.", None),
            ("Works will be completed by 06:00 UTC.", None),
            ("When the maintenance is completed, traffic returns.", None),
            ("Once completed, we will send a notice.", None),
            ("Traffic stays away until the work has been completed.", None),
            ("The work is expected to be completed within four hours.", None),
            ("The list includes those that have been completed, as well as those pending completion.", None),
            ("Dry Run Notification - Scheduled Maintenance", Some(Confirmed)),
            ("The scheduled maintenance has been completed.", Some(Completed)),
            ("Scheduled Infrastructure Maintenance on 02/10/2010 *COMPLETED*", Some(Completed)),
            ("Completed", Some(Completed)),
            ("[Status] Completed: Core Maintenance", Some(Completed)),
            ("Maintenance End - 4411", Some(Completed)),
            ("The maintenance has ended.", Some(Completed)),
            ("Closed - Maintenance note", Some(Completed)),
            ("This maintenance has been rescheduled to 4 May.", Some(Rescheduled)),
            ("RESCHEDULE NOTIFICATION***Customer***TTN-1***", Some(Rescheduled)),
            ("The work had to be moved to Friday.", Some(Rescheduled)),
            ("The maintenance has been postponed until further notice.", Some(Rescheduled)),
            ("Correction 06/11/2021 Planned Network Maintenance", Some(Rescheduled)),
            ("The scheduled maintenance work has begun.", Some(InProcess)),
            ("Scheduled maintenance is currently in progress.", Some(InProcess)),
            ("Started at 9pm PST on 8/24.", Some(InProcess)),
            ("Data center migration - maintenance window extended", Some(InProcess)),
            ("Maintenance will begin at 02:00.", None),
            ("The maintenance has not started yet.", None),
            ("Do not reboot while maintenance is in progress.", None),
            ("This window is tentative.", Some(Tentative)),
            ("The date is subject to confirmation.", Some(Tentative)),
            ("The maintenance date is confirmed.", Some(Confirmed)),
            ("A maintenance is scheduled for all services.", Some(Confirmed)),
            ("Die Wartung wurde abgesagt.", Some(Cancelled)),
            ("Die Wartung entfällt.", Some(Cancelled)),
            ("Die Wartungsarbeiten sind abgeschlossen.", Some(Completed)),
            ("Die Arbeiten werden voraussichtlich bis 6 Uhr abgeschlossen sein.", None),
            ("Der Termin wurde auf den 3. Mai verschoben.", Some(Rescheduled)),
            ("Der Termin kann nicht verschoben werden.", None),
            ("Die Wartung hat begonnen.", Some(InProcess)),
            ("La maintenance a été annulée.", Some(Cancelled)),
            ("La maintenance n'a pas été annulée.", None),
            ("Les travaux sont terminés.", Some(Completed)),
            ("La maintenance est reportée au 4 mai.", Some(Rescheduled)),
            ("El mantenimiento ha sido cancelado.", Some(Cancelled)),
            ("El mantenimiento no ha sido cancelado.", None),
            ("El mantenimiento ha sido reprogramado.", Some(Rescheduled)),
            ("Het onderhoud is geannuleerd.", Some(Cancelled)),
            ("Het onderhoud is afgerond.", Some(Completed)),
            ("Het onderhoud is uitgesteld.", Some(Rescheduled)),
            ("A manutenção programada no dia 5 foi cancelada.", Some(Cancelled)),
            ("A manutenção foi concluída.", Some(Completed)),
            ("A manutenção foi adiada.", Some(Rescheduled)),
            ("Hello and thank you for the photos.", None),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .map(|(text, want)| (text, status(text).map(|said| said.value), want))
            .filter(|(_, have, want)| have != *want)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_graver_status_wins_and_points_at_its_words() {
        let text = "The work is scheduled for Friday.\nIt has been rescheduled twice. It has now been cancelled.";
        let said = status(text).unwrap();
        assert_eq!((said.value, text.get(said.at)), (Status::Cancelled, Some("cancelled")));
    }
}

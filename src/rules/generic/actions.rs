//! What we are asked to do before a time, and what happens otherwise: "Move your data before Friday or its disk is lost".

use super::windows::Times;
use crate::model::{Action, Precision, Problem, ProblemKind};
use crate::rules::search::Regex;
use crate::rules::time::{self, TimeContext};
use crate::rules::words;
use std::sync::LazyLock;

/// Most actions of one mail.
const MOST: usize = 8;

static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:^(?:please |you (?:must|need to|have to|should) |kindly )?(?:move|migrate|redeploy|back ?up|save|copy|export|download|upgrade|update|replace|switch|reconfigure|renumber|change|shut|stop|restart|reboot|power (?:down|off|cycle)|renew|rotate|add|connect|confirm|reply|respond|choose|select|schedule|resize|rebuild|recreate|remove|delete|ensure|make sure|verify|check|plan)\b|^to avoid [^,]{3,60}, \w+|^you have until\b|^(?:actualice|mueva|migre|reinicie|renueve|verplaats|migreer|herstart|atualize|mova|aggiornate|spostate|rinnovate)\b|\b(?:si prega di|dovete|please|must|need(?:s)? to|have to|has to|are required to|required|requires|recommend|should|we ask you|action (?:is )?required|bitte|m[üu]ssen|veuillez|merci de|devez|pri[èe]re de|por favor|debe|deben|deber[áa]n?|gelieve|verzoek\w*|dient|moet|favor|deve|devem)\b)",
    )
});
/// To write to them is nothing to do.
static COURTESY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:contact|questions?|concerns?|let us know|do not hesitate|call us|write to|e-?mail us|reach out|accept our|apolog\w+|be advised|be informed|note that|please note|fragen|wenden|contacter|h[ée]siter|contactar|contacte|preguntas|vragen|d[úu]vidas|contato|visit|see our|refer to|find (?:below|more)|status page|you (?:can|may)|no action|nothing (?:\w+ ){0,3}?(?:to do|need)|(?:do|does|are|is) not (?:need|required|necessary)|beachten sie|hoeft (?:niets|niet)|aucune action|no es necesario|n[ãa]o [ée] necess[áa]rio|nessuna azione)\b|^(?:we|our \w+|wir|nous|services?|the (?:work|maintenance|window|upgrade)s?)\b (?:\w+ ){0,2}?(?:must|have to|need to|should|m[üu]ssen)\b",
    )
});
static LIMIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:before|by (?:the )?(?:\d+\w*|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|end|eod|close|then|midnight|noon)|prior to|no later than|not later than|at the latest|until|on or before|in advance of|ahead of|within (?:the next )?\d+|deadline|vor|bis|sp[äa]testens|avant|au plus tard|antes d\w+|a m[áa]s tardar|v[óo][óo]r|uiterlijk|entro|prima d\w+|v[óo]or|tot|at[ée])\b",
    )
});
/// What is lost.
const LOSS: &str = r"(?:los[et]|losing|loss of|deleted?|destroyed|terminated|erased|removed|suspended|disabled|unavailable|stopped|shut ?down|powered off|wiped|expire[ds]?|automatically|forced?|fail|cannot be recovered|gel[öo]scht|verloren|beendet|abgeschaltet|gesperrt|automatisch|perdue?s?|supprim[ée]e?s?|arr[êe]t[ée]e?s?|automatiquement|perder\w*|perdid\w+|eliminad\w+|borrad\w+|verwijderd|gestopt|exclu[íi]d[oa]s?|removid[oa]s?|spent[oaie]|eliminat[oaie]|cancellat[oaie]|pers[oaie])";
static CONSEQUENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(&format!(
        r"(?:[,;.:–—-]|\s)\s*\b(?:or(?: else)?|otherwise|failing which|failure to do so|if (?:you do not|you don['’]t|not)|after (?:that|this)(?: date| time)?|sonst|andernfalls|ansonsten|oder|sinon|faute de quoi|ou|de lo contrario|si no|o|anders|of|zo niet|caso contr[áa]rio|altrimenti|in caso contrario)[, ]\s*([^.!?\n]{{0,160}}\b{LOSS}\b[^.!?\n]*)"
    ))
});
static PAST: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"\b(?:after|nach|apr[èe]s|despu[ée]s de|na|ap[óo]s|dopo)\b"));
/// A threat without a request: "instances that have not been moved by Friday will be terminated".
static THREAT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(&format!(
        r"(?:\b(?:that|which|who) (?:have|has|are|were|is|do|did) not\b|\b(?:still|left|remaining) (?:on|in|at|running|using|after)\b|\b(?:if|unless) you\b|^failure to\b|\bdie [^!?\n]{{0,50}}\bnicht\b|\bqui n['’e]|\bque no\b|\bdie niet\b|\bque n[ãa]o\b|\bche non\b)[^!?\n]*?(?:,\s*([^,!?\n]*\b{LOSS}\b[^!?\n]*)|\b((?:will|are|cannot|can|may|werden|wird|seront|ser[áa]n?|worden|ser[ãa]o|saranno)\b[^,!?\n]*\b{LOSS}\b[^!?\n]*))"
    ))
});
static THEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^(?:otherwise|after (?:that|this)|if you (?:do not|don['’]t|take no)|failure to|instances? (?:that|which)|any .{0,40} (?:not|still|remaining)|sonst|andernfalls|danach|nach diesem|sinon|pass[ée] (?:ce|cette)|de lo contrario|despu[ée]s de|anders|daarna|caso contr[áa]rio|ap[óo]s)\b",
    )
});

/// What a text asks of us with a limit or a loss, in order. A limit that names no instant (`before Friday`, `before the maintenance`) leaves `by` open.
pub(super) fn actions(prose: &str, times: &Times, context: &TimeContext<'_>) -> Vec<Action> {
    let is = |table: &LazyLock<Option<Regex>>, text: &str| table.as_ref().is_some_and(|regex| regex.is_match(text));
    let sentences: Vec<&str> = words::sentences(prose).into_iter().filter_map(|range| prose.get(range)).collect();
    let mut found: Vec<Action> = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        let threat = THREAT
            .as_ref()
            .filter(|_| is(&LIMIT, sentence) || is(&PAST, sentence))
            .and_then(|regex| regex.captures(sentence))
            .and_then(|hit| hit.get(1).or_else(|| hit.get(2)))
            .map(|loss| folded(loss.as_str()));
        if !is(&ASKS, sentence) && threat.is_none() || is(&COURTESY, sentence) || found.len() >= MOST {
            continue;
        }
        let own =
            CONSEQUENCE.as_ref().and_then(|regex| regex.captures(sentence)).and_then(|hit| hit.get(1)).map(|loss| folded(loss.as_str()));
        let next = sentences.get(index + 1).filter(|next| is(&THEN, next)).map(|next| folded(next));
        if !is(&LIMIT, sentence) && own.is_none() && threat.is_none() {
            continue;
        }
        let stated =
            times.deadlines.iter().find(|deadline| deadline.sentence.contains(sentence) || sentence.contains(deadline.sentence.as_str()));
        let alone = |text: &str| {
            let first = time::statements(text, context).into_iter().next();
            first.filter(|one| one.readings.iter().all(|(_, end)| end.is_none() || one.precision == Precision::Day))
        };
        // "bis 12.05." reads as the end of a span; alone the date is a time.
        let after = LIMIT
            .as_ref()
            .and_then(|regex| regex.find(sentence))
            .or_else(|| PAST.as_ref()?.find(sentence))
            .and_then(|limit| sentence.get(limit.end()..));
        let own_time = || {
            let whole = alone(sentence).filter(|one| !one.readings.is_empty());
            whole.or_else(|| after.and_then(alone))
        };
        let statement = stated.map(|deadline| deadline.statement.clone()).or_else(own_time);
        let unzoned = |problems: &[Problem]| problems.iter().any(|problem| problem.problem == ProblemKind::UnknownZone);
        let by = match statement {
            Some(one) if !unzoned(&one.problems) || one.precision == Precision::Day => match one.readings.as_slice() {
                [(start, _)] => Some(*start),
                _ => None,
            },
            _ => None,
        };
        found.push(Action { text: folded(sentence), by, consequence: own.or(threat).or(next) });
    }
    found
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests;

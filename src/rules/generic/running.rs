//! Times of running text: which is a window, which a deadline, a posting time, the window that a move leaves.

use super::topics::{Topic, is_backup};
use super::windows::{Deadline, Stated, Times, label_zone, stated};
use crate::model::Precision;
use crate::rules::former;
use crate::rules::search::Regex;
use crate::rules::time::{self, Statement, TimeContext};
use crate::rules::words;
use std::ops::Range;
use std::sync::LazyLock;

/// What a time of running text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A window or its start.
    Window,
    /// The end alone of a window whose start stands before it.
    End,
    Former,
    Deadline,
    Other,
}

/// A time of running text, judged.
pub(super) struct Judged {
    pub(super) statement: Statement,
    pub(super) kind: Sort,
    pub(super) backup: bool,
    sentence: Range<usize>,
    pub(super) objects: Vec<String>,
}

static LEADS_OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:\b(?:posted|updated|created|sent|opened|generated|published|issued|last update|as of|since|on|wrote|notification time|notified|received|dated|known from|resolved|identified|detected|discovered|public on|disclosed)(?: (?:at|on))?|\bevent (?:in|on|of))\s*[:\-–]?\s*$",
    )
});
static STAMPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:posted|updated|created|sent|generated|published|issued|last update|wrote|notification time|received|dated|public on|as of|since)(?: (?:at|on|the))?\s*[:\-–]?\s*$",
    )
});
static LEADS_DEADLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:prior to|before|no later than|not later than|latest by|by|by eod|deadline(?: is)?|any time up to|up to|on or before|until|at the latest|vor(?: dem)?|bis(?: zum| sp[äa]testens)?|sp[äa]testens(?: am| bis)?|avant(?: le)?|au plus tard(?: le)?|antes del?(?: d[íi]a)?|a m[áa]s tardar(?: el)?|v[óo][óo]r|uiterlijk(?: op)?|at[ée](?: o dia)?)\s*[:\-–]?\s*$",
    )
});
/// "If you would rather move it yourself, do so after …" states no window.
static IF: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^[\s>*•·-]*(?:if|in case|should you|wenn|falls|sollten sie|si|als|se|caso)\b"));
static LEADS_END: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\bnew end(?: time| date)?(?: is| will be)?\s*:?\s*$|(?:^|\n)[^\n:]{0,30}\b(?:end|ende|fin|fim|einde|fine|finish|until)[ \t]*:[ \t]*$|\b(?:(?:expected|scheduled|planned|due|estimated|now|will|should|to) (?:to )?(?:end|finish|complete|be completed|conclude)(?: (?:at|by|on|around))?|(?:extended|prolonged|continues?|continue) (?:to|until|till)|verl[äa]ngert bis|prolong[ée]e? jusqu['’]?(?:à|au)?)\s*[:\-–]?\s*(?:approximately |about )?$",
    )
});
/// "Postponed until 9 March" tells a start, no deadline.
static MOVED_TO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:postponed|moved|re-?scheduled|deferred|delayed|shifted|verschoben|verlegt|report[ée]e?s?|aplazad[oa]s?|uitgesteld|verplaatst|adiad[oa]s?)\s+(?:to|until|till|auf|bis|au|hasta|al?|tot|naar|para)\s*(?:the |den |zum |le |el |o dia )?$",
    )
});
static MOVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:re-?scheduled|moved|postponed|shifted|brought forward|changed|verschoben|verlegt|report[ée]e?|d[ée]plac[ée]e?|reprogramad[oa]|aplazad[oa]|verplaatst|uitgesteld|adiad[oa]|reagendad[oa])\b",
    )
});
static FORMER_BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:from|instead of|rather than|originally (?:\w+ ){0,3}?(?:for|on|at|planned|scheduled)|previously (?:\w+ ){0,3}?(?:for|on|at)|initially (?:\w+ ){0,3}?(?:for|on|at)|original(?:ly)?(?: date| window| schedule)?|vom|statt(?: am)?|urspr[üu]nglich(?: am| f[üu]r)?|du|au lieu du|initialement (?:pr[ée]vue? )?(?:le|du)?|del?|en lugar del?|oorspronkelijk|van|in plaats van|em vez d[eo]|do dia)\s*[:\-–]?\s*(?:the |den |le |el |o dia )?$",
    )
});
static UPDATE_AFTER: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^\s*[-–:]\s+(?:the|we|this|an?|please|work|maintenance|update|technicians?|engineers?)\b"));
static STATUS_BELOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^\s*\n\s*(?:scheduled|update|updated|in progress|completed|verifying|investigating|identified|monitoring|resolved|cancelled)\b",
    )
});
static OBJECT_AFTER: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"^\s*[-–:|,]\s*([a-z0-9][\w./:@-]{1,60})[ \t]*(?:\n|$)"));

/// Every statement of a text with what it is for.
pub(super) fn judged(text: &str, context: &TimeContext<'_>) -> Vec<Judged> {
    let text = former::unstruck(text);
    let sentences = words::sentences(&text);
    let list = time::statements(&text, context);
    let is = |table: &LazyLock<Option<Regex>>, text: &str| table.as_ref().is_some_and(|regex| regex.is_match(text));
    let mut found: Vec<Judged> = Vec::new();
    for (index, statement) in list.iter().enumerate() {
        let at = statement.at.clone();
        let holding = sentences.partition_point(|range| range.end <= at.start);
        let sentence = sentences.get(holding).filter(|range| range.start <= at.start).cloned().unwrap_or_else(|| at.clone());
        let whole = text.get(sentence.clone()).unwrap_or_default();
        let before = text.get(sentence.start..at.start).unwrap_or_default();
        let after = text.get(at.end..).unwrap_or_default();
        // A day alone has its bounds, and is a point all the same.
        let open = statement.readings.iter().all(|(_, end)| end.is_none()) || statement.precision == Precision::Day && !is_days(statement);
        let same_sentence = |other: &&Statement| sentence.contains(&other.at.start);
        let later = list.iter().skip(index + 1).find(same_sentence);
        let moved = is(&MOVED, whole);
        let starts_before =
            || found.last().is_some_and(|one: &Judged| matches!(one.kind, Sort::Window | Sort::End) && one.sentence.end + 200 > at.start);
        let kind = if open && statement.precision == Precision::Minute && is(&LEADS_END, before) && starts_before() {
            Sort::End
        } else if moved && later.is_some() && is(&FORMER_BEFORE, before)
            || is(&FORMER_BEFORE, before) && before.to_lowercase().contains("origin")
            || former::moved_after(&text, at.end)
        {
            Sort::Former
        } else if is(&STAMPS, before)
            || open && (is(&UPDATE_AFTER, after) || at.start == sentence.start && is(&STATUS_BELOW, after))
            || open && is(&IF, whole) && list.len() > 1 && !is(&LEADS_DEADLINE, before)
        {
            Sort::Other
        } else if open && is(&LEADS_DEADLINE, before) && !is(&MOVED_TO, before) {
            Sort::Deadline
        } else if open && statement.precision == Precision::Day && is(&LEADS_OTHER, before) && !words_of_work(whole) {
            Sort::Other
        } else {
            Sort::Window
        };
        let own = beside(&text, &at, open, context);
        let heading = heading_above(&text, sentence.start);
        let backup = is_backup(before) || is_backup(heading) || is_backup(text.get(at.end..sentence.end).unwrap_or_default());
        found.push(Judged { statement: statement.clone(), kind, backup, sentence, objects: own });
    }
    found
}

static IN_BRACKETS: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"^[ \t]*[-–:,]?[ \t]*[(\[]([^()\[\]\n]{2,40})[)\]][ \t.,;]*(?:\n|$)"));
static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(r"^[\s>*•·-]*([^\n:|]{2,50}?)[ \t]*(?::|\||[ \t][-–—][ \t]|[-–—]>|→)[ \t]*(?:from |on |am |le |vom |del? )?$")
});
static NO_THING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b(?:nights?|days?|windows?|phases?|steps?|slots?|rounds?|dates?|times?|weeks?|notices?|maintenance|reminder|scheduled|planned|primary|backup|main|alternate|local|approx\w*|estimated|expected|hours?|minutes?|tentative|confirmed|completed|cancell?ed|new|old|start|end|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*|nacht|tag|termin|fenster|zeit\w*|uhr|nuit|jour|noche|noite|uitwijk\w*|inizio|fine|in[íi]cio|fim|begin\w*|\w*beginn|\w*ende|datum|when|utc|gmt|nacht|wann|quand|cuando|wanneer|what|update|posted)\b",
    )
});

/// The thing that stands on the line of a time: `2031-05-14 03:00 UTC - kvm1181`, `… - … UTC (Region A)`, `Frankfurt: 14 May, …`; on the line of a
/// whole window also a name in its words.
fn beside(text: &str, at: &Range<usize>, open: bool, context: &TimeContext<'_>) -> Vec<String> {
    let after = text.get(at.end..).unwrap_or_default();
    let start = text.get(..at.start).unwrap_or_default().rfind('\n').map_or(0, |end| end + 1);
    let before = text.get(start..at.start).unwrap_or_default();
    let captured = |table: &LazyLock<Option<Regex>>, part: &str| {
        let hit = table.as_ref().and_then(|regex| regex.captures(part));
        hit.and_then(|hit| hit.get(1)).map(|name| name.as_str().trim().to_owned()).filter(|name| super::objects::plausible(name))
    };
    let thing = |name: &String| {
        !NO_THING.as_ref().is_some_and(|regex| regex.is_match(name))
            && super::topics::topic(name).is_none_or(|topic| matches!(topic, Topic::Place | Topic::Objects))
            && label_zone(&format!("({name})"), context).is_none()
            && time::duration_minutes(name).is_none()
            && name.chars().next().is_some_and(|first| {
                first.is_uppercase() || first == '.' || name.chars().any(|char| char.is_ascii_digit()) && !first.is_ascii_punctuation()
            })
    };
    let own = captured(&OBJECT_AFTER, after)
        .filter(|name| name.chars().any(|char| char.is_ascii_digit() || char.is_uppercase() || "-._/:@".contains(char)))
        .or_else(|| captured(&IN_BRACKETS, after).filter(thing))
        .or_else(|| captured(&BEFORE, before).filter(thing));
    if let Some(own) = own {
        return vec![own];
    }
    if open {
        return Vec::new();
    }
    super::named::names(&format!("{before} \n{}", after.lines().next().unwrap_or_default()))
}

/// Whether a statement of days names more than one: `12 to 16 May`.
fn is_days(statement: &Statement) -> bool {
    statement.readings.iter().any(|(start, end)| end.is_some_and(|end| (end - *start).num_hours() > 30))
}

fn words_of_work(sentence: &str) -> bool {
    words::kind(sentence).is_some() || words::status(sentence).is_some() || words::impact(sentence).is_some()
}

/// The line above, where it is short and ends in a colon or stands alone.
fn heading_above(text: &str, at: usize) -> &str {
    let above = text.get(..at).unwrap_or_default().trim_end();
    let line = above.rsplit('\n').next().unwrap_or_default().trim();
    if line.chars().count() <= 60 && !line.chars().any(|char| char.is_ascii_digit()) { line } else { "" }
}

static LENGTH_OF_WINDOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b((?:\w+|\d+)[- ]hours?) (?:maintenance )?windows?\b|\bwindow of ((?:\w+|\d+) hours?)\b|\b(?:work|works|maintenance|window|activity|upgrade|migration|and|wartung\w*|arbeiten|intervention|travaux|maintenance|mantenimiento|trabajos|onderhoud|werkzaamheden|manuten[çc][ãa]o|it|this) (?:[\w-]+ ){0,2}?(?:(?:is|are) (?:expected|estimated|scheduled|planned) to |will |should |wird |werden |durer\w* |zal )?(?:take|takes|last|lasts|dauer\w*|dure\w*|durar\w*|duurt|duren)(?: for)? (?:approximately |approx\.? |about |around |up to |roughly |ca\.? |circa |etwa |environ |unos |unas |ongeveer |cerca de |aproximadamente )?((?:\w+|\d+(?:[.,]\d+)?) (?:hours?|minutes?|stunden?|minuten|heures?|horas?|minutos?|uur|uren))\b",
    )
});

/// "on 26 September for 2 hours each, starting between 02:00 UTC and 10:00 UTC": clock times that stand apart belong to the only date there is.
fn with_only_date(prose: &str, context: &TimeContext<'_>) -> Vec<Judged> {
    let list = judged(prose, context);
    let mut days: Vec<_> = list.iter().flat_map(|one| one.statement.readings.first()).map(|(start, _)| start.date_naive()).collect();
    days.dedup();
    match days.as_slice() {
        [day] if context.date.is_none() && list.iter().all(|one| one.statement.precision == Precision::Day) => {
            let again = judged(prose, &TimeContext { date: Some(*day), ..*context });
            let better = again.iter().any(|one| {
                one.kind == Sort::Window
                    && one.statement.precision == Precision::Minute
                    && one.statement.readings.iter().any(|(_, end)| end.is_some())
            });
            if better { again } else { list }
        }
        _ => list,
    }
}

pub(super) fn of_prose(prose: &str, context: &TimeContext<'_>) -> Times {
    let mut times = Times::default();
    let list = with_only_date(prose, context);
    let ranges = list.iter().any(|one| {
        one.kind == Sort::Window
            && one.statement.precision == Precision::Minute
            && one.statement.readings.iter().any(|(_, end)| end.is_some())
    });
    let length = LENGTH_OF_WINDOW
        .as_ref()
        .and_then(|regex| regex.captures(prose))
        .and_then(|hit| hit.get(1).or_else(|| hit.get(2)).or_else(|| hit.get(3)));
    for one in list {
        let sentence = || prose.get(one.sentence.clone()).unwrap_or_default().to_owned();
        let open = one.statement.readings.iter().all(|(_, end)| end.is_none());
        match one.kind {
            Sort::Other => {}
            // Of several ends the last one holds: "was to end at …, and is extended until …".
            Sort::End => {
                let until = one.statement.readings.first().map(|(at, _)| *at).filter(|_| one.statement.readings.len() == 1);
                if let Some(begun) = times.stated.last_mut().filter(|begun| !begun.former)
                    && let [(start, end)] = begun.statement.readings.as_mut_slice()
                    && let Some(until) = until.filter(|until| until > start)
                {
                    *end = Some(until);
                    begun.statement.as_written = format!("{} … {}", begun.statement.as_written, one.statement.as_written);
                }
            }
            Sort::Deadline => times.deadlines.push(Deadline { sentence: sentence(), statement: one.statement }),
            Sort::Former => times.stated.push(Stated { former: true, ..stated(one.statement, false) }),
            // Beside real windows a lone instant is a decoy: a posting time, a first step, an earlier event.
            Sort::Window if ranges && open && one.objects.is_empty() => {}
            Sort::Window => {
                let mut statement = one.statement;
                if open
                    && statement.precision == Precision::Minute
                    && let Some(length) = length
                    && let Some(whole) = time::between(&statement.as_written, Some(length.as_str()), context)
                {
                    statement = Statement { at: statement.at, ..whole };
                }
                times.stated.push(Stated { objects: one.objects, ..stated(statement, one.backup) });
            }
        }
    }
    times
}

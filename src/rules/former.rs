//! Windows that a mail leaves: struck out, `rescheduled from …`, `Previous window: …`. They are never the window to come.

use super::time::{self, Statement, TimeContext};
use super::words;
use crate::rules::search::Regex;
use std::sync::LazyLock;

/// What a text states, parted into what holds and what it leaves.
#[derive(Debug, Default)]
pub struct Parted {
    /// What holds.
    pub current: Vec<Statement>,
    /// What the mail leaves.
    pub former: Vec<Statement>,
}

/// Parts the windows of a text into those that hold and those that the text itself calls former.
#[must_use]
pub fn parted(text: &str, context: &TimeContext<'_>) -> Parted {
    let kept = unstruck(text);
    let mut parted = Parted::default();
    if kept != text {
        // Read in place: a label before it says which struck time is the start and which the end.
        let strikes: Vec<_> = STRUCK.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)).map(|found| found.range()).collect();
        let within = |statement: &Statement| strikes.iter().any(|range| range.contains(&statement.at.start));
        parted.former.extend(time::statements(text, context).into_iter().filter(within));
    }
    let mut left_at: Option<usize> = None;
    for statement in time::statements(&kept, context) {
        let goes_on = left_at.and_then(|end| kept.get(end..statement.at.start)).is_some_and(joins);
        if goes_on || leads(near(&kept, statement.at.start)) || moved_after(&kept, statement.at.end) {
            left_at = Some(statement.at.end);
            parted.former.push(statement);
        } else {
            parted.current.push(statement);
        }
    }
    parted
}

/// The times to which a text says that something is moved or extended: `postponed until …`, `extended to …`.
#[must_use]
pub fn moved_to(text: &str, context: &TimeContext<'_>) -> Vec<Statement> {
    let Some((leads, _)) = TO.as_ref().filter(|(_, anywhere)| anywhere.is_match(text)) else { return Vec::new() };
    let kept = unstruck(text);
    let led = |statement: &Statement| leads.is_match(near(&kept, statement.at.start));
    time::statements(&kept, context).into_iter().filter(|statement| !statement.readings.is_empty() && led(statement)).collect()
}

const MOVES: &str =
    r"\b(?:re-?scheduled|moved|postponed|shifted|brought forward|extended|verschoben|verlegt|verl[äa]ngert)\s+(?:to|until|till|auf|bis)\b";

static TO: LazyLock<Option<(Regex, Regex)>> = LazyLock::new(|| {
    let fillers = r"(?:\s+(?:the|new|date|of|den|zum|on|at|um|approximately))*\s*[:(]?\s*$";
    Some((words::pattern(&format!("{MOVES}{fillers}"))?, words::pattern(MOVES)?))
});

/// The text shortly before a place.
fn near(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    before.get(before.ceil_char_boundary(before.len().saturating_sub(REACH_BYTES))..).unwrap_or_default()
}

/// Whether a text may name a former window at all: spares the grammar of time where no word asks for it.
#[must_use]
pub fn hinted(text: &str) -> bool {
    text.contains("~~")
        || ANY_MOVE.as_ref().is_some_and(|regex| regex.is_match(text))
        || LEADS.as_ref().is_some_and(|(_, anywhere)| anywhere.is_match(text))
}

/// The struck parts of a text alone.
#[must_use]
pub fn struck(text: &str) -> String {
    let parts = STRUCK.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)).map(|found| found.as_str().trim_matches('~'));
    parts.collect::<Vec<_>>().join("\n")
}

/// Text with the struck parts blanked out, bytes kept in place.
#[must_use]
pub fn unstruck(text: &str) -> String {
    let mut out = text.to_owned();
    for found in STRUCK.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)) {
        out.replace_range(found.range(), &" ".repeat(found.range().len()));
    }
    out
}

static STRUCK: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"~~[^~\n]*~~"));

/// How far before a time the words that call it former may begin, in bytes.
const REACH_BYTES: usize = 120;

/// What moved away from a time, and words that call one former with what may stand between.
const MOVED: &str = r"(?:re-?scheduled|moved|postponed|shifted|brought forward|changed)\s+from|(?:verschoben|verlegt)\s+vo[mn]|(?:report[ée]e?s?|d[ée]plac[ée]e?s?)\s+du|(?:reprogramad[oa]|aplazad[oa]|adiad[oa]|reagendad[oa])s?\s+d(?:el?|o)|(?:verplaatst|uitgesteld)\s+van";
const CALLED: &str = r"original(?:ly)?|previous(?:ly)?|former(?:ly)?|initial(?:ly)?|old|instead of|rather than|bisherige\w*|bisher|urspr[üu]nglich\w*|alte[rs]?|statt|initialement|initiale?s?|ancien(?:ne)?s?|pr[ée]c[ée]dente?s?|au lieu d[ue]|anterior(?:es|mente)?|en lugar del?|em vez d[eo]|oorspronkelijk\w*|vorige|in plaats van";
const BETWEEN: &str = r"(?:[\s:*|(~–-]|\b(?:the|its|scheduled|planned|announced|notified|communicated|advised|set|dates?|and|time|times|windows?|maintenance|work|start|end|starting|begin|schedule|slot|for|on|at|between|zwischen|entre|was|were|is|of|from|den|der|am|um|f[üu]r|termin|zeitraum|wartungsfenster|wartung|geplant\w*|angek[üu]ndigt\w*|le|la|du|de|date|cr[ée]neau|pr[ée]vue?s?|d[ée]but|fecha|ventana|programad[oa]|inicio|el|para|datum|tijd|venster|gepland|op|het|voor|data|hor[áa]rio|janela|o|dia|utc|gmt)\b)*";

static LEADS: LazyLock<Option<(Regex, Regex)>> = LazyLock::new(|| {
    let named = format!(r"\b(?:(?:{MOVED})\b|(?:{CALLED})\b)");
    Some((words::pattern(&format!("{named}{BETWEEN}$"))?, words::pattern(&named)?))
});

static AS_BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"\b(?:as|wie|comme|como|zoals)\s+$"));

/// Whether the words before a time call it former. "As previously announced" does not.
fn leads(before: &str) -> bool {
    let hit = LEADS.as_ref().and_then(|(leads, _)| leads.find(before));
    hit.is_some_and(|hit| {
        let earlier = before.get(..hit.start()).unwrap_or_default();
        !AS_BEFORE.as_ref().is_some_and(|regex| regex.is_match(earlier))
    })
}

/// What is said of work that left its time.
const LEFT: &str = r"(?:re-?scheduled|moved|postponed|shifted|deferred|brought forward|verschoben|verlegt|report[ée]e?s?|d[ée]plac[ée]e?s?|reprogramad[oa]s?|aplazad[oa]s?|verplaatst|uitgesteld|adiad[oa]s?|reagendad[oa]s?)";

static MOVED_AFTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let past = r"^[\s,)\]]*(?:(?:has|have|had) (?:now |had to |to )?(?:been |be )?|(?:was|were) (?:now |being )?|wurden? (?:leider )?|musste[n]? |(?:a|ont) (?:d[ûu] [êe]tre |[ée]t[ée] )|(?:ha|han) sido |foi |foram )";
    let present = r"\b|^[\s,)\]]*(?:is|are|wird|werden|est|is|es) (?:now |hereby |being |hiermit )?(?:re-?scheduled|postponed|deferred|verschoben|report[ée]e?s?|uitgesteld|aplazad[oa]s?)\b";
    words::pattern(&format!("{past}{LEFT}{present}"))
});

static ANY_MOVE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(&format!(r"\b{LEFT}\b")));

/// Whether the words after a time say that the work was moved away from it: `planned for 6 May 22:00 UTC has been rescheduled`.
#[must_use]
pub fn moved_after(text: &str, at: usize) -> bool {
    let after = text.get(at..).unwrap_or_default();
    let after = after.get(..after.floor_char_boundary(REACH_BYTES)).unwrap_or_default();
    let sentence = after.split(['.', ';']).next().unwrap_or_default();
    MOVED_AFTER.as_ref().is_some_and(|regex| regex.is_match(sentence))
}

/// Whether a gap only lists: what follows is as former as what came before.
fn joins(gap: &str) -> bool {
    let listed = gap.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, ',' | '/' | '(' | ')' | '&'));
    !gap.contains('\n') && matches!(listed.to_lowercase().as_str(), "" | "and" | "und" | "et" | "y" | "en" | "e")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Zones;
    use chrono::{NaiveDate, NaiveTime};

    #[test]
    fn every_pattern_compiles() {
        assert!(MOVED_AFTER.is_some() && ANY_MOVE.is_some());
        assert!(TO.is_some() && LEADS.is_some() && AS_BEFORE.is_some() && STRUCK.is_some());
    }

    #[test]
    fn parts_what_holds_from_what_is_left() {
        let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded");
        let arrived_at = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap().and_time(NaiveTime::MIN).and_utc();
        let context = TimeContext { zones: &zones, arrived_at, zone: None, order: None, date: None };
        let starts = |list: &[Statement]| {
            list.iter()
                .filter_map(|one| one.readings.first())
                .map(|(start, _)| start.format("%d").to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let cases = [
            ("has been rescheduled from 6 May 2026 22:00 UTC to 7 May 2026 22:00 UTC", "07", "06"),
            ("New window: 7 May 2026 22:00 - 23:00 UTC\nPrevious window: 6 May 2026 22:00 - 23:00 UTC", "07", "06"),
            ("~~6 May 2026 22:00 - 23:00 UTC~~ 7 May 2026 22:00 - 23:00 UTC", "07", "06"),
            ("Start: ~~6 May 2026 22:00 UTC~~ 7 May 2026 22:00 UTC\nEnd: ~~6 May 2026 23:00 UTC~~ 7 May 2026 23:00 UTC", "07", "06"),
            ("Original Start: 6 May 2026 22:00 UTC\nOriginal End: 6 May 2026 23:00 UTC\nStart: 7 May 2026 22:00 UTC", "07", "06"),
            ("Original date |\n6 May 2026 22:00 UTC", "", "06"),
            ("The work originally planned for 6 May 2026 22:00 UTC and 7 May 2026 22:00 UTC moves to 8 May 2026 22:00 UTC.", "08", "06 07"),
            ("takes place on 8 May 2026 22:00 UTC instead of 6 May 2026 22:00 UTC", "08", "06"),
            ("Die Wartung wurde verschoben vom 6. Mai 2026 22:00 UTC auf den 7. Mai 2026 22:00 UTC", "07", "06"),
            (
                "were previously scheduled for maintenance between 6 May 2026 22:00 UTC and 6 May 2026 23:00 UTC, now for 7 May 2026 22:00 UTC",
                "07",
                "06",
            ),
            (
                "The work that was scheduled from 6 May 2026 22:00 to 6 May 2026 23:00 UTC has been rescheduled. It takes place on 7 May 2026 22:00 UTC.",
                "07",
                "06",
            ),
            ("The window on 6 May 2026 22:00 UTC had to be postponed, the new one is 7 May 2026 22:00 UTC", "07", "06"),
            ("Die Wartung am 6. Mai 2026 um 22:00 UTC wurde verschoben. Neu: 7. Mai 2026 22:00 UTC", "07", "06"),
            ("On 6 May 2026 at 22:00 UTC your server is moved to a new host", "06", ""),
            ("Ursprünglicher Termin: 6. Mai 2026 22:00 UTC", "", "06"),
            ("As previously announced for 6 May 2026 22:00 UTC, we", "06", ""),
            ("The previously announced maintenance will now run on 6 May 2026 22:00 UTC", "06", ""),
            ("Fans are changed on 6 May 2026 22:00 - 23:00 UTC and 7 May 2026 22:00 - 23:00 UTC", "06 07", ""),
            ("The original plan stays. Start: 6 May 2026 22:00 UTC", "06", ""),
        ];
        for (text, current, former) in cases {
            let read = parted(text, &context);
            assert_eq!((starts(&read.current).as_str(), starts(&read.former).as_str()), (current, former), "{text}");
        }
    }
}

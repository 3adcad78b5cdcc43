//! The languages that ship with the program: English, and German.

/// In which language our own sentences stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// `en`, and every language that has no sentences of its own.
    #[default]
    English,
    /// `de`.
    German,
}

impl Language {
    /// By its two letters; English for those without sentences of their own.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if code == "de" { Self::German } else { Self::English }
    }

    /// Whether our sentences exist in a language.
    #[must_use]
    pub fn is_shipped(code: &str) -> bool {
        matches!(code, "en" | "de")
    }

    /// One of two wordings.
    #[must_use]
    pub fn pick<T>(self, english: T, german: T) -> T {
        match self {
            Self::English => english,
            Self::German => german,
        }
    }

    /// `a`, `a and b`, `a, b und c`.
    #[must_use]
    pub fn listed(self, words: &[String]) -> String {
        match words {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.pick("and", "und")),
        }
    }

    /// `30 minutes`, `2 Stunden 15 Minuten`.
    #[must_use]
    pub fn minutes(self, minutes: u32) -> String {
        if self == Self::English {
            return super::phrases::minutes_in_words(minutes);
        }
        let unit = |count: u32, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let (hours, rest) = (unit(minutes / 60, "Stunde", "Stunden"), unit(minutes % 60, "Minute", "Minuten"));
        match (minutes / 60, minutes % 60) {
            (0, _) => rest,
            (_, 0) => hours,
            _ => format!("{hours} {rest}"),
        }
    }
}

const MONTHS: [&str; 12] =
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
const DAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];

/// `13. September 2020`, with `Sonntag, ` before it where the weekday is wanted.
#[must_use]
pub fn german_day(day: chrono::NaiveDate, weekday: bool) -> String {
    use chrono::Datelike as _;
    let name = |names: &[&'static str], place: u32| usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or("");
    let before = if weekday { format!("{}, ", name(&DAYS, day.weekday().num_days_from_monday())) } else { String::new() };
    format!("{before}{}. {} {}", day.day(), name(&MONTHS, day.month0()), day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w30_german_days_and_lengths() {
        let day = chrono::NaiveDate::from_ymd_opt(2020, 3, 1).unwrap();
        assert_eq!(german_day(day, true), "Sonntag, 1. März 2020");
        assert_eq!(german_day(day, false), "1. März 2020");
        assert_eq!(Language::German.minutes(75), "1 Stunde 15 Minuten");
        assert_eq!(Language::German.minutes(1), "1 Minute");
        assert_eq!(Language::of("fr").listed(&["a".into(), "b".into()]), "a and b");
        assert_eq!(Language::of("de").listed(&["a".into(), "b".into(), "c".into()]), "a, b und c");
    }
}

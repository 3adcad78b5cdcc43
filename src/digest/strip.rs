//! The days ahead at a glance: a line of signs in the text, a row of coloured cells in the HTML, which Outlook shows too.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, TimeDelta, Utc};

use super::Week;
use super::ahead::Row;
use crate::mail::outgoing::phrases::is_roll_out;
use crate::model::{Precision, Window};

/// Most days that are drawn: two rows of a week each on a phone.
const MOST_DAYS: u32 = 14;

/// What a day holds, the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Free,
    Internal,
    /// Some day of a roll-out.
    Sometime,
    Customers,
    Several,
}

impl Mark {
    fn sign(self) -> char {
        match self {
            Self::Free => '.',
            Self::Internal => 'o',
            Self::Sometime => '~',
            Self::Customers => '#',
            Self::Several => 'X',
        }
    }

    /// Ground and ink that stand out from each other by day and by night.
    fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Free => ("#e7eaee", "#222222"),
            Self::Internal => ("#5b6b7f", "#ffffff"),
            Self::Sometime => ("#f3d9b1", "#222222"),
            Self::Customers => ("#b35900", "#ffffff"),
            Self::Several => ("#b42318", "#ffffff"),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Free => "nothing",
            Self::Internal => "internal",
            Self::Sometime => "some day of a roll-out",
            Self::Customers => "customers may feel it",
            Self::Several => "several at once",
        }
    }
}

/// The days with their marks, from today on, in the reader's zone.
fn days(week: &Week<'_>, rows: &[Row<'_>]) -> Vec<(NaiveDate, Mark)> {
    let today = week.clock.local(week.now).date_naive();
    let count = week.days.clamp(1, MOST_DAYS);
    (0..count)
        .filter_map(|after| today.checked_add_days(Days::new(u64::from(after))))
        .map(|day| {
            let on: Vec<&Row<'_>> = rows.iter().filter(|row| touches(week, row.window, day)).collect();
            let felt = on.iter().filter(|row| row.felt && !is_roll_out(row.window)).count();
            let mark = match (felt, on.len()) {
                (0, 0) => Mark::Free,
                (0, _) if on.iter().any(|row| is_roll_out(row.window)) => Mark::Sometime,
                (0, _) => Mark::Internal,
                (1, _) => Mark::Customers,
                _ => Mark::Several,
            };
            (day, mark)
        })
        .collect()
}

fn touches(week: &Week<'_>, window: &Window, day: NaiveDate) -> bool {
    let last = window.end.map_or(window.start, |end| (end - TimeDelta::seconds(1)).max(window.start));
    let local = |at: DateTime<Utc>| -> DateTime<FixedOffset> {
        if window.precision == Precision::Day { at.fixed_offset() } else { week.clock.local(at) }
    };
    (local(window.start).date_naive()..=local(last).date_naive()).contains(&day)
}

/// Three lines of signs and what they mean.
pub(super) fn text(week: &Week<'_>, rows: &[Row<'_>]) -> Vec<String> {
    let days = days(week, rows);
    let line = |cell: &dyn Fn(&(NaiveDate, Mark)) -> String| days.iter().map(|day| format!(" {:>2}", cell(day))).collect::<String>();
    let weekday = |day: NaiveDate| day.format("%a").to_string().chars().take(2).collect::<String>();
    vec![
        line(&|(day, _)| weekday(*day)),
        line(&|(day, _)| day.day().to_string()),
        line(&|(_, mark)| mark.sign().to_string()),
        format!(" {}", legend(&days).iter().map(|mark| format!("{} {}", mark.sign(), mark.meaning())).collect::<Vec<_>>().join(", ")),
    ]
}

fn legend(days: &[(NaiveDate, Mark)]) -> Vec<Mark> {
    [Mark::Customers, Mark::Several, Mark::Sometime, Mark::Internal]
        .into_iter()
        .filter(|mark| days.iter().any(|(_, on)| on == mark))
        .collect()
}

/// The same as a table, a week a row.
pub(super) fn html(week: &Week<'_>, rows: &[Row<'_>]) -> String {
    let days = days(week, rows);
    let mut out =
        String::from("<table role=\"presentation\" cellpadding=\"6\" cellspacing=\"2\" border=\"0\" style=\"margin:0 0 12px\">\n");
    for row in days.chunks(7) {
        out.push_str("<tr>");
        for (day, mark) in row {
            let (ground, ink) = mark.colours();
            write!(
                out,
                "<td align=\"center\" width=\"40\" bgcolor=\"{ground}\" title=\"{}\" style=\"background:{ground};color:{ink};font-size:13px;line-height:1.2\">\
                 {}<br><b>{}</b></td>",
                mark.meaning(),
                day.format("%a"),
                day.day()
            )
            .unwrap_or_default();
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
    out
}

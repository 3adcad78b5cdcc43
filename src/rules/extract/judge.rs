//! The doubts that only the whole of a mail shows.

use super::Reader;
use crate::model::{CalendarTime, Kind, Notification, Precision, Problem, ProblemKind, Role, Status, Window};
use crate::rules::{Options, former, generic, place, seen, time, windows, words};
use chrono::{DateTime, TimeDelta, Utc};

impl Reader<'_, '_> {
    /// The doubts that only the whole shows.
    pub(super) fn judge(&mut self, found: &[Notification], options: Options) {
        let windows: Vec<Window> = found.iter().flat_map(|notification| notification.windows.iter().cloned()).collect();
        let status = found.first().and_then(|notification| notification.status);
        let over = matches!(status, Some(Status::Cancelled | Status::Completed));
        if over {
            // What is over needs no end.
            self.problems.retain(|problem| problem.problem != ProblemKind::Missing || problem.field != "end");
        }
        let watched = found.iter().any(|notification| notification.watch.is_some());
        let bare = windows.is_empty() || found.iter().any(|notification| notification.windows.is_empty());
        let doubted = self.problems.iter().any(|problem| problem.blocking && matches!(problem.field.as_str(), "start" | "zone" | "end"));
        if bare && !over && !watched && !doubted && self.layout.kind == Kind::Maintenance {
            let detail = "the rule knows this mail, but no window stands where the rule looks";
            self.problems.push(Problem { blocking: true, ..Problem::new(ProblemKind::Missing, "start", detail) });
        }
        for (pattern, why) in self.layout.doubts.iter().filter(|_| status != Some(Status::Cancelled)) {
            if seen(pattern, self.view) {
                self.trace.uses(Some(&pattern.mark), &self.provider.file);
                self.problems.push(Problem::new(ProblemKind::Conflict, "windows", why.clone()));
            }
        }
        if self.layout.subject_times && !windows.is_empty() {
            let tolerance = self.layout.tolerance_minutes;
            let other = time::statements(&self.view.mail.subject, self.context)
                .into_iter()
                .find(|statement| !statement.readings.is_empty() && !windows::agrees(statement, &windows, tolerance));
            if let Some(other) = other {
                let detail = format!("the subject states {:?}, the text another window", other.as_written);
                self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
            }
        }
        if options.calendars && !windows.is_empty() {
            self.compare_with_calendar(&windows);
        }
        self.contradicted(found, status);
        self.compare_with_second_reading(found);
        for window in &windows {
            let long = window.end.is_some_and(|end| end - window.start > TimeDelta::days(31));
            let far = (window.start - self.context.arrived_at).abs() > TimeDelta::days(400);
            if long || far {
                let detail =
                    format!("the window {:?} is {}", window.as_written, if long { "longer than a month" } else { "more than a year away" });
                self.problems.push(Problem::new(ProblemKind::Implausible, "start", detail));
            }
        }
    }

    /// What the text says elsewhere against the status and the windows that were read.
    fn contradicted(&mut self, found: &[Notification], status: Option<Status>) {
        if matches!(status, Some(Status::Cancelled | Status::Completed)) {
            return;
        }
        // An end of the maintenance in a sentence where the rule does not look must not pass as an announcement.
        let fresh = self.view.mail.text();
        let fresh = fresh.get(..fresh.floor_char_boundary(place::TEXT_CAP_BYTES)).unwrap_or_default();
        let over = |said: &words::Said<Status>| matches!(said.value, Status::Cancelled | Status::Completed);
        if self.layout.status_is.is_none()
            && let Some(said) = words::status(fresh).filter(over)
        {
            let quote = fresh.get(said.at).unwrap_or_default();
            let detail = format!("the text says {quote:?}, which the rule does not expect there");
            self.problems.push(Problem::new(ProblemKind::Conflict, "status", detail));
        }
        if let Some(said) =
            words::kind(&self.view.mail.subject).filter(|said| said.value == Kind::Incident && self.layout.kind != said.value)
        {
            let quote = self.view.mail.subject.get(said.at).unwrap_or_default();
            let detail = format!("the subject says {quote:?}: an outage, or planned work?");
            self.problems.push(Problem::new(ProblemKind::Conflict, "kind", detail));
        }
        if let Some(other) = former::moved_to(&self.view.text, self.context).into_iter().find(|to| {
            let known = |window: &Window| to.readings.iter().any(|(start, _)| window.start == *start || window.end == Some(*start));
            let windows = || found.iter().flat_map(|one| &one.windows);
            !windows().any(known) && !windows::agrees(to, &windows().cloned().collect::<Vec<_>>(), 0)
        }) {
            let detail = format!("the text says that it is moved or extended to {:?}, which is no window of those read", other.as_written);
            self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
        // Two windows of a maintenance that was moved, and no word says which one is left.
        if status == Some(Status::Rescheduled)
            && self.layout.rows.is_empty()
            && let Some(one) = found.iter().find(|one| one.former_windows.is_empty() && main_windows(one) > 1)
        {
            let detail = format!("the maintenance was moved, and the mail states {} windows: which hold?", main_windows(one));
            self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
        let both = found.iter().find_map(|one| {
            one.windows.iter().find(|window| {
                one.former_windows.iter().any(|left| left.start == window.start && (left.end.is_none() || left.end == window.end))
            })
        });
        if let Some(window) = both {
            let detail = format!("the mail calls {:?} the former window, and the rule reads it as the new one", window.as_written);
            self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
    }

    /// What the reader without rules surely sees in the mail, the rule must have seen too: a layout that a provider changed shows here.
    fn compare_with_second_reading(&mut self, found: &[Notification]) {
        let doubted = self.problems.iter().any(|problem| problem.blocking && problem.problem == ProblemKind::Missing);
        if self.layout.kind != Kind::Maintenance || doubted {
            return;
        }
        let allowed = TimeDelta::minutes(i64::from(self.layout.tolerance_minutes));
        let near = |left: DateTime<Utc>, right: DateTime<Utc>| (left - right).abs() <= allowed;
        let read = || found.iter().flat_map(|one| one.windows.iter().chain(&one.former_windows));
        let known = |other: &Window| {
            read().any(|window| near(window.start, other.start) && window.end.zip(other.end).is_none_or(|(left, right)| near(left, right)))
        };
        if let Some(other) = generic::certain_windows(self.view.mail, self.context).into_iter().find(|other| !known(other)) {
            let detail = format!("the mail also states {:?}, which the rule does not read", other.as_written);
            self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
    }

    fn compare_with_calendar(&mut self, windows: &[Window]) {
        let starts: Vec<_> = self
            .view
            .mail
            .calendars
            .iter()
            .filter_map(|event| match event.start.as_ref()? {
                CalendarTime::Utc(at) => Some(*at),
                CalendarTime::Zoned(at, zone) if zone == "UTC" => Some(at.and_utc()),
                _ => None,
            })
            .collect();
        let known = |start| windows.iter().any(|window| window.start == start && window.precision == Precision::Minute);
        if let Some(other) = starts.first().filter(|_| !starts.iter().any(|start| known(*start))) {
            let detail = format!("the calendar part starts at {other}, the text states another window");
            self.problems.push(Problem::new(ProblemKind::Conflict, "start", detail));
        }
    }
}

fn main_windows(one: &Notification) -> usize {
    one.windows.iter().filter(|window| window.role == Role::Main).count()
}

//! Correlation: which maintenance a notification is about. By the provider's reference, by the thread, and, as the main road for hosting
//! mails, by provider, windows and objects (W08, W12). What is weaker than that comes back as `perhaps`: nobody guesses.

use chrono::{DateTime, TimeDelta, Utc};

use super::{is_over, is_rough, names_meet, narrows, same_windows, shares_start, span};
use crate::model::{Kind, Known, Maintenance, Notification, Status};

/// Time within which the same object at another time may be a move; works that lie further apart are two.
const NEAR: TimeDelta = TimeDelta::days(31);
/// Time in which what a provider says of an outage is about the one that is open.
const OUTAGE_LASTS: TimeDelta = TimeDelta::days(3);
/// The most earlier ones of which a person is asked.
const MOST_ASKED: usize = 5;

/// What is known of the mail that a notification stands in.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// The provider's id.
    pub provider: &'a str,
    /// Maintenance or incident; none where nobody can tell.
    pub kind: Option<Kind>,
    /// The rule that read it.
    pub rule: Option<&'a str>,
    /// Message-IDs that the mail answers, and its own.
    pub answers: &'a [String],
    /// Everything that the mail says, the notification included.
    pub found: &'a [Notification],
}

/// By what a notification was joined to a maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A reference of the provider's or the calendar's UID: the mail states the whole of it.
    Reference,
    /// The mail answers one about it.
    Thread,
    /// Same provider, same windows, objects in common; for an outage the one that is open.
    Likeness,
    /// Same provider, form and windows, other objects: one work on several (W12).
    United,
    /// A person said so.
    Person,
}

/// What a notification is about.
#[derive(Clone, Debug)]
pub struct Match<'k> {
    /// The maintenances that it is about: none or one, mostly. Several only where one reference stands for several works and the
    /// notification names neither window nor object: a cancellation of them all.
    pub same: Vec<&'k Maintenance>,
    /// By what.
    pub by: By,
    /// Earlier ones that it may be about, the nearest first; empty where it is sure.
    pub perhaps: Vec<&'k Maintenance>,
}

impl<'k> Match<'k> {
    fn same(same: Vec<&'k Maintenance>, by: By) -> Option<Self> {
        (!same.is_empty()).then_some(Self { same, by, perhaps: Vec::new() })
    }

    fn perhaps(perhaps: Vec<&'k Maintenance>) -> Self {
        Self { same: Vec::new(), by: By::Person, perhaps }
    }
}

/// Finds the maintenances that a notification is about among those that the store found.
#[must_use]
pub fn matching<'k>(known: &'k Known, heard: &Heard<'_>, said: &Notification, now: DateTime<Utc>) -> Match<'k> {
    let of_provider = |maintenance: &&'k Maintenance| {
        maintenance.provider == heard.provider
            && maintenance.same_as.is_none()
            && kinds_agree(maintenance.kind, heard.kind)
            && !contradicts(&maintenance.said, said)
    };
    let found: Vec<&Maintenance> = known.maintenances.iter().filter(of_provider).collect();
    if let Some(named) = Match::same(by_reference(&found, heard.found, said), By::Reference) {
        return named;
    }
    let in_thread = by_thread(&found, heard, said);
    let by_windows: Vec<&Maintenance> = found.iter().copied().filter(|one| is_alike(one, said)).collect();
    match (in_thread.as_slice(), by_windows.as_slice()) {
        ([one], _) if !is_another_time(one, said) => return Match { same: vec![one], by: By::Thread, perhaps: Vec::new() },
        (_, [one]) => return Match { same: vec![one], by: By::Likeness, perhaps: Vec::new() },
        ([], []) => {}
        ([], several) => return Match::perhaps(nearest(several, said)),
        (several, _) => return Match::perhaps(nearest(several, said)),
    }
    if heard.kind == Some(Kind::Incident)
        && let Some(open) = only(found.iter().copied().filter(|one| is_same_outage(one, said, now)))
    {
        return Match { same: vec![open], by: By::Likeness, perhaps: Vec::new() };
    }
    let united = only(found.iter().copied().filter(|one| is_united(one, heard, said)));
    let mut all: Vec<&Maintenance> = found;
    all.extend(known.ahead.iter().filter(of_provider));
    // One of its objects is announced for another time: whether that is moved here a person says.
    let elsewhere = all.iter().any(|one| is_ahead(one, now) && names_meet(&one.said, said));
    if let Some(one) = united.filter(|_| !elsewhere) {
        return Match { same: vec![one], by: By::United, perhaps: Vec::new() };
    }
    let weaker: Vec<&Maintenance> = all.into_iter().filter(|one| may_be(one, heard, said, now)).collect();
    Match::perhaps(nearest(&weaker, said))
}

/// Whether something of it is still to come.
fn is_ahead(known: &Maintenance, now: DateTime<Utc>) -> bool {
    let ended = known.closed.is_some() || matches!(known.status, Status::Cancelled | Status::Completed);
    !ended && !is_over(&known.said, now)
}

/// A maintenance is no outage; what is neither yet may be both.
fn kinds_agree(known: Option<Kind>, heard: Option<Kind>) -> bool {
    known.is_none() || heard.is_none() || known == heard
}

/// The one of a list; none where there are several, because nobody may guess which of them is meant.
fn only<'k>(mut list: impl Iterator<Item = &'k Maintenance>) -> Option<&'k Maintenance> {
    match (list.next(), list.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// By a reference. Where it stands for several works, in the mail or here, objects and windows say which of them is meant.
fn by_reference<'k>(candidates: &[&'k Maintenance], found: &[Notification], said: &Notification) -> Vec<&'k Maintenance> {
    let sharing: Vec<&Maintenance> = candidates.iter().copied().filter(|maintenance| shares_reference(&maintenance.said, said)).collect();
    let alone = found.iter().filter(|other| shares_reference(other, said)).count() <= 1;
    if alone && (sharing.len() == 1 || said.windows.is_empty() && said.objects.is_empty()) {
        return sharing;
    }
    let windows = |maintenance: &&&Maintenance| {
        let theirs = &maintenance.said.windows;
        shares_start(theirs, &said.windows) || shares_start(theirs, &said.former_windows)
    };
    let objects = |maintenance: &&&Maintenance| names_meet(&maintenance.said, said);
    let fits = [
        only(sharing.iter().filter(windows).filter(objects).copied()),
        only(sharing.iter().filter(objects).copied()),
        only(sharing.iter().filter(windows).filter(|one| one.said.objects.is_empty() || said.objects.is_empty()).copied()),
    ];
    fits.into_iter().flatten().take(1).collect()
}

/// Those whose mails this one answers; where it answers several, windows and objects say which.
fn by_thread<'k>(candidates: &[&'k Maintenance], heard: &Heard<'_>, said: &Notification) -> Vec<&'k Maintenance> {
    if heard.found.len() > 1 {
        return Vec::new();
    }
    let in_thread = |one: &&&Maintenance| one.thread.iter().any(|id| heard.answers.contains(id)) && !is_elsewhere(&one.said, said);
    let all: Vec<&Maintenance> = candidates.iter().filter(in_thread).copied().collect();
    let meant: Vec<&Maintenance> = all.iter().copied().filter(|one| is_alike(one, said)).collect();
    if meant.len() == 1 { meant } else { all }
}

fn references(said: &Notification) -> impl Iterator<Item = &String> {
    said.maintenance_id.iter().chain(&said.aliases).chain(&said.uid)
}

fn shares_reference(a: &Notification, b: &Notification) -> bool {
    references(a).any(|one| references(b).any(|other| one.eq_ignore_ascii_case(other)))
}

/// Two different ids are two maintenances, whatever else agrees, unless one of them was formerly the other.
fn contradicts(a: &Notification, b: &Notification) -> bool {
    let formerly = |one: &Notification, id: &str| one.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(id));
    match (&a.maintenance_id, &b.maintenance_id) {
        (Some(one), Some(other)) => !one.eq_ignore_ascii_case(other) && !formerly(a, other) && !formerly(b, one),
        _ => false,
    }
}

/// Whether a mail speaks of something that was announced before: it moves, begins, ends or takes it back.
fn goes_on(said: &Notification) -> bool {
    let status = said.status.is_some_and(|status| !matches!(status, Status::Tentative | Status::Confirmed));
    status || !said.former_windows.is_empty() || said.retracted
}

/// Other objects at another time, and no word of a move or an end: a work of its own, though it stands in the same thread.
fn is_elsewhere(a: &Notification, b: &Notification) -> bool {
    let stated = !a.objects.is_empty() && !b.objects.is_empty() && !a.windows.is_empty() && !b.windows.is_empty();
    stated && !goes_on(b) && !names_meet(a, b) && !shares_start(&a.windows, &b.windows)
}

/// Another time, and no word whether it is moved there or is to happen twice; the exact date of what was rough is neither.
fn is_another_time(known: &Maintenance, said: &Notification) -> bool {
    let theirs = &known.said.windows;
    let stated = !said.windows.is_empty() && !theirs.is_empty();
    stated && !goes_on(said) && !shares_start(theirs, &said.windows) && !narrows(theirs, &said.windows)
}

/// Same windows, or the windows that it leaves, and objects in common.
fn is_alike(known: &Maintenance, said: &Notification) -> bool {
    let theirs = &known.said;
    let same = shares_start(&theirs.windows, &said.windows) || shares_start(&theirs.windows, &said.former_windows);
    if !same {
        return false;
    }
    if theirs.objects.is_empty() || said.objects.is_empty() {
        // Nobody names an object: the same line of summary is needed as well, or two different works of one night become one.
        return theirs.objects.is_empty() == said.objects.is_empty() && theirs.summary == said.summary
            || matches!(said.status, Some(Status::Cancelled)) && said.objects.is_empty();
    }
    names_meet(theirs, said)
}

/// The provider's outage that is open: what it says next is about it, unless it names other objects.
fn is_same_outage(known: &Maintenance, said: &Notification, now: DateTime<Utc>) -> bool {
    let open =
        known.kind == Some(Kind::Incident) && known.closed.is_none() && !matches!(known.status, Status::Completed | Status::Cancelled);
    let theirs = &known.said;
    let likely = theirs.objects.is_empty() || said.objects.is_empty() || names_meet(theirs, said);
    let last = known.updates.last().map_or(known.first_seen_at, |update| update.at);
    open && likely && now - last <= OUTAGE_LASTS
}

/// The same work on other objects: same form, same windows, the same words but for the objects, and no reference that tells them apart.
fn is_united(known: &Maintenance, heard: &Heard<'_>, said: &Notification) -> bool {
    let theirs = &known.said;
    let plain = !goes_on(said) && matches!(known.status, Status::Confirmed | Status::Tentative) && known.closed.is_none();
    let nameless = references(theirs).next().is_none() && references(said).next().is_none();
    let both_named = !theirs.objects.is_empty() && !said.objects.is_empty();
    let same_form = known.rule.is_some() && known.rule.as_deref() == heard.rule && theirs.impact == said.impact;
    let same_words = [(&theirs.title, &said.title), (&theirs.summary, &said.summary), (&theirs.description, &said.description)];
    plain
        && nameless
        && both_named
        && same_form
        && !said.windows.is_empty()
        && same_windows(&theirs.windows, &said.windows)
        && same_words.iter().all(|(one, other)| without_objects(one.as_deref(), theirs) == without_objects(other.as_deref(), said))
}

/// A text in small letters without the names of the objects.
fn without_objects(text: Option<&str>, said: &Notification) -> Option<String> {
    let mut text = text?.to_lowercase();
    let mut ids: Vec<String> = said.objects.iter().map(|object| object.object_id.to_lowercase()).collect();
    ids.sort_by_key(|id| std::cmp::Reverse(id.len()));
    for id in ids.iter().filter(|id| !id.is_empty()) {
        text = text.replace(id.as_str(), "");
    }
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether a person must say if it is this one: too little agrees to be sure, too much to be silent.
fn may_be(known: &Maintenance, heard: &Heard<'_>, said: &Notification, now: DateTime<Utc>) -> bool {
    let theirs = &known.said;
    if !is_ahead(known, now) || known.held_back {
        return false;
    }
    let unnamed = theirs.objects.is_empty() || said.objects.is_empty();
    let same_windows = shares_start(&theirs.windows, &said.windows) || shares_start(&theirs.windows, &said.former_windows);
    if goes_on(said) {
        let elsewhere =
            !said.windows.is_empty() && !same_windows && said.status != Some(Status::Rescheduled) && said.former_windows.is_empty();
        return (unnamed || names_meet(theirs, said)) && !elsewhere;
    }
    if said.windows.is_empty() && said.watch.is_none() {
        return false;
    }
    let near = match (span(&theirs.windows).0, span(&said.windows).0) {
        (Some(one), Some(other)) => (one - other).abs() <= NEAR,
        _ => true,
    };
    let same_form = known.rule.is_some() && known.rule.as_deref() == heard.rule;
    // A reference of its own on each side was compared before: they differ, or this is its first word.
    let may_move = names_meet(theirs, said) && near && same_form && references(said).next().is_none();
    let narrows = narrows(&theirs.windows, &said.windows) && !theirs.windows.is_empty() && (unnamed || names_meet(theirs, said));
    let joins_watch = is_rough(&theirs.windows) && theirs.watch.is_some() && names_meet(theirs, said);
    same_windows && theirs.objects.is_empty() != said.objects.is_empty() || may_move || narrows || joins_watch
}

/// The nearest in time first, at most five.
fn nearest<'k>(list: &[&'k Maintenance], said: &Notification) -> Vec<&'k Maintenance> {
    let at = span(&said.windows).0;
    let mut list = list.to_vec();
    list.sort_by_key(|one| {
        let start = span(&one.said.windows).0;
        let apart = at.zip(start).map(|(a, b)| (a - b).abs());
        (apart.is_none(), apart, start.is_none(), start, one.id)
    });
    list.dedup_by_key(|one| one.id);
    list.truncate(MOST_ASKED);
    list
}

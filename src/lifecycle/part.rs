//! A mail about a part of a maintenance: one of two servers is cancelled, one of two nights is moved. The rest of it stands as it stood.

use super::{By, same_windows, shares_start, standing};
use crate::model::{AffectedObject, Maintenance, Notification, Role, Status, Window};

/// A part of a maintenance that goes another way than the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portion {
    /// The objects that stay as they were.
    pub rest: Vec<AffectedObject>,
    /// The objects that the mail ends or moves.
    pub part: Vec<AffectedObject>,
}

/// The objects that a mail ends or moves where it names some of a maintenance's objects and not all; none where it is about the whole.
///
/// A reference stands for the whole, so that a mail by reference which names fewer objects in a move states them anew.
#[must_use]
pub fn portion(known: &Maintenance, by: By, said: &Notification) -> Option<Portion> {
    let named = |object: &&AffectedObject| said.objects.iter().any(|other| other.object_id.eq_ignore_ascii_case(&object.object_id));
    let (part, rest): (Vec<_>, Vec<_>) = known.said.objects.iter().partition(named);
    let ends = matches!(said.status, Some(Status::Cancelled | Status::Completed)) || said.retracted;
    let moves =
        by != By::Reference && !said.windows.is_empty() && !same_windows(&known.said.windows, &said.windows) && !shares_all(known, said);
    let some = !part.is_empty() && !rest.is_empty() && part.len() == said.objects.len();
    (some && (ends || moves)).then(|| Portion { rest: rest.into_iter().cloned().collect(), part: part.into_iter().cloned().collect() })
}

/// Whether every window that it names is one of the maintenance's.
fn shares_all(known: &Maintenance, said: &Notification) -> bool {
    standing(&said.windows).all(|window| known.said.windows.iter().any(|one| one.start == window.start))
}

/// Whether a notification ends a maintenance and names another window than the one that stands: the end of the whole, or the tail of a move?
#[must_use]
pub fn ends_another_window(known: &Maintenance, said: &Notification) -> bool {
    let ends = matches!(said.status, Some(Status::Cancelled)) || said.retracted;
    let old = &known.said.windows;
    ends && standing(old).count() == 1 && !said.windows.is_empty() && !shares_start(old, &said.windows)
}

/// What a notification says of the whole maintenance: what it leaves out because it speaks of a part is filled in from what is known.
#[must_use]
pub fn completed(known: &Maintenance, by: By, said: &Notification) -> Notification {
    let mut whole = said.clone();
    whole.windows = windows(known, by, said);
    let ends = matches!(said.status, Some(Status::Cancelled | Status::Completed));
    if ends && standing(&known.said.windows).count() > 1 && standing(&whole.windows).next().is_some() && !said.windows.is_empty() {
        // Some of its nights are ended, and others are not: the maintenance goes on.
        whole.status = None;
    }
    if by != By::Reference && !said.objects.is_empty() {
        let mut objects = known.said.objects.clone();
        for object in &said.objects {
            match objects.iter_mut().find(|one| one.object_id.eq_ignore_ascii_case(&object.object_id)) {
                Some(one) => *one = object.clone(),
                None => objects.push(object.clone()),
            }
        }
        whole.objects = objects;
    }
    if by == By::United {
        // One work on several objects: its words stay those of the first mail.
        (whole.summary, whole.title, whole.description) = (None, None, None);
    }
    whole
}

fn windows(known: &Maintenance, by: By, said: &Notification) -> Vec<Window> {
    let old = &known.said.windows;
    let several = standing(old).count() > 1;
    let ends = matches!(said.status, Some(Status::Cancelled | Status::Completed)) || said.retracted;
    if ends && standing(old).count() == 1 {
        // What ends is what stands, whatever window the mail repeats.
        return Vec::new();
    }
    if !several || said.windows.is_empty() {
        return said.windows.clone();
    }
    let same_start = |one: &Window, list: &[Window]| list.iter().any(|other| other.start == one.start && other.role == one.role);
    if let Some(status @ (Status::Cancelled | Status::Completed)) = said.status {
        let ended = |window: &Window| {
            let meant = window.role == Role::Main && same_start(window, &said.windows);
            Window { status: if meant { Some(status) } else { window.status }, ..window.clone() }
        };
        return old.iter().map(ended).collect();
    }
    let former = &said.former_windows;
    if !former.is_empty() && shares_start(old, former) && !old.iter().all(|window| same_start(window, former)) {
        // One night of several is moved: the others stand.
        let stays = old.iter().filter(|window| !same_start(window, former) && !same_start(window, &said.windows));
        let mut windows: Vec<Window> = stays.chain(&said.windows).cloned().collect();
        windows.sort_by_key(|window| window.start);
        return windows;
    }
    let repeats_some = said.windows.iter().all(|window| same_start(window, old));
    if by != By::Reference && repeats_some && said.status != Some(Status::Rescheduled) {
        // A word about one of the nights takes nothing from the others.
        let stated = |window: &Window| said.windows.iter().find(|one| one.start == window.start && one.role == window.role).cloned();
        return old.iter().map(|window| stated(window).unwrap_or_else(|| window.clone())).collect();
    }
    said.windows.clone()
}

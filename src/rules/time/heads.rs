//! Zones in the heads of a table's columns: `Start (UTC) | End (UTC)`.

use super::moment::Moment;
use super::place;
use super::reader::Reader;
use crate::rules::zone::Meaning;
use std::ops::Range;

/// The head of a table stands at most this many tokens above a cell.
const MAX_HEAD_DISTANCE: usize = 400;

/// Gives a window in a table the zone of its column's head: `Start (UTC) | End (UTC)`.
pub(super) fn heads(reader: &Reader<'_>, first: usize, start: &mut Moment, end: Option<&mut Moment>) {
    let near = first.saturating_sub(MAX_HEAD_DISTANCE);
    let line = |i: usize| (near..i).rev().find(|j| reader.is_line(*j)).map_or(near, |j| j + 1);
    let column = |i: usize| (line(i)..i).filter(|j| reader.mark(*j) == Some('|')).count();
    let mut row = line(first);
    if column(start.next) == 0 && reader.mark(start.next) != Some('|') {
        return;
    }
    let mut zones: Vec<(usize, Meaning, Range<usize>)> = Vec::new();
    while row > near && zones.is_empty() {
        let last = row - 1;
        row = line(last);
        if !(row..last).any(|i| reader.mark(i) == Some('|')) {
            return;
        }
        let clocked = (row..last).any(|i| reader.number(i).is_some() && reader.mark(i + 1) == Some(':'));
        let mut i = row;
        while i < last && !clocked {
            let found = place::zone(reader, i, false).filter(|zone| zone.meaning != Meaning::Local && zone.next <= last);
            i = match found {
                Some(zone) => {
                    zones.push((column(i), zone.meaning, reader.start(i)..reader.end_before(zone.next)));
                    zone.next
                }
                None => i + 1,
            };
        }
    }
    let single = zones.first().filter(|(_, first, _)| zones.iter().all(|(_, other, _)| other == first));
    let of = |next: usize| zones.iter().find(|(at, ..)| *at == column(next)).or(single).cloned();
    for moment in std::iter::once(start).chain(end).filter(|moment| moment.clock.is_some()) {
        if let Some((_, meaning, at)) = of(moment.next) {
            moment.zones.push(meaning);
            moment.zone_at = Some(at);
        }
    }
}

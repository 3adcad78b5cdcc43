//! Tables of patterns with what a match means, and the walk through the sentences of a text that status and impact share.

use super::clause::sentences;
use super::{Said, pattern};
use crate::rules::search::Regex;
use std::ops::Range;

/// Patterns in order, each with what it means and how it is to be taken.
#[derive(Debug)]
pub(super) struct Table<V, F>(Vec<(Regex, V, F)>);

impl<V: Copy, F: Copy> Table<V, F> {
    /// Compiles a table. A pattern that does not compile would match nothing; a test of each table forbids it.
    pub(super) fn new(written: &[(&str, V, F)]) -> Self {
        Self(written.iter().filter_map(|(written, value, form)| Some((pattern(written)?, *value, *form))).collect())
    }

    /// The number of patterns that compiled.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Every match in a sentence, in the order of the table.
    pub(super) fn hits<'a>(&'a self, sentence: &'a str) -> impl Iterator<Item = (Range<usize>, V, F)> + 'a {
        let of = |(regex, value, form): &'a (Regex, V, F)| regex.find_iter(sentence).map(|found| (found.range(), *value, *form));
        self.0.iter().flat_map(of)
    }
}

/// Reads a text sentence by sentence; what `read` finds in one (given with its number) points into the whole text afterwards.
pub(super) fn by_sentence<T>(text: &str, mut read: impl FnMut(usize, &str) -> Vec<Said<T>>) -> Vec<Said<T>> {
    let mut all = Vec::new();
    for (index, sentence) in sentences(text).into_iter().enumerate() {
        let words = text.get(sentence.clone()).unwrap_or_default();
        let placed = |said: Said<T>| Said { value: said.value, at: sentence.start + said.at.start..sentence.start + said.at.end };
        all.extend(read(index, words).into_iter().map(placed));
    }
    all
}

/// The gravest of what was said, the first of equals.
pub(super) fn gravest<T>(all: impl IntoIterator<Item = Said<T>>, grave: impl Fn(&T) -> u8) -> Option<Said<T>> {
    all.into_iter().reduce(|best, next| if grave(&next.value) > grave(&best.value) { next } else { best })
}

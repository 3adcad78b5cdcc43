//! Names and addresses of one customer in stored text → `erased`. Whole words only, case does not count; ids only where an id stands.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{ERASED, Erasure};
use crate::store::StoreError;
use crate::store::values::{from_json, json};

/// What is looked for, and what stands in its place.
pub(super) struct Redaction {
    /// Names and addresses as characters in lower case, longest first, so that no part of a longer one is left.
    words: Vec<Vec<char>>,
    id: String,
    pseudonym: String,
    addresses: BTreeSet<String>,
}

impl Redaction {
    pub(super) fn new(erasure: &Erasure, pseudonym: &str) -> Self {
        let plain = erasure.names.iter().chain(&erasure.addresses);
        // As HTML writes them.
        let all = plain.flat_map(|word| [word.clone(), word.replace('&', "&amp;"), word.replace('&', "&amp;").replace('\'', "&#x27;")]);
        let mut words: Vec<Vec<char>> =
            all.filter(|word| !word.trim().is_empty()).map(|word| word.chars().flat_map(char::to_lowercase).collect()).collect();
        words.sort_by_key(|word| (std::cmp::Reverse(word.len()), word.clone()));
        words.dedup();
        Self { words, id: erasure.id.clone(), pseudonym: pseudonym.to_owned(), addresses: erasure.addresses.clone() }
    }

    /// A text without them; none where they do not stand in it.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        // A few letters become several in lower case; they are no part of a name that is looked for then.
        let lower: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut found = false;
        while let Some(char) = chars.get(at) {
            match self.words.iter().find(|word| stands(&lower, at, word)) {
                Some(word) => {
                    out.push_str(ERASED);
                    at += word.len();
                    found = true;
                }
                None => {
                    out.push(*char);
                    at += 1;
                }
            }
        }
        found.then_some(out)
    }

    /// A JSON value without them, as text; none where nothing changes.
    pub(super) fn json(&self, text: &str) -> Result<Option<String>, StoreError> {
        let mut value: Value = from_json(text, "a value")?;
        let changed = self.value(&mut value, "");
        if changed { json(&value).map(Some) } else { Ok(None) }
    }

    fn value(&self, value: &mut Value, key: &str) -> bool {
        match value {
            Value::String(text) => match self.string(text, key) {
                Some(redacted) => {
                    *text = redacted;
                    true
                }
                None => false,
            },
            Value::Array(all) => {
                let key = if matches!(key, "customers" | "dropped") { "id" } else { key };
                let changed: Vec<bool> = all.iter_mut().map(|one| self.value(one, key)).collect();
                changed.contains(&true)
            }
            Value::Object(fields) => {
                let alone = fields.get("customers").and_then(Value::as_array).is_some_and(|all| {
                    !all.is_empty() && all.iter().all(|one| one.as_str().is_some_and(|id| id.eq_ignore_ascii_case(&self.id)))
                });
                let mut changed = false;
                let is_theirs = |mailbox: &Value| {
                    let address = mailbox.get("address").and_then(Value::as_str).unwrap_or_default().to_lowercase();
                    self.addresses.contains(&address)
                };
                if alone && let Some(mailbox) = fields.get_mut("mailbox").filter(|mailbox| is_theirs(mailbox)) {
                    *mailbox = serde_json::json!({ "name": ERASED, "address": ERASED });
                    changed = true;
                }
                // A rehearsal names customers by id in its text.
                for (name, one) in fields.iter_mut() {
                    changed = self.value(one, name) || changed;
                }
                changed
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn string(&self, text: &str, key: &str) -> Option<String> {
        let is_id = |word: &str| word.trim().eq_ignore_ascii_case(&self.id);
        match key {
            "id" | "drop" if is_id(text) => return Some(self.pseudonym.clone()),
            "calendar" => {
                // Its lines are folded wherever they are full (RFC 5545 section 3.1).
                let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "");
                return self.text(&unfolded);
            }
            _ => {}
        }
        let named = text.split_once(' ').filter(|(first, rest)| key == "text" && is_id(first) && rest.starts_with("dropped by "));
        let text_without_id = named.map(|(_, rest)| format!("{} {rest}", self.pseudonym));
        match (text_without_id, key) {
            (Some(line), _) => Some(self.text(&line).unwrap_or(line)),
            (None, "text" | "html") if text.contains("REHEARSAL: ") => {
                let ids = Self {
                    words: vec![self.id.chars().flat_map(char::to_lowercase).collect()],
                    id: String::new(),
                    pseudonym: String::new(),
                    addresses: BTreeSet::new(),
                };
                let without_names = self.text(text);
                ids.text(without_names.as_deref().unwrap_or(text)).or(without_names)
            }
            (None, _) => self.text(text),
        }
    }
}

/// Whether a word stands at a place, as a word of its own.
fn stands(text: &[char], at: usize, word: &[char]) -> bool {
    let end = at + word.len();
    let part_of_a_word = |place: Option<usize>| place.and_then(|place| text.get(place)).is_some_and(|c| c.is_alphanumeric());
    text.get(at..end) == Some(word) && !part_of_a_word(at.checked_sub(1)) && !part_of_a_word(Some(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction() -> Redaction {
        let erasure = Erasure {
            id: "oak".into(),
            names: ["Oak & Ash".to_owned(), "Änne Oak".to_owned()].into(),
            addresses: ["anne@oak.example".to_owned()].into(),
        };
        Redaction::new(&erasure, "erased-1")
    }

    #[test]
    fn names_and_addresses_go_as_whole_words_in_any_case() {
        let redaction = redaction();
        assert_eq!(redaction.text("OAK & ASH: ÄNNE OAK <Anne@oak.example> wrote").unwrap(), "erased: erased <erased> wrote");
        assert_eq!(redaction.text("<b>Oak &amp; Ash</b>").unwrap(), "<b>erased</b>");
        assert_eq!(redaction.text("an oak, joanne@oak.example, Oak & Ashes"), None);
    }

    #[test]
    fn ids_go_only_where_an_id_stands() {
        let value = r#"{"recipients":[{"customers":["oak"],"mailbox":{"name":"Anne","address":"Anne@oak.example"}},{"customers":["oak","elm"],"mailbox":{"name":"Y","address":"y@z.example"}}],"services":[{"id":"web","name":"oak"}],"dropped":["Oak"],"history":[{"text":"oak dropped by sam@x.example"}],"calendar":"DESCRIPTION:for Oak & \r\n Ash"}"#;
        let redacted = redaction().json(value).unwrap().unwrap();
        let expected: Value = serde_json::from_str(
            r#"{"recipients":[{"customers":["erased-1"],"mailbox":{"name":"erased","address":"erased"}},{"customers":["erased-1","elm"],"mailbox":{"name":"Y","address":"y@z.example"}}],"services":[{"id":"web","name":"oak"}],"dropped":["erased-1"],"history":[{"text":"erased-1 dropped by sam@x.example"}],"calendar":"DESCRIPTION:for erased"}"#,
        )
        .unwrap();
        assert_eq!(serde_json::from_str::<Value>(&redacted).unwrap(), expected);
        assert_eq!(redaction().json(r#"{"services":["oak"]}"#).unwrap(), None);
    }
}

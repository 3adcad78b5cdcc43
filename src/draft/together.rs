//! What several drafts say to one address, as one mail (W11): each notice as it was approved, one after the other, the closing once.

use super::calendar;
use crate::mail::outgoing::language::Language;
use crate::mail::outgoing::{clean, html};
use crate::model::{NoticeForm, Variant};

/// One mail in the place of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// Subject.
    pub subject: String,
    /// Plain text, LF.
    pub text: String,
    /// HTML with the same words.
    pub html: String,
    /// Every calendar entry of the notices; none where they have none.
    pub calendar: Option<String>,
}

/// Puts notices together that one address gets, in their order. Two and more.
#[must_use]
pub fn together(notices: &[&Variant], form: &NoticeForm) -> Together {
    let language = language(notices);
    let ending = ending(form, language);
    let whole: Vec<&str> = notices.iter().map(|notice| notice.text.trim_end()).collect();
    // A template of the house's own may end otherwise: then each notice keeps its end.
    let bare: Option<Vec<&str>> = whole.iter().map(|text| text.strip_suffix(ending.as_str()).map(str::trim_end)).collect();
    let (bodies, ending) = bare.map_or((whole, ""), |bodies| (bodies, ending.as_str()));
    let count = notices.len();
    let first = match language {
        Language::English => format!("This mail is about {count} maintenances."),
        Language::German => format!("Diese Mail kündigt {count} Wartungen an."),
    };
    let of = language.pick("of", "von");
    let mut text = format!("{first}\n\n");
    for (body, number) in bodies.iter().zip(1..) {
        text.push_str(&format!("---- {number} {of} {count} ----\n\n{body}\n\n"));
    }
    text.push_str(ending);
    let calendars: Vec<&str> = notices.iter().filter_map(|notice| notice.calendar.as_deref()).collect();
    Together {
        subject: together_subject(notices),
        text: format!("{}\n", text.trim_end()),
        html: html::from_texts(&first, &bodies, ending),
        calendar: (!calendars.is_empty()).then(|| calendar::joined(&calendars)),
    }
}

/// The subject of such a mail.
#[must_use]
pub(super) fn together_subject(notices: &[&Variant]) -> String {
    let (and, more) = language(notices).pick(("and", "more"), ("und", "weitere"));
    notices.first().map_or_else(String::new, |one| format!("{} {and} {} {more}", one.subject, notices.len() - 1))
}

/// One address has one language; where two customers behind it differ, the first counts for what stands around the notices.
fn language(notices: &[&Variant]) -> Language {
    notices.first().map_or(Language::English, |notice| Language::of(&notice.language))
}

/// With what the house's own notices end.
fn ending(form: &NoticeForm, language: Language) -> String {
    let (closing, signature) = (clean(language.pick(&form.closing, &form.closing_de)), clean(&form.signature));
    [closing.trim(), signature.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

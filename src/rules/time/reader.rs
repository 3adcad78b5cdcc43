//! A cursor-free view of the tokens, and the words that dates and clocks are made of.

use super::token::{Kind, STRUCK, Token, tokens};
use chrono::Weekday;

/// The tokens of a text, asked by position. Every look-ahead is bounded, so that a reading is linear in the text.
pub(super) struct Reader<'a> {
    list: Vec<Token<'a>>,
    /// Year of receipt: tells a year from a clock time (`2030 UTC`).
    pub(super) year: i32,
    /// Whether the text is one field, taken for a time by somebody who knew: then bare forms count (`0600`, `8/24`).
    pub(super) field: bool,
    /// Whether some of the text is struck out.
    pub(super) strikes: bool,
    /// Whether some of the text is cells of a table.
    pub(super) tables: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, year: i32, field: bool) -> Self {
        let list = tokens(text);
        let strikes = list.iter().any(|token| token.kind == Kind::Mark(STRUCK));
        let tables = list.iter().any(|token| token.kind == Kind::Mark('|'));
        Self { list, year, field, strikes, tables }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn token(&self, i: usize) -> Option<&Token<'a>> {
        self.list.get(i)
    }

    /// Value and digits of the number at `i`.
    pub(super) fn number(&self, i: usize) -> Option<(u32, usize)> {
        match self.list.get(i)?.kind {
            Kind::Number { value, digits } => Some((u32::try_from(value).ok()?, digits)),
            _ => None,
        }
    }

    /// The number at `i` if it has one or two digits.
    pub(super) fn small(&self, i: usize) -> Option<u32> {
        self.number(i).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value)
    }

    /// The word at `i` in lower case; empty where there is none.
    pub(super) fn word(&self, i: usize) -> &str {
        self.list.get(i).map_or("", |token| token.lower.as_str())
    }

    pub(super) fn mark(&self, i: usize) -> Option<char> {
        match self.list.get(i)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    pub(super) fn is_line(&self, i: usize) -> bool {
        self.list.get(i).is_some_and(|token| token.kind == Kind::Line)
    }

    /// Whether a token stands at `i` with no space before it.
    pub(super) fn tight(&self, i: usize) -> bool {
        self.list.get(i).is_some_and(|token| !token.spaced)
    }

    pub(super) fn capital(&self, i: usize) -> bool {
        self.list.get(i).is_some_and(|token| token.text.chars().next().is_some_and(char::is_uppercase))
    }

    pub(super) fn all_capitals(&self, i: usize) -> bool {
        self.list.get(i).is_some_and(|token| token.text.chars().all(|character| !character.is_lowercase()))
    }

    /// First byte of token `i`.
    pub(super) fn start(&self, i: usize) -> usize {
        self.list.get(i).map_or(0, |token| token.at.start)
    }

    /// Byte past the token before `next`.
    pub(super) fn end_before(&self, next: usize) -> usize {
        next.checked_sub(1).and_then(|last| self.list.get(last)).map_or(0, |token| token.at.end)
    }

    /// Whether the number at `i` is only a piece of a longer thing: an identifier, an address, an amount.
    pub(super) fn inside(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1) else { return false };
        if !self.tight(i) {
            return false;
        }
        let further = |back: usize| {
            self.tight(before) && before.checked_sub(back).is_some_and(|j| self.number(j).is_some() || !self.word(j).is_empty())
        };
        match self.list.get(before).map(|token| token.kind) {
            Some(Kind::Word) => !matches!(self.word(before), "年" | "月" | "日" | "至" | "到" | "前" | "後" | "后" | "午" | "翌"),
            Some(Kind::Number { .. }) => true,
            Some(Kind::Mark('.')) => before.checked_sub(1).is_some_and(|j| self.number(j).is_some()) && self.tight(before),
            Some(Kind::Mark(':')) => before.checked_sub(1).is_some_and(|j| self.number(j).is_some()) && self.tight(before),
            Some(Kind::Mark('-' | '/')) => further(1),
            Some(Kind::Mark('#' | '$' | '€' | '£' | '_' | '\\' | '%' | '+')) => true,
            _ => false,
        }
    }
}

/// The month that a lower-case word names, and whether the word means other things too (`may`, `out`, `set`).
pub(super) fn month(word: &str) -> Option<(u32, bool)> {
    let month =
        match word {
            "january" | "jan" | "januar" | "jänner" | "janvier" | "janv" | "enero" | "janeiro" | "januari" | "gennaio" | "gen"
            | "stycznia" => 1,
            "february" | "feb" | "februar" | "februari" | "feber" | "février" | "fevrier" | "févr" | "fév" | "febrero" | "fevereiro"
            | "fev" | "febbraio" | "lutego" => 2,
            "march" | "mar" | "märz" | "maerz" | "mrz" | "mär" | "mars" | "marzo" | "março" | "marco" | "maart" | "mrt" | "marts"
            | "marca" => 3,
            "april" | "apr" | "avril" | "avr" | "abril" | "abr" | "aprile" | "kwietnia" => 4,
            "may" | "mai" | "mayo" | "maio" | "mei" | "maggio" | "mag" | "maj" | "maja" => 5,
            "june" | "jun" | "juni" | "juin" | "junio" | "junho" | "giugno" | "giu" | "czerwca" => 6,
            "july" | "jul" | "juli" | "juillet" | "juil" | "julio" | "julho" | "luglio" | "lug" | "lipca" => 7,
            "august" | "aug" | "août" | "aout" | "agosto" | "augustus" | "augusti" | "sierpnia" => 8,
            "september" | "sep" | "sept" | "septembre" | "septiembre" | "setiembre" | "setembro" | "settembre" | "września" => 9,
            "october" | "oct" | "oktober" | "okt" | "octobre" | "octubre" | "outubro" | "ottobre" | "października" => 10,
            "november" | "nov" | "novembre" | "noviembre" | "novembro" | "listopada" => 11,
            "december" | "dec" | "dezember" | "dez" | "décembre" | "decembre" | "déc" | "diciembre" | "dic" | "dezembro" | "dicembre"
            | "grudnia" => 12,
            "ene" => return Some((1, true)),
            "ago" => return Some((8, true)),
            "set" => return Some((9, true)),
            "out" | "ott" => return Some((10, true)),
            _ => return None,
        };
    Some((month, matches!(word, "may" | "mar" | "mars" | "marco" | "gen" | "mag" | "giu" | "lug" | "maj" | "dic")))
}

/// The weekday that a lower-case word names, and whether it is so short that a mark or a number must follow.
pub(super) fn weekday(word: &str) -> Option<(Weekday, bool)> {
    let long = match word {
        "monday" | "mon" | "montag" | "lundi" | "lun" | "lunes" | "maandag" | "lunedì" | "segunda" | "mandag" | "måndag"
        | "poniedziałek" => Weekday::Mon,
        "tuesday" | "tue" | "tues" | "dienstag" | "mardi" | "martes" | "dinsdag" | "martedì" | "terça" | "tirsdag" | "tisdag"
        | "wtorek" => Weekday::Tue,
        "wednesday" | "wed" | "weds" | "mittwoch" | "mercredi" | "miércoles" | "miercoles" | "woensdag" | "mercoledì" | "quarta"
        | "onsdag" | "środa" => Weekday::Wed,
        "thursday" | "thu" | "thur" | "thurs" | "donnerstag" | "jeudi" | "jueves" | "donderdag" | "giovedì" | "quinta" | "torsdag"
        | "czwartek" => Weekday::Thu,
        "friday" | "fri" | "freitag" | "vendredi" | "viernes" | "vrijdag" | "venerdì" | "sexta" | "fredag" | "piątek" => Weekday::Fri,
        "saturday" | "sat" | "samstag" | "sonnabend" | "samedi" | "sábado" | "sabado" | "zaterdag" | "sabato" | "lørdag" | "lördag"
        | "sobota" => Weekday::Sat,
        "sunday" | "sun" | "sonntag" | "dimanche" | "domingo" | "zondag" | "domenica" | "søndag" | "söndag" | "niedziela" => Weekday::Sun,
        _ => return short_weekday(word).map(|weekday| (weekday, true)),
    };
    Some((long, false))
}

fn short_weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mo" | "ma" | "月" => Weekday::Mon,
        "di" | "火" => Weekday::Tue,
        "mi" | "wo" | "mer" | "水" => Weekday::Wed,
        "do" | "jeu" | "jue" | "木" => Weekday::Thu,
        "fr" | "vr" | "ven" | "vie" | "金" => Weekday::Fri,
        "sa" | "za" | "sam" | "sáb" | "土" => Weekday::Sat,
        "so" | "zo" | "dim" | "dom" | "日" => Weekday::Sun,
        _ => return None,
    })
}

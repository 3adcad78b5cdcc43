//! Sentences and clauses: what stands before and after a word, as far as it governs it.

use std::ops::Range;

/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 28] = [
    "approx", "ca", "no", "nr", "st", "min", "max", "hrs", "incl", "inc", "e.g", "i.e", "z.b", "bzw", "vs", "dr", "mr", "mrs", "ms", "p.m",
    "a.m", "p", "a", "tel", "ref", "ltd", "co", "env",
];

/// Longest sentence that is looked at as one.
const LONGEST_BYTES: usize = 2_000;

/// The sentences of a text, in order, as byte ranges without surrounding white space.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let rest = text.get(at + char.len_utf8()..).unwrap_or_default();
        let ends = match char {
            '\n' => !wraps(text.get(start..at).unwrap_or_default(), rest),
            '!' | '?' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
            '.' => {
                let so_far = text.get(start..at).unwrap_or_default();
                chars.peek().is_none_or(|(_, next)| next.is_whitespace()) && !abbreviated(so_far) && !day_of_month(so_far, rest)
            }
            '|' | '\u{2022}' | '。' => true,
            // No sentence of a person is as long: the work on one stays bounded.
            _ => at - start > LONGEST_BYTES && char.is_whitespace(),
        };
        if ends {
            push(text, start..at, &mut found);
            start = at + char.len_utf8();
        }
    }
    push(text, start..text.len(), &mut found);
    found
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let slice = text.get(range.clone()).unwrap_or_default();
    let left = slice.len() - slice.trim_start().len();
    let trimmed = slice.trim();
    if !trimmed.is_empty() {
        found.push(range.start + left..range.start + left + trimmed.len());
    }
}

/// Whether a line end is a soft wrap: a long line, and the next goes on in lower case.
fn wraps(so_far: &str, rest: &str) -> bool {
    let line = so_far.rsplit('\n').next().unwrap_or_default();
    line.chars().count() >= 40
        && !line.trim_end().ends_with(':')
        && rest.trim_start_matches([' ', '\t', '>']).starts_with(char::is_lowercase)
}

/// Whether a full stop stands after the day of a date: `am 4. Mai`.
fn day_of_month(so_far: &str, rest: &str) -> bool {
    let day = so_far.rsplit(char::is_whitespace).next().unwrap_or_default();
    let next: String = rest.trim_start().chars().take(3).collect::<String>().to_lowercase();
    (1..=2).contains(&day.len()) && day.chars().all(|char| char.is_ascii_digit()) && MONTHS.contains(&next.as_str())
}

const MONTHS: [&str; 20] = [
    "jan", "feb", "mär", "mae", "mar", "apr", "mai", "maj", "may", "jun", "jul", "aug", "sep", "okt", "oct", "nov", "dez", "dec", "des",
    "dub",
];

fn abbreviated(so_far: &str) -> bool {
    let word = so_far.rsplit(char::is_whitespace).next().unwrap_or_default().trim_start_matches('(').to_lowercase();
    ABBREVIATIONS.contains(&word.as_str())
}

/// A word in lower case and what stands between it and the next word toward the middle.
#[derive(Debug)]
struct Word {
    text: String,
    gap: String,
}

/// The words that govern a match, nearest first, cut at the clause's borders.
#[derive(Debug, Default)]
pub(crate) struct Clause {
    /// Words before the match, nearest first.
    pub(crate) before: Vec<String>,
    /// Words after the match, nearest first, at most four.
    pub(crate) after: Vec<String>,
    portuguese: bool,
}

const FAR: usize = 14;

impl Clause {
    /// Cuts the clause around a match out of its sentence.
    pub(crate) fn around(sentence: &str, at: &Range<usize>) -> Self {
        let words = backward(sentence.get(..at.start).unwrap_or_default());
        let mut before: Vec<String> = Vec::new();
        for word in words.into_iter().take(FAR) {
            let nearer = before.last().map(String::as_str);
            let nearer_still = before.len().checked_sub(2).and_then(|index| before.get(index)).map(String::as_str);
            if word.gap.contains([':', ';', '(', ')', '|', '—', '–']) || word.gap.contains(" - ") || word.gap.contains("**") {
                break;
            }
            if word.gap.contains(',') && nearer.is_some_and(|next| !lists(next)) {
                break;
            }
            if nearer.is_some_and(|next| CONTRARY.contains(&next)) {
                break;
            }
            if nearer.is_some_and(|next| AND.contains(&next)) && nearer_still.is_some_and(|next| OPENS.contains(&next)) {
                break;
            }
            before.push(word.text);
        }
        let lower = sentence.to_lowercase();
        Self {
            before,
            after: words_of(sentence.get(at.end..).unwrap_or_default()).into_iter().take(4).collect(),
            portuguese: ["ção", "ções", " foi ", " foram ", "não", " dia ", "ã"].iter().any(|mark| lower.contains(mark)),
        }
    }

    /// Whether a negation within eight words governs the match. The Portuguese `no` (in the) and `No 12` are none.
    pub(crate) fn negated(&self) -> bool {
        self.before.iter().take(8).enumerate().any(|(index, word)| {
            if word == "no" {
                let next = index.checked_sub(1).and_then(|nearer| self.before.get(nearer));
                return !self.portuguese && !next.is_some_and(|next| next.starts_with(|char: char| char.is_ascii_digit()));
            }
            NEGATIONS.contains(&word.as_str()) || word.ends_with("n't") || word.ends_with("n’t")
        })
    }

    /// Whether the match stands in a clause that only supposes it: `once completed`, `if cancelled`, `will be told when … has been rescheduled`.
    pub(crate) fn subordinate(&self) -> bool {
        let relative = self.before.iter().find(|word| !AUXILIARIES.contains(&word.as_str()));
        self.before.iter().any(|word| SUBORDINATORS.contains(&word.as_str()))
            || self.supposed_in("als", &["het", "wordt", "dit", "deze"])
            || self.supposed_in("se", &["viene", "venisse", "dovesse", "manutenzione", "lavori"])
            || relative.is_some_and(|word| ["that", "which", "who", "those"].contains(&word.as_str()))
            || self.after.iter().take(2).any(|word| ["if", "unless", "falls", "indien"].contains(&word.as_str()))
    }

    /// Whether a word supposes here that means something else in another language: the Dutch `als`, the Italian `se`.
    fn supposed_in(&self, word: &str, marks: &[&str]) -> bool {
        self.before.last().is_some_and(|first| first == word) && self.before.iter().any(|other| marks.contains(&other.as_str()))
    }

    /// Whether the auxiliaries directly before the match make it possible only: `can be`, `may have been`.
    pub(crate) fn possible(&self) -> bool {
        self.auxiliaries().any(|word| POSSIBLE.contains(&word))
    }

    /// Whether the match lies ahead: `will be completed by`, `wird … abgeschlossen`. A perfect directly before it says otherwise.
    pub(crate) fn ahead(&self) -> bool {
        let near: Vec<&str> = self.auxiliaries().collect();
        let perfect = near.iter().any(|word| PERFECT.contains(word));
        let modal = near.iter().any(|word| FUTURE.contains(word) || POSSIBLE.contains(word));
        modal || (!perfect && self.before.iter().any(|word| FUTURE.contains(&word.as_str())))
    }

    fn auxiliaries(&self) -> impl Iterator<Item = &str> {
        self.before.iter().map(String::as_str).take_while(|word| AUXILIARIES.contains(word))
    }
}

fn lists(word: &str) -> bool {
    ["or", "and", "nor", "oder", "und", "noch", "ou", "et", "ni", "o", "u", "y", "of", "en", "e", "ou"].contains(&word)
        || ["ed", "iert", "ben", "ado", "ada", "é", "ée", "eerd"].iter().any(|ending| word.ends_with(ending))
}

fn backward(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut gap = String::new();
    for char in text.chars().rev().take(200) {
        if char.is_alphanumeric() || (matches!(char, '\'' | '’') && !word.is_empty()) {
            word.insert(0, char);
        } else {
            if !word.is_empty() {
                words.push(Word { text: lower(&std::mem::take(&mut word)), gap: std::mem::take(&mut gap) });
            }
            gap.insert(0, char);
        }
    }
    if !word.is_empty() {
        words.push(Word { text: lower(&word), gap });
    }
    words
}

/// In lower case; the month keeps its capital, or it would be the auxiliary: "the work on 4 May is cancelled".
fn lower(word: &str) -> String {
    if word == "May" { word.to_owned() } else { word.to_lowercase() }
}

/// The first words of a text in lower case.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    text.split(|char: char| !(char.is_alphanumeric() || matches!(char, '\'' | '’')))
        .filter(|word| !word.is_empty())
        .take(24)
        .map(str::to_lowercase)
        .collect()
}

const NEGATIONS: [&str; 39] = [
    "not",
    "never",
    "cannot",
    "nor",
    "neither",
    "without",
    "none",
    "zero",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "keiner",
    "keinerlei",
    "nie",
    "ohne",
    "pas",
    "aucun",
    "aucune",
    "sans",
    "jamais",
    "ningún",
    "ninguna",
    "ninguno",
    "sin",
    "nunca",
    "geen",
    "niet",
    "zonder",
    "nooit",
    "não",
    "nenhum",
    "nenhuma",
    "sem",
    "unlikely",
    "non",
    "nessun",
    "nessuna",
    "senza",
];

const SUBORDINATORS: [&str; 48] = [
    "if",
    "unless",
    "once",
    "until",
    "till",
    "when",
    "whenever",
    "after",
    "before",
    "while",
    "whether",
    "provided",
    "wenn",
    "falls",
    "sobald",
    "bis",
    "nachdem",
    "sofern",
    "si",
    "lorsque",
    "quand",
    "dès",
    "jusqu'à",
    "jusque",
    "cuando",
    "hasta",
    "vez",
    "zodra",
    "indien",
    "tot",
    "wanneer",
    "nadat",
    "quando",
    "até",
    "assim",
    "caso",
    "en-cas",
    "should",
    "otherwise",
    "sonst",
    "andernfalls",
    "sinon",
    "sollte",
    "sollten",
    "fois",
    "upon",
    "qualora",
    "finché",
];

const CONTRARY: [&str; 14] =
    ["but", "however", "aber", "jedoch", "sondern", "mais", "pero", "sino", "maar", "mas", "porém", "therefore", "daher", "hence"];

const AND: [&str; 7] = ["and", "und", "et", "y", "en", "e", "so"];

const OPENS: [&str; 30] = [
    "has",
    "have",
    "is",
    "was",
    "will",
    "are",
    "were",
    "we",
    "it",
    "the",
    "this",
    "you",
    "had",
    "wurde",
    "wird",
    "ist",
    "wir",
    "die",
    "sera",
    "est",
    "a",
    "nous",
    "ha",
    "será",
    "se",
    "is",
    "werd",
    "wordt",
    "foi",
    "therefore",
];

const AUXILIARIES: [&str; 99] = [
    "has",
    "have",
    "had",
    "been",
    "is",
    "are",
    "was",
    "were",
    "be",
    "being",
    "will",
    "would",
    "shall",
    "should",
    "to",
    "must",
    "can",
    "could",
    "may",
    "might",
    "now",
    "just",
    "already",
    "also",
    "successfully",
    "fully",
    "yet",
    "not",
    "currently",
    "since",
    "today",
    "further",
    "likely",
    "probably",
    "subsequently",
    "wurde",
    "wurden",
    "wird",
    "werden",
    "ist",
    "sind",
    "worden",
    "nun",
    "jetzt",
    "bereits",
    "erfolgreich",
    "soeben",
    "leider",
    "voraussichtlich",
    "soll",
    "sollen",
    "kann",
    "können",
    "a",
    "ont",
    "été",
    "est",
    "sont",
    "sera",
    "seront",
    "peut",
    "peuvent",
    "être",
    "ha",
    "han",
    "sido",
    "es",
    "será",
    "serán",
    "fue",
    "puede",
    "ser",
    "werd",
    "wordt",
    "zijn",
    "zal",
    "zullen",
    "kan",
    "kunnen",
    "foi",
    "foram",
    "serão",
    "pode",
    "podem",
    "está",
    "unfortunately",
    "temporarily",
    "completely",
    "è",
    "sono",
    "stato",
    "stata",
    "stati",
    "state",
    "verrà",
    "verranno",
    "sarà",
    "può",
    "possono",
];

const PERFECT: [&str; 25] = [
    "has", "have", "had", "been", "was", "were", "wurde", "wurden", "worden", "été", "ont", "ha", "han", "sido", "fue", "werd", "zijn",
    "foi", "foram", "now", "is", "est", "stato", "stata", "è",
];

const FUTURE: [&str; 35] = [
    "will",
    "would",
    "shall",
    "should",
    "to",
    "must",
    "be",
    "expected",
    "expect",
    "aim",
    "aims",
    "estimated",
    "anticipate",
    "anticipated",
    "wird",
    "werden",
    "soll",
    "sollen",
    "sollten",
    "sollte",
    "voraussichtlich",
    "sera",
    "seront",
    "devrait",
    "será",
    "serán",
    "serão",
    "debería",
    "zal",
    "zullen",
    "worden",
    "verrà",
    "verranno",
    "sarà",
    "saranno",
];

const POSSIBLE: [&str; 21] = [
    "can", "could", "may", "might", "should", "would", "kann", "können", "könnte", "könnten", "peut", "peuvent", "puede", "pueden", "kan",
    "kunnen", "pode", "podem", "must", "può", "possono",
];

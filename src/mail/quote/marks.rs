//! The lines by which mail clients mark quoted and forwarded mail, in the languages of the common ones.

use crate::model::Mailbox;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Text,
    /// Our own request's marker lines.
    OwnMark,
    /// `---------- Forwarded message ---------`
    ForwardMark,
    /// `-----Original Message-----`
    OriginalMark,
    /// `________________`
    Rule,
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    From,
    Date,
    To,
    Subject,
    Other,
}

const FORWARDED: &[&str] = &[
    "forwarded message",
    "forwarded by",
    "weitergeleitete nachricht",
    "message transféré",
    "message transfere",
    "mensaje reenviado",
    "doorgestuurd bericht",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "messaggio inoltrato",
    "vidarebefordrat meddelande",
    "転送メッセージ",
    "转发的消息",
    "转发邮件",
    "weitergeleitet von",
    "videresendt meddelelse",
];
const BEGIN_FORWARDED: &[&str] = &[
    "begin forwarded message:",
    "anfang der weitergeleiteten nachricht:",
    "début du message réexpédié",
    "début du message transféré",
    "inicio del mensaje reenviado:",
    "begin doorgestuurd bericht:",
    "início da mensagem encaminhada:",
    "início da mensagem reencaminhada:",
    "inizio messaggio inoltrato:",
    "転送されたメッセージ",
];
const ORIGINAL: &[&str] = &[
    "original message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "oorspronkelijk bericht",
    "mensagem original",
    "messaggio originale",
    "ursprungligt meddelande",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "元のメッセージ",
    "原始邮件",
    "邮件原件",
];
const FROM: &[&str] = &[
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "fra",
    "od",
    "expéditeur",
    "remitente",
    "差出人",
    "送信者",
    "发件人",
    "lähettäjä",
    "от",
    "від",
    "kimden",
    "από",
    "feladó",
    "de la",
    "寄件者",
    "보낸 사람",
];
const SUBJECT: &[&str] = &[
    "subject",
    "betreff",
    "objet",
    "sujet",
    "asunto",
    "assunto",
    "onderwerp",
    "oggetto",
    "ämne",
    "emne",
    "temat",
    "件名",
    "主题",
    "aihe",
    "předmět",
    "predmet",
    "тема",
    "konu",
    "θέμα",
    "tárgy",
    "subiect",
    "主旨",
    "제목",
];
const DATE: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "enviado el",
    "enviada em",
    "enviado em",
    "fecha",
    "verzonden",
    "data",
    "inviato",
    "skickat",
    "sendt",
    "dato",
    "wysłano",
    "送信日時",
    "日時",
    "日付",
    "发送时间",
    "日期",
    "wysłane",
    "lähetetty",
    "päivämäärä",
    "odesláno",
    "отправлено",
    "дата",
    "надіслано",
    "gönderildi",
    "gönderme tarihi",
    "tarih",
    "στάλθηκε",
    "ημερομηνία",
    "elküldve",
    "dátum",
    "trimis",
    "寄件日期",
    "보낸 날짜",
];
const TO: &[&str] = &[
    "to",
    "an",
    "à",
    "pour",
    "para",
    "aan",
    "a",
    "till",
    "til",
    "do",
    "宛先",
    "收件人",
    "vastaanottaja",
    "komu",
    "кому",
    "kime",
    "προς",
    "címzett",
    "către",
    "收件者",
    "받는 사람",
];
const OTHER: &[&str] = &[
    "cc",
    "bcc",
    "cci",
    "reply-to",
    "reply to",
    "importance",
    "kopie",
    "kopie (cc)",
    "antwort an",
    "wichtigkeit",
    "répondre à",
    "responder a",
    "responder para",
    "importancia",
    "importância",
    "antwoord aan",
    "urgentie",
    "抄送",
];

pub(super) fn kind(line: &str) -> Kind {
    let line = line.trim();
    if line.is_empty() {
        return Kind::Empty;
    }
    if line.len() > 400 {
        return match line.split_once(':').and_then(|(name, _)| field(name)) {
            Some(field) => Kind::Field(field),
            None => Kind::Text,
        };
    }
    let lower = line.to_lowercase();
    if lower.starts_with("--- the notice, exactly as customers get it") || lower.contains("write above this line") {
        return Kind::OwnMark;
    }
    if BEGIN_FORWARDED.iter().any(|begin| lower.starts_with(begin)) {
        return Kind::ForwardMark;
    }
    if let Some(inner) = dashed(&lower) {
        if FORWARDED.iter().any(|mark| inner.starts_with(mark)) {
            return Kind::ForwardMark;
        }
        // Lotus Notes: `-----Sam Okafor <sam@msp.example> wrote: -----`.
        if ORIGINAL.iter().any(|mark| inner.starts_with(mark)) || inner.contains('@') && inner.ends_with(':') && ends_attribution(inner) {
            return Kind::OriginalMark;
        }
    }
    if line.len() >= 16 && line.chars().all(|c| c == '_') {
        return Kind::Rule;
    }
    line.split_once([':', '：']).and_then(|(name, _)| field(name)).map_or(Kind::Text, Kind::Field)
}

/// The text between dashes: `-----text-----`, `---------- text ---------`.
fn dashed(line: &str) -> Option<&str> {
    let inner = ["--", "\u{2010}\u{2010}", "\u{2014}"].iter().find_map(|dash| line.strip_prefix(dash))?;
    Some(inner.trim_matches(['-', '\u{2010}', '\u{2014}', ' ']))
}

fn field(name: &str) -> Option<Field> {
    let name = name.trim_matches([' ', '*', '_', '\u{a0}']).to_lowercase();
    let one_of = |names: &[&str]| names.contains(&name.as_str());
    if one_of(FROM) {
        Some(Field::From)
    } else if one_of(SUBJECT) {
        Some(Field::Subject)
    } else if one_of(DATE) {
        Some(Field::Date)
    } else if one_of(TO) {
        Some(Field::To)
    } else if one_of(OTHER) {
        Some(Field::Other)
    } else {
        None
    }
}

/// A line without one level of `>`; none where it has none. `>From` is mbox's escape and not a quote.
pub(super) fn unquoted(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('>')?;
    (!rest.starts_with("From ")).then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

pub(super) fn opens_attribution(line: &str) -> bool {
    const OPENERS: &[&str] = &["On ", "Am ", "Le ", "El ", "Op ", "Em ", "No dia ", "Il ", "Den ", "Dnia ", "W dniu ", "A "];
    OPENERS.iter().any(|opener| line.starts_with(opener))
        || line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(['年', '/', '-'])
        || line.ends_with("wrote:")
}

/// Whether a line of an answer may be the first of an attribution in any language: it names a mailbox, or a day with its time.
pub(super) fn may_open_attribution(line: &str) -> bool {
    names_mailbox(line) || has_time(line) && ["20", "/", "."].iter().any(|sign| line.contains(sign))
}

/// Whether it names a mailbox and a time and ends in a colon, as attributions do in every language.
pub(super) fn closes_attribution(whole: &str) -> bool {
    names_mailbox(whole) && has_time(whole)
}

fn names_mailbox(text: &str) -> bool {
    text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).is_some_and(|(address, _)| is_address(address.trim()))
}

/// `10:05`, `10.05`.
fn has_time(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    signs.windows(4).any(|four| {
        matches!(four, [a, mark, b, c] if a.is_ascii_digit() && matches!(mark, ':' | '.') && b.is_ascii_digit() && c.is_ascii_digit())
    })
}

pub(super) fn ends_attribution(whole: &str) -> bool {
    const VERBS: &[&str] = &[
        "wrote:",
        "schrieb:",
        "a écrit :",
        "a écrit:",
        "a écrit\u{a0}:",
        "escribió:",
        "escribio:",
        "schreef:",
        "geschreven:",
        "escreveu:",
        "ha scritto:",
        "skrev:",
        "napisał:",
        "napisał(a):",
        "のメール:",
        "は書きました:",
        "さんは書きました:",
        "写道：",
        "写道:",
        "寫道：",
        "寫道:",
        "kirjoitti:",
        "pisze:",
        "napsal:",
        "napsal(a):",
        "napsala:",
        "napísal:",
        "пишет:",
        "написал:",
        "написал(а):",
        "пише:",
        "yazdı:",
        "έγραψε:",
        "írta:",
        "a scris:",
        "작성:",
        "쓴 글:",
    ];
    let digits = whole.chars().any(|c| c.is_ascii_digit());
    let address = whole.contains('@') && (whole.ends_with(">:") || whole.ends_with("):"));
    let verb = VERBS.iter().any(|verb| whole.ends_with(verb));
    // German, Dutch and Swedish put the verb before the name.
    let verb_inside = [" schrieb ", " schreef ", " skrev ", " escribió ", " escreveu ", " kirjoitti ", " tarihinde ", " przez "]
        .iter()
        .any(|verb| whole.contains(verb));
    digits && (verb || verb_inside || address) || verb && whole.contains('@')
}

/// The mailbox of a `From:` line: `Name <address>`, `Name [mailto:address]`, or the bare address.
pub(super) fn mailbox(line: &str) -> Option<Mailbox> {
    let value = match line.split_once([':', '：']) {
        Some((name, value)) if field(name).is_some() => value,
        _ => line,
    };
    let value = value.trim_matches([' ', '*']);
    let clean = value.replace("mailto:", "");
    let word = clean.split([' ', '<', '>', '[', ']', '(', ')', ',', ';', '"', '\'']).rfind(|word| is_address(word))?;
    let name = clean.split(['<', '[', '(']).next().unwrap_or_default().trim_matches([' ', '"', '\'', '*']);
    let name = if name.contains(word) { String::new() } else { name.to_owned() };
    let (local, domain) = word.rsplit_once('@')?;
    Some(Mailbox { name, address: format!("{local}@{}", domain.to_lowercase()) })
}

fn is_address(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.ends_with('.'))
}

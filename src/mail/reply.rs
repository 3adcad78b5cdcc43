//! What a person wrote in answer to one of our mails: the first line that counts, and the text below it.
//!
//! The verb is read only from the first non-empty line of the fresh text, before any quote; a mistake in cutting can lose a verb
//! (the sender then gets help) but never invent one. Source: trust rules of approval by mail; real clients' habits (W21).

use crate::model::{BodyText, Mail};

/// First marker line around the editable paragraphs of a request.
pub const EDIT_BEGIN: &str = "--- you may change the text from here ---";
/// Second marker line.
pub const EDIT_END: &str = "--- to here ---";

/// A person's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// First non-empty fresh line, banners skipped; empty where there is none.
    pub line: String,
    /// The fresh lines below it, up to a signature.
    pub below: String,
    /// The text between the edit markers, wherever it stands, quote marks removed; none where the markers are missing.
    pub between_markers: Option<String>,
    /// Whether the plain and the HTML part begin with different words: then nothing in it counts.
    pub parts_differ: bool,
}

/// Reads a reply. Takes a parsed mail; never fails.
#[must_use]
pub fn reply(mail: &Mail) -> Reply {
    // What was forwarded is somebody else's word.
    let own = |body: &BodyText| {
        let (line, below) = split(if body.no_own_word { "" } else { &body.fresh });
        let veiled = mail.any_veiled || mail.veiled.iter().any(|veiled| folded(veiled) == folded(&line));
        if veiled { (String::new(), below) } else { (line, below) }
    };
    let plain = mail.plain.as_ref().map(own);
    let html = mail.html.as_ref().map(own);
    let parts_differ = match (&plain, &html) {
        (Some((a, _)), Some((b, _))) => folded(a) != folded(b),
        _ => false,
    };
    let between_markers =
        [&mail.plain, &mail.html].into_iter().flatten().find_map(|body| between_markers(&format!("{}\n{}", body.fresh, body.quoted)));
    let (line, below) = plain.or(html).unwrap_or_default();
    Reply { line, below, between_markers, parts_differ }
}

/// What gateways warn with, in the languages of the common ones: how such a line begins, and what it speaks of. A person's own
/// "Caution: the list is wrong" is none.
const WARNS: &[&str] = &[
    "external",
    "extern",
    "ext:",
    "caution",
    "warning",
    "attention",
    "achtung",
    "vorsicht",
    "warnung",
    "hinweis",
    "atención",
    "precaución",
    "attenzione",
    "let op",
    "atenção",
    "cuidado",
    "varning",
    "advarsel",
    "uwaga",
    "upozornění",
    "внимание",
    "this email",
    "this e-mail",
    "this message",
    "this mail",
    "diese e-mail",
    "diese nachricht",
    "ce courriel",
    "cet e-mail",
    "cet email",
    "ce message",
    "este correo",
    "este mensaje",
    "questa e-mail",
    "questo messaggio",
    "deze e-mail",
    "dit bericht",
    "este e-mail",
    "esta mensagem",
    "注意",
    "警告",
];
const OUTSIDE: &[&str] = &[
    "external",
    "extern",
    "outside",
    "originated",
    "do not click",
    "scanned",
    "außerhalb",
    "extérieur",
    "esterno",
    "esterna",
    "buiten",
    "utanför",
    "zewnętrz",
    "внешн",
    "外部",
];
const TIPS: &[&str] = &[
    "zjqcmqryfpfptbanner",
    "you don't often get email from",
    "some people who received this message don't often get email from",
    "sie erhalten nicht oft e-mails von",
    "vous n'obtenez pas souvent d'e-mail",
    "no suele recibir correo electrónico de",
];
/// A wrapped warning goes on below a line as long as this that ends no sentence.
const WRAPPED_CHARS: std::ops::RangeInclusive<usize> = 50..=80;

/// Lines that mail systems put into a mail and no person wrote.
pub(super) fn is_banner(line: &str) -> bool {
    let lower = line.to_lowercase();
    let bare = lower.trim_matches(|sign: char| !sign.is_alphanumeric());
    let is_rule = |sign: char| "*-_=#~|+. ".contains(sign) || ('\u{2500}'..='\u{259f}').contains(&sign);
    // A long rule of underscores is where Outlook begins to quote.
    let rule = line.chars().filter(|sign| *sign == '_').count() >= 16;
    let stray = !is_signature(line) && !rule && lower.chars().all(is_rule);
    let tag = ["external", "external email", "external e-mail", "external sender", "external message", "extern", "caution", "warning"];
    stray
        || tag.contains(&bare)
        || is_tip(line)
        || WARNS.iter().any(|warns| bare.starts_with(warns)) && OUTSIDE.iter().any(|outside| bare.contains(outside)) && bare.contains(' ')
}

/// What Outlook says of a sender who is new, and the marks of one gateway.
fn is_tip(line: &str) -> bool {
    let lower = line.to_lowercase();
    TIPS.iter().any(|tip| lower.starts_with(tip))
}

/// Devices and programs that sign by themselves, and the word "sent" beside them.
const DEVICES: &[&str] =
    &["iphone", "ipad", "android", "galaxy", "samsung", "smartphone", "blackberry", "huawei", "xiaomi", "k-9", "yahoo"];
const SENT: &[&str] = &[
    "sent",
    "gesendet",
    "envoyé",
    "enviado",
    "enviada",
    "inviato",
    "verstuurd",
    "verzonden",
    "skickat",
    "sendt",
    "wysłan",
    "odeslán",
    "odoslan",
    "отправлено",
    "надіслано",
    "gönderildi",
    "lähetetty",
    "στάλθηκε",
    "elküldve",
    "trimis",
    "送信",
    "发自",
    "傳送",
    "보냄",
];

fn is_signature(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let short = lower.split_whitespace().count() <= 12;
    let names = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    line.trim_end() == "--"
        || ["sent from ", "sent with ", "sent via ", "get outlook for ", "von meinem ", "envoyé de "]
            .iter()
            .any(|begin| lower.starts_with(begin))
        || short && names(DEVICES) && names(SENT)
        || short && lower.contains("outlook") && names(&["ios", "android"])
}

fn split(fresh: &str) -> (String, String) {
    let mut goes_on = false;
    let mut is_put_in = |line: &&str| {
        let put_in = !line.is_empty() && (goes_on || is_banner(line));
        let wrapped = WRAPPED_CHARS.contains(&line.chars().count()) && !line.ends_with(['.', '!', ']', '>', '*']);
        goes_on = put_in && wrapped && !is_tip(line);
        put_in || line.is_empty()
    };
    let mut lines = fresh.lines().map(str::trim).skip_while(|line| is_put_in(line));
    let line = lines.next().filter(|line| !is_signature(line) && !line.starts_with('>')).unwrap_or_default().to_owned();
    let below: Vec<&str> = lines.take_while(|line| !is_signature(line)).collect();
    (line, below.join("\n").trim().to_owned())
}

fn folded(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn unquoted(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some(inner) = rest.strip_prefix('>') {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    rest
}

fn between_markers(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(unquoted).collect();
    let begin = lines.iter().position(|line| line.trim() == EDIT_BEGIN)?;
    let end = lines.iter().skip(begin + 1).position(|line| line.trim() == EDIT_END)?;
    let inner: Vec<&str> = lines.iter().skip(begin + 1).take(end).map(|line| line.trim_end()).collect();
    Some(inner.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, quoted: &str) -> Mail {
        Mail { plain: Some(BodyText { fresh: text.into(), quoted: quoted.into(), ..BodyText::default() }), ..Mail::default() }
    }

    #[test]
    fn the_first_line_is_the_persons_own() {
        for (text, line) in [
            ("approve\n", "approve"),
            ("\n\n  Approved, thanks \n\nSam", "Approved, thanks"),
            ("[EXTERNAL] Caution: do not click links\napprove\n", "approve"),
            ("CAUTION: This email originated from outside.\n\nok\nGet Outlook for iOS\n", "ok"),
            ("Get Outlook for iOS\n", ""),
            ("-- \nSam\n", ""),
            ("> approve\n", ""),
            ("👍\n", "👍"),
            ("Caution: the list is wrong\napprove\n", "Caution: the list is wrong"),
        ] {
            assert_eq!(reply(&plain(text, "")).line, line, "{text:?}");
        }
    }

    #[test]
    fn edited_text_is_found_between_quoted_markers() {
        let quoted = format!("> head\n> {EDIT_BEGIN}\n> We move the server.\n>\n> Short outage.\n> {EDIT_END}\n> tail");
        assert_eq!(reply(&plain("edit\n", &quoted)).between_markers.as_deref(), Some("We move the server.\n\nShort outage."));
        assert_eq!(reply(&plain("edit\n", "> nothing")).between_markers, None);
    }

    #[test]
    fn parts_that_begin_differently_are_seen() {
        let mut mail = plain("reject\n", "");
        mail.html = Some(BodyText { fresh: "approve".into(), ..BodyText::default() });
        assert!(reply(&mail).parts_differ);
        mail.html = Some(BodyText { fresh: "Reject".into(), ..BodyText::default() });
        assert!(!reply(&mail).parts_differ);
    }
}

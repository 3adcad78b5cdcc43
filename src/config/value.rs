//! What single words of the configuration mean: addresses, zones, weekdays, clock times.

use std::str::FromStr;

use chrono::{NaiveTime, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::model::Mailbox;

/// Longest address (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const LONGEST_ADDRESS: usize = 254;
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

/// Why a word means nothing, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) message: String,
    pub(super) help: String,
}

impl Why {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// The candidate that a word was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let most = (word.chars().count() / 3).max(1);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    candidates.map(|candidate| (distance(candidate), candidate)).filter(|(far, _)| *far <= most).min().map(|(_, candidate)| candidate)
}

/// One of a few words.
pub(super) fn choice<T: Copy>(what: &str, word: &str, choices: &[(&str, T)]) -> Result<T, Why> {
    if let Some((_, meaning)) = choices.iter().find(|(known, _)| *known == word) {
        return Ok(*meaning);
    }
    let known: Vec<String> = choices.iter().map(|(known, _)| format!("\"{known}\"")).collect();
    let help = match nearest(word, choices.iter().map(|(known, _)| *known)) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("write {}", known.join(" or ")),
    };
    Err(Why::new(format!("unknown {what} \"{word}\""), help))
}

/// An id: a short word that people type in replies.
pub(super) fn id(word: &str) -> Result<String, Why> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if word.len() <= 64 && word.chars().all(fits) {
        return Ok(word.to_owned());
    }
    Err(Why::new(
        format!("\"{word}\" cannot be an id"),
        "use letters, digits, `-`, `_` and `.`, at most 64, no spaces; `name` may be free text",
    ))
}

/// `Name <local@domain>` or `local@domain`, one only (row S11: refused now, not when the notice is due).
pub(super) fn mailbox(text: &str) -> Result<Mailbox, Why> {
    if text.contains(char::is_control) {
        return Err(Why::new("this address holds a line break or another control character", "write it on one line"));
    }
    let (name, written) = match text.split_once('<') {
        None => ("", text),
        Some((name, rest)) => match rest.strip_suffix('>') {
            Some(inner) => (name.trim(), inner.trim()),
            None => return Err(Why::new(format!("\"{text}\" is no mail address"), "write one address: \"Name <local@domain.example>\"")),
        },
    };
    let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    let name = quoted.unwrap_or(name);
    if (quoted.is_none() && name.contains([',', ';'])) || name.contains(['"', '<', '>', '@', '\\']) {
        return Err(Why::new(
            format!("the name in \"{text}\" cannot be read"),
            "write one address a text, and a name without , ; @ \" < >",
        ));
    }
    Ok(Mailbox { name: name.to_owned(), address: address(written)? })
}

/// `local@domain` that any server takes; the domain comes back in lower case.
pub(super) fn address(text: &str) -> Result<String, Why> {
    let no = |reason: &str, help: &str| Err(Why::new(format!("\"{text}\" is no mail address that works everywhere: {reason}"), help));
    if text.contains([',', ';', ' ']) {
        return no("it holds a comma, semicolon or space", "write one address a text; several contacts are several [[customer.contact]]");
    }
    if text.len() > LONGEST_ADDRESS {
        return no("it is longer than 254 characters", "write the real address");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return no("there is no @", "write local@domain.example") };
    if local.is_empty() || local.len() > LONGEST_LOCAL {
        return no("the part before @ must have 1 to 64 characters", "write local@domain.example");
    }
    if !text.is_ascii() {
        return no(
            "it holds letters beyond ASCII, which many servers refuse",
            "write the domain in its xn-- form, and an ASCII part before @",
        );
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "!#$&'*+-/=?^_`{|}~.".contains(letter);
    if !local.chars().all(|letter| plain(letter) && letter != '!') {
        return no("the part before @ holds a character that servers read as a route or refuse", "use letters, digits and . _ + -");
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return no("a dot stands at an end or twice before @", "write local@domain.example");
    }
    let label = |label: &str| {
        let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        !label.is_empty() && label.len() <= LONGEST_LABEL && label.chars().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    if !self::domain(domain) || !domain.split('.').all(label) {
        return no("what follows @ is no domain", "write local@domain.example");
    }
    Ok(format!("{local}@{}", domain.to_ascii_lowercase()))
}

/// Whether a text has the form of a host's domain.
fn domain(text: &str) -> bool {
    text.contains('.') && !text.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
}

/// `host` or `host:port`; an IPv6 address stands in brackets.
pub(super) fn host(text: &str) -> Result<(String, Option<u16>), Why> {
    let wrong = || {
        let help = "write the server's name, with its port where it is not the usual one: \"mail.example.net\" or \"mail.example.net:993\"";
        Why::new(format!("\"{text}\" is no host"), help)
    };
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port.parse().map_err(|_| wrong())?)),
        _ => (text, None),
    };
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let label =
        |label: &str| !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    let is_name = host.len() <= 253 && host.trim_end_matches('.').split('.').all(label);
    if port == Some(0) || !(is_name || address.parse::<std::net::IpAddr>().is_ok()) {
        return Err(wrong());
    }
    Ok((host.to_ascii_lowercase(), port))
}

/// An address on the web that is only asked for.
pub(super) fn url(text: &str) -> Result<String, Why> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).and_then(|rest| rest.split(['/', '?']).next());
    if host.is_some_and(|host| !host.is_empty() && !host.contains(['@', ' '])) && text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(Why::new(format!("\"{text}\" is no address on the web"), "write it whole: \"https://watch.example.net/ping/…\""))
}

/// A sender domain, in lower case.
pub(super) fn sender_domain(text: &str) -> Result<String, Why> {
    let bare = text.trim_start_matches('@').trim_end_matches('.');
    address(&format!("x@{bare}")).map(|_| bare.to_ascii_lowercase()).map_err(|_| {
        Why::new(format!("\"{text}\" is no domain"), "write what follows the @ of the provider's addresses: \"northfield.example\"")
    })
}

/// A zone of the tz database. Abbreviations are refused: `EST` never changes to summer time.
pub(super) fn zone(text: &str) -> Result<Tz, Why> {
    if matches!(text, "UTC" | "Etc/UTC" | "Etc/UCT" | "Etc/Universal" | "Etc/Zulu") {
        return Ok(Tz::UTC);
    }
    if text.contains('/')
        && let Ok(zone) = Tz::from_str(text)
    {
        return Ok(zone);
    }
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| name.contains('/') || *name == "UTC");
    let wanted = text.replace(' ', "_");
    let same = |name: &&str| name.eq_ignore_ascii_case(&wanted);
    let city = |name: &&str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted));
    let help = match names().find(same).or_else(|| names().find(city)).or_else(|| nearest(&wanted, names())) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "write a region and city of the tz database: \"America/Chicago\", \"Europe/Berlin\", or \"UTC\"".to_owned(),
    };
    Err(Why::new(format!("unknown time zone \"{text}\""), help))
}

/// A day of the week by its English name.
pub(super) fn weekday(text: &str) -> Result<Weekday, Why> {
    let days = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    choice("weekday", &text.to_lowercase(), &days)
}

/// A time of day, `07:00`.
pub(super) fn clock(text: &str) -> Result<NaiveTime, Why> {
    let wrong = |_| Why::new(format!("\"{text}\" is no time of day"), "write hours and minutes from \"00:00\" to \"23:59\"");
    NaiveTime::parse_from_str(text, "%H:%M").map_err(wrong)
}

/// Two times of day, the earlier first: `08:00-18:00`.
pub(super) fn hours(text: &str) -> Result<(NaiveTime, NaiveTime), Why> {
    let wrong = || Why::new(format!("\"{text}\" are no hours of a day"), "write two times, the earlier first: \"08:00-18:00\"");
    let (from, to) = text.split_once(['-', '–']).ok_or_else(wrong)?;
    let (from, to) = (clock(from.trim())?, clock(to.trim())?);
    if from < to { Ok((from, to)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_takes_addresses_that_any_server_takes() {
        for (text, name, address) in [
            ("sam@example.net", "", "sam@example.net"),
            ("Sam Lee <Sam.Lee+fw@Mail.Example.NET>", "Sam Lee", "Sam.Lee+fw@mail.example.net"),
            ("\"Lee, Sam\" <sam@example.net>", "Lee, Sam", "sam@example.net"),
            ("Bäckerei Meyer <o'neil@xn--bckerei-5wa.example>", "Bäckerei Meyer", "o'neil@xn--bckerei-5wa.example"),
        ] {
            assert_eq!(mailbox(text).unwrap(), Mailbox { name: name.into(), address: address.into() }, "{text}");
        }
    }

    #[test]
    fn s11_refuses_what_some_server_refuses_or_reads_otherwise() {
        let long = format!("a@{}.example", "b.".repeat(150));
        for text in [
            "sam",
            "sam@localhost",
            "@example.net",
            "sam@",
            "sam@example",
            "a@b.example, c@d.example",
            "Lee, Sam <sam@example.net>",
            "sam@@example.net",
            "sam%other.example@example.net",
            "host!sam@example.net",
            "\"sam lee\"@example.net",
            "sam@[192.0.2.1]",
            "sam@192.0.2.1",
            "sam@bäckerei.example",
            "säm@example.net",
            ".sam@example.net",
            "sam..lee@example.net",
            "sam@-example.net",
            "sam@example..net",
            "<sam@example.net> x",
            "sam@example.net>",
            "\"a\" b\" <sam@example.net>",
            "evil@x.example <sam@example.net>",
            long.as_str(),
        ] {
            assert!(mailbox(text).is_err(), "{text}");
        }
    }

    #[test]
    fn suggests_the_zone_that_was_meant() {
        for (text, meant) in [
            ("America/Chicgo", "America/Chicago"),
            ("america/chicago", "America/Chicago"),
            ("Chicago", "America/Chicago"),
            ("Sao Paulo", "America/Sao_Paulo"),
            ("Berlin", "Europe/Berlin"),
            ("utc", "UTC"),
        ] {
            assert_eq!(zone(text).unwrap_err().help, format!("did you mean \"{meant}\"?"), "{text}");
        }
        assert!(zone("EST").is_err());
        assert!(zone("UTC+2").is_err());
        assert_eq!(zone("Etc/UTC"), Ok(Tz::UTC));
        assert_eq!(zone("Europe/Berlin"), Ok(Tz::Europe__Berlin));
    }

    #[test]
    fn reads_days_and_hours() {
        assert_eq!(weekday("Monday"), Ok(Weekday::Mon));
        assert_eq!(weekday("wensday").unwrap_err().help, "did you mean \"wednesday\"?");
        assert!(clock("24:00").is_err() && clock("7am").is_err());
        assert_eq!(hours("08:00-18:00").unwrap().1, NaiveTime::from_hms_opt(18, 0, 0).unwrap());
        assert!(hours("18:00-08:00").is_err() && hours("08:00").is_err());
    }

    #[test]
    fn reads_hosts_and_addresses_on_the_web() {
        for (text, name, port) in [
            ("Mail.Example.net", "mail.example.net", None),
            ("mail.example.net:1993", "mail.example.net", Some(1993)),
            ("localhost:143", "localhost", Some(143)),
            ("127.0.0.1", "127.0.0.1", None),
            ("[::1]:993", "[::1]", Some(993)),
        ] {
            assert_eq!(host(text), Ok((name.to_owned(), port)), "{text}");
        }
        for text in
            ["", "mail example", "mail:port", "mail:0", "mail:70000", "https://mail.example", "::1:993x", "a..b", "sam@mail.example"]
        {
            assert!(host(text).is_err(), "{text}");
        }
        assert!(url("https://watch.example/ping/abc?x=1").is_ok() && url("http://127.0.0.1:8080/p").is_ok());
        for text in ["watch.example", "ftp://watch.example", "https://", "https://sam:pw@watch.example", "https://a b"] {
            assert!(url(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn s11_what_is_taken_is_one_plain_address(text in "(\\PC{0,8}|[a-z \\r\\n,;%!\"]{0,6})<?[a-z.+%,\\r\\n\"]{0,6}@[a-zA-Zä0-9.,\\r\\n-]{0,9}>?\\PC{0,3}") {
            if let Ok(mailbox) = mailbox(&text) {
                let address = &mailbox.address;
                proptest::prop_assert_eq!(address.matches('@').count(), 1);
                proptest::prop_assert!(address.is_ascii() && address.len() <= 254);
                proptest::prop_assert!(!address.contains(|letter: char| letter.is_control() || " ,;<>\"%!".contains(letter)));
                proptest::prop_assert!(!mailbox.name.contains(|letter: char| letter.is_control() || "<>@\"".contains(letter)));
                proptest::prop_assert_eq!(mailbox.domain().to_ascii_lowercase(), mailbox.domain());
            }
        }
    }
}

//! The words that work, as typed. The whole first line must be one of them: "approve?", "I do not approve" and "ok but …" are none.

use std::collections::BTreeSet;

use crate::mail::reply::Reply;
use crate::model::{MaintenanceId, Status};

/// A word that works, with what stands beside it, not yet resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `approve`, `approved`, `ok`, `ok to send`, `yes`, `send`.
    Approve,
    /// `approve unverified`: also where something contradicts the provider's sender.
    ApproveUnverified,
    /// `reject WHY`; the reason may stand on the lines below.
    Reject(String),
    /// `edit` with the new text below or between the markers.
    Edit(String),
    /// `correct` with the right text below: what was sent is set right.
    Correct(String),
    /// `hold`, `hold until Thu 9:00`.
    Hold(Option<String>),
    /// `stop`.
    Stop,
    /// `mine`.
    Mine,
    /// `start`.
    Start,
    /// `help`, or `edit` without text.
    Help,
    /// `window 2`, `window 2020-09-10 04:00 to 12:00 UTC`.
    Window(String),
    /// `services 1 3`, `services all`.
    Services(String),
    /// `drop NAME`.
    Drop(String),
    /// `irrelevant`.
    Irrelevant,
    /// `same as FW-12`.
    SameAs(MaintenanceId),
    /// `new`.
    New,
    /// `notify`.
    Notify,
    /// `gone web03`.
    Gone(String),
    /// `never ads@x.example`, `never x.example`.
    Never(String),
    /// `provider northfield`.
    Provider(String),
    /// `rule please`.
    RulePlease,
    /// `cancelled`, `started`, `completed`, `resolved`: what a person knows by another way than mail.
    Stands(Status),
    /// `done`: what was to be done before a deadline is; where nothing was, the work is completed.
    Done,
    /// `away 12-20..01-06`.
    Away(String),
    /// `back`.
    Back,
    /// `update TEXT`; the text may go on below.
    Update(String),
    /// `resend`.
    Resend,
    /// `assume-sent`.
    AssumeSent,
    /// `open 9`, to a request on several drafts: that one by itself.
    Open,
}

/// Reads the verb of a reply; none where the first line is not wholly a word that works.
#[must_use]
pub fn verb(reply: &Reply) -> Option<Verb> {
    PARSERS.iter().find_map(|parse| parse(&reply.line, reply))
}

/// Reads an answer to a request on several drafts, numbered from 1 to `count`: `approve`, `approve 1-8`, `hold 9 until Thu`, `open 9`.
/// Gives the word and the numbers that it is about, ascending; every number where it names none. None where the first line is not wholly
/// such a word, or names what is not there.
#[must_use]
pub fn numbered(reply: &Reply, count: usize) -> Option<(Verb, Vec<usize>)> {
    let (word, rest) = first_word(&reply.line);
    let mut numbers = BTreeSet::new();
    let mut left = rest;
    loop {
        let (token, after) = left.split_once([' ', ',']).unwrap_or((left, ""));
        let token = token.trim_end_matches(['.', '!']);
        match span(token) {
            Some((from, to)) if (1..=to).contains(&from) && to <= count => numbers.extend(from..=to),
            Some(_) => return None,
            None if token.eq_ignore_ascii_case("all") && numbers.is_empty() => numbers.extend(1..=count),
            None if token.is_empty() && !left.is_empty() || token.eq_ignore_ascii_case("and") && !numbers.is_empty() => {}
            None => break,
        }
        left = after.trim_start();
    }
    if numbers.is_empty() {
        return verb(reply).map(|verb| (verb, (1..=count).collect()));
    }
    let said = if word == "open" {
        (left.is_empty() && numbers.len() == 1).then_some(Verb::Open)
    } else {
        verb(&Reply { line: format!("{word} {left}").trim_end().to_owned(), ..reply.clone() })
    };
    said.map(|said| (said, numbers.into_iter().collect()))
}

/// `9` → 9 to 9, `1-8` → 1 to 8.
fn span(token: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|_| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit()));
    match token.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)),
        None => number(token).map(|one| (one, one)),
    }
}

/// In order; each takes the line or leaves it.
const PARSERS: [fn(&str, &Reply) -> Option<Verb>; 5] = [plain_word, approve, with_text, edit, settling];

fn plain_word(line: &str, _: &Reply) -> Option<Verb> {
    match bare(line).as_str() {
        "stop" => Some(Verb::Stop),
        "mine" => Some(Verb::Mine),
        "back" => Some(Verb::Back),
        "start" => Some(Verb::Start),
        "help" => Some(Verb::Help),
        "hold" => Some(Verb::Hold(None)),
        "irrelevant" => Some(Verb::Irrelevant),
        "new" => Some(Verb::New),
        "notify" => Some(Verb::Notify),
        "rule please" | "rule, please" => Some(Verb::RulePlease),
        "cancelled" | "canceled" => Some(Verb::Stands(Status::Cancelled)),
        "started" => Some(Verb::Stands(Status::InProcess)),
        "done" => Some(Verb::Done),
        "completed" | "resolved" => Some(Verb::Stands(Status::Completed)),
        "resend" => Some(Verb::Resend),
        "assume-sent" | "assume sent" => Some(Verb::AssumeSent),
        _ => None,
    }
}

fn approve(line: &str, _: &Reply) -> Option<Verb> {
    let word = bare(line);
    let word = word.strip_suffix(" thanks").or_else(|| word.strip_suffix(" thank you")).unwrap_or(&word);
    let word = word.trim_end_matches([',', '.', '!', ' ']);
    // An optional code under the body hash: "approve 7kq2-m9xd". Its worth is checked by the token, not here.
    let word = match word.rsplit_once(' ') {
        Some((front, code)) if code.len() == 9 && code.as_bytes().get(4) == Some(&b'-') => front,
        _ => word,
    };
    match word {
        "approve" | "approved" | "ok" | "ok to send" | "yes" | "send" => Some(Verb::Approve),
        "approve unverified" => Some(Verb::ApproveUnverified),
        _ => None,
    }
}

fn with_text(line: &str, reply: &Reply) -> Option<Verb> {
    let (word, rest) = first_word(line);
    match word.as_str() {
        "reject" | "rejected" => {
            let rest = rest.trim_start_matches([':', ',', '-', ' ']);
            Some(Verb::Reject(if rest.is_empty() { reply.below.lines().next().unwrap_or_default().to_owned() } else { rest.to_owned() }))
        }
        "hold" => {
            let (next, day) = first_word(rest);
            (matches!(next.as_str(), "until" | "till" | "to") && !day.is_empty())
                .then(|| Verb::Hold(Some(day.trim_end_matches('.').to_owned())))
        }
        _ => None,
    }
}

fn edit(line: &str, reply: &Reply) -> Option<Verb> {
    let (word, rest) = first_word(line.trim_end_matches([':', '.']));
    if !matches!(word.as_str(), "edit" | "correct") || !rest.is_empty() {
        return None;
    }
    let text = if reply.below.is_empty() { reply.between_markers.clone().unwrap_or_default() } else { reply.below.clone() };
    Some(match word.as_str() {
        _ if text.is_empty() => Verb::Help,
        "edit" => Verb::Edit(text),
        _ => Verb::Correct(text),
    })
}

fn settling(line: &str, reply: &Reply) -> Option<Verb> {
    let (word, rest) = first_word(line);
    if word == "update" {
        let text = format!("{rest}\n{}", reply.below).trim().to_owned();
        return (!text.is_empty()).then_some(Verb::Update(text));
    }
    let rest = rest.trim_end_matches('.').to_owned();
    if rest.is_empty() {
        return None;
    }
    match word.as_str() {
        "away" if rest.contains("..") => Some(Verb::Away(rest)),
        "window" | "windows" => Some(Verb::Window(rest)),
        "service" | "services" => Some(Verb::Services(rest)),
        "drop" => Some(Verb::Drop(rest)),
        "gone" => Some(Verb::Gone(rest)),
        "never" => Some(Verb::Never(rest)),
        "provider" => Some(Verb::Provider(rest)),
        "same" => {
            let case = rest.trim_start_matches("as ").trim().to_ascii_uppercase();
            let number = case.strip_prefix("FW-").unwrap_or(&case).parse().ok()?;
            Some(Verb::SameAs(MaintenanceId(number)))
        }
        _ => None,
    }
}

/// Lower case, single spaces, without closing full stops and exclamation marks. Only ASCII letters are folded: a Cyrillic `а` stays one.
fn bare(line: &str) -> String {
    let joined = line.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    joined.trim_end_matches(['.', '!', ' ']).to_owned()
}

fn first_word(line: &str) -> (String, &str) {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word.trim_end_matches([':', ',']).to_ascii_lowercase(), rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, below: &str, expected: impl Into<Option<Verb>>) {
        let reply = Reply { line: line.into(), below: below.into(), between_markers: None, parts_differ: false };
        assert_eq!(verb(&reply), expected.into(), "{line:?}");
    }

    #[test]
    fn w21_the_words_of_approval() {
        for line in [
            "approve",
            "Approve",
            "APPROVED",
            "approved.",
            "ok",
            "OK!",
            "Ok.",
            "yes",
            "Yes, thanks",
            "send",
            "send.",
            "ok to send",
            "approve, thanks",
            "Approved, thank you!",
            "approve 7kq2-m9xd",
        ] {
            check(line, "", Some(Verb::Approve));
        }
    }

    #[test]
    fn a11_what_is_no_approval() {
        for line in [
            "approve?",
            "not approved",
            "Not approved",
            "I do not approve",
            "I can't approve",
            "approve v2",
            "approve but later",
            "ok but not web",
            "аpprove",
            "ａｐｐｒｏｖｅ",
            "app\u{200b}rove",
            "approve reject",
            "",
            "👍",
            "yes and no",
            "send it tomorrow",
            "okay then",
            "ok, wait",
            "do not send",
        ] {
            check(line, "", None);
        }
    }

    #[test]
    fn w11_words_about_some_of_several() {
        let check = |line: &str, expected: Option<(Verb, &[usize])>| {
            let reply = Reply { line: line.into(), below: String::new(), between_markers: None, parts_differ: false };
            assert_eq!(numbered(&reply, 12), expected.map(|(verb, numbers)| (verb, numbers.to_vec())), "{line:?}");
        };
        let all: Vec<usize> = (1..=12).collect();
        check("approve", Some((Verb::Approve, &all)));
        check("Approve all.", Some((Verb::Approve, &all)));
        check("approve 7kq2-m9xd", Some((Verb::Approve, &all)));
        check("approve 1-3", Some((Verb::Approve, &[1, 2, 3])));
        check("ok 1, 2 and 12, thanks!", Some((Verb::Approve, &[1, 2, 12])));
        check("Approve 3 1 1.", Some((Verb::Approve, &[1, 3])));
        check("hold 9", Some((Verb::Hold(None), &[9])));
        check("hold 9 until Thu 9:00", Some((Verb::Hold(Some("Thu 9:00".into())), &[9])));
        check("hold until Thu 9:00", Some((Verb::Hold(Some("Thu 9:00".into())), &all)));
        check("reject 10-12 wrong list", Some((Verb::Reject("wrong list".into()), &[10, 11, 12])));
        check("open 9", Some((Verb::Open, &[9])));
        check("mine", Some((Verb::Mine, &all)));
        for line in ["approve 13", "approve 0", "approve 5-3", "approve 1-8?", "approve 1-8 but not 3", "open", "open 1-2", "approve 1 x 2"]
        {
            check(line, None);
        }
    }

    #[test]
    fn words_with_text() {
        check("reject wrong customer list", "", Some(Verb::Reject("wrong customer list".into())));
        check("Reject: wrong list", "", Some(Verb::Reject("wrong list".into())));
        check("reject", "It is not ours.\nSam", Some(Verb::Reject("It is not ours.".into())));
        check("hold", "", Some(Verb::Hold(None)));
        check("hold until Thu 9:00", "", Some(Verb::Hold(Some("Thu 9:00".into()))));
        check("hold on", "", None);
        check("correct", "It moves.", Some(Verb::Correct("It moves.".into())));
        check("correct", "", Some(Verb::Help));
        check("correct me if I am wrong", "approve", None);
        check("edit", "We move it.\n\nShort.", Some(Verb::Edit("We move it.\n\nShort.".into())));
        check("edit", "", Some(Verb::Help));
        check("window 2", "", Some(Verb::Window("2".into())));
        check("services 1 3", "", Some(Verb::Services("1 3".into())));
        check("drop Bakery Meyer", "", Some(Verb::Drop("Bakery Meyer".into())));
        check("irrelevant", "", Some(Verb::Irrelevant));
        check("same as FW-12", "", Some(Verb::SameAs(MaintenanceId(12))));
        check("Same as fw-12.", "", Some(Verb::SameAs(MaintenanceId(12))));
        check("same as before", "", None);
        check("new", "", Some(Verb::New));
        check("new one please", "", None);
        check("notify", "", Some(Verb::Notify));
        check("gone web03", "", Some(Verb::Gone("web03".into())));
        check("never ads@x.example", "", Some(Verb::Never("ads@x.example".into())));
        check("never", "", None);
        check("provider northfield", "", Some(Verb::Provider("northfield".into())));
        check("rule please", "", Some(Verb::RulePlease));
        check("Cancelled.", "", Some(Verb::Stands(Status::Cancelled)));
        check("cancelled?", "", None);
        check("completed", "", Some(Verb::Stands(Status::Completed)));
        check("update Mail flows again.", "The rest follows.", Some(Verb::Update("Mail flows again.\nThe rest follows.".into())));
        check("update", "", None);
        check("Mine!", "", Some(Verb::Mine));
        check("stop", "", Some(Verb::Stop));
        check("Resend.", "", Some(Verb::Resend));
        check("ASSUME-SENT", "", Some(Verb::AssumeSent));
        check("assume sent", "", Some(Verb::AssumeSent));
        for line in ["resend?", "please resend", "resend it", "assume", "assume-sent but ask", "sent", "re-send"] {
            check(line, "", None);
        }
    }
}

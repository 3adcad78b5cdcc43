//! Bytes → `Mail`, and back: written mail → bytes. Nothing in a mail is trusted, nothing is fetched.

pub mod auth;
mod automatic;
pub mod headers;
mod html;
mod hygiene;
mod ical;
pub mod outgoing;
mod parts;
pub mod prescan;
mod quote;
mod repair;
pub mod reply;
mod report;
mod sheet;
mod text;

use std::panic::catch_unwind;

use mail_parser::MessageParser;

use crate::model::{Automatic, Mail};

use parts::Parts;

/// Reads a whole message (RFC 5322) that the pre-scan let through. Never fails: what cannot be read is named in `Mail::defects`.
///
/// The parser asserts its own state (0.11.9 panics where the close of one multipart stands inside another, in builds with assertions);
/// then the headers alone are read.
#[must_use]
pub fn parse(raw: &[u8]) -> Mail {
    let (message, failed) = match catch_unwind(|| MessageParser::default().parse(raw)) {
        Ok(message) => (message, false),
        Err(_) => (catch_unwind(|| MessageParser::default().parse_headers(raw)).ok().flatten(), true),
    };
    let Some(message) = message else {
        return Mail { defects: vec!["no header was found".to_owned()], ..Mail::default() };
    };
    let mut mail = headers::read(&message);
    mail.header_faults = hygiene::faults(raw);
    if headers::broken_signatures(&message) > 0 {
        mail.header_faults.push("a DKIM signature cannot be read".to_owned());
    }
    let mut parts = Parts::default();
    parts.collect(&message, mail.automatic == Some(Automatic::Bounce));
    if parts.answers_an_invitation() && mail.automatic.is_none() {
        // A click on "accept" is written by the calendar, not by the person.
        mail.automatic = Some(Automatic::Reply);
    }
    parts.fill(&mut mail);
    mail.body_fits_type = hygiene::body_fits_type(raw, headers::shape(&message), &reply::reply(&mail).line);
    // What is sealed is not read, and what stands beside it is nobody's word.
    mail.any_veiled |= headers::is_sealed(&message);
    mail.away = automatic::says_away(&mail);
    if mail.automatic == Some(Automatic::Bounce) {
        mail.report = report::read(&message);
    }
    if failed {
        mail.defects.push("the parts could not be taken apart".to_owned());
    }
    mail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crlf(text: &str) -> Vec<u8> {
        text.replace('\n', "\r\n").into_bytes()
    }

    const NOTICE: &str = "From: Provider NOC <noc@provider.example>\nTo: us@msp.example\nDate: Mon, 5 Oct 2020 10:00:00 +0000\nSubject: Work on AB-1\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=\"outer\"\n\n--outer\nContent-Type: multipart/alternative; boundary=inner\n\n\
        --inner\nContent-Type: text/plain; charset=utf-8\n\nDear customer,\nStart: 10:00\n\n--inner\nContent-Type: text/html; charset=iso-8859-1\n\
        Content-Transfer-Encoding: quoted-printable\n\n<p>Caf=E9</p><table><tr><th>Circuit</th><th>Start</th></tr><tr><td>AB-1</td><td>10:00</td></tr></table>\n--inner--\n\
        --outer\nContent-Type: text/calendar; method=REQUEST\nContent-Transfer-Encoding: quoted-printable\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=3DDATE-TIME:20201005T100000Z\n\
        X-MAINTNOTE-OBJECT-ID;A=3DB:AB-=\n1\nEND:VEVENT\nEND:VCALENDAR\n--outer\nContent-Type: application/pdf; name=plan.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n\
        --outer\nContent-Type: text/csv\nContent-Disposition: attachment; filename=list.csv\n\nCircuit,Site\nAB-1,X\n--outer--\n";

    const FORWARD: &str = "From: Sam <sam@msp.example>\nTo: desk@msp.example\nSubject: Fwd: Work\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\n\
        see attached\n--o\nContent-Type: message/rfc822\n\nFrom: Provider NOC <noc@provider.example>\nTo: sam@msp.example\nDate: Mon, 5 Oct 2020 10:00:00 +0000\nSubject: Work on AB-1\n\
        Content-Type: text/html\n\n<p>Start: 10:00</p><table><tr><td>Circuit</td><td>AB-1</td></tr></table>\n--o--\n";

    #[test]
    fn every_part_finds_its_place() {
        let mail = parse(&crlf(NOTICE));
        assert_eq!(mail.plain.as_ref().map(|body| body.fresh.as_str()), Some("Dear customer,\nStart: 10:00"));
        assert_eq!(mail.html.as_ref().map(|body| body.fresh.as_str()), Some("Café\n\nCircuit | Start\nAB-1 | 10:00"));
        assert_eq!(mail.tables.first().map(|table| (table.head_rows, table.rows.len())), Some((1, 2)));
        let event = mail.calendars.first().unwrap();
        assert_eq!((event.uid.as_deref(), event.extra.first().map(|property| property.value.as_str())), (Some("1"), Some("AB-1")));
        assert!(event.start.is_some());
        assert_eq!(mail.sheets.first().map(|sheet| (sheet.name.as_str(), sheet.rows.len())), Some(("list.csv", 2)));
        assert_eq!(mail.unread_attachments, ["plan.pdf"]);
        assert_eq!(mail.defects, Vec::<String>::new());
        assert_eq!(parse(NOTICE.as_bytes()), mail, "line ends make no difference");
    }

    #[test]
    fn an_attached_mail_is_read_as_forwarded() {
        let mail = parse(&crlf(FORWARD));
        assert_eq!(mail.text(), "see attached\n\nSubject: Work on AB-1\n\nStart: 10:00\n\nCircuit | AB-1");
        assert_eq!(mail.original_sender.as_ref().map(|sender| sender.address.as_str()), Some("noc@provider.example"));
        assert_eq!(mail.tables.len(), 1);
        let bounce = FORWARD.replace("multipart/mixed", "multipart/report; report-type=delivery-status");
        assert_eq!(parse(&crlf(&bounce)).text(), "see attached", "what a bounce returns is no notice");
    }

    #[test]
    fn tags_in_plain_text_are_html() {
        let mail = parse(b"Subject: x\r\n\r\n<b>Start:</b> 10:00<br>\r\n<b>End:</b> 12:00<br>");
        assert_eq!(mail.text(), "Start: 10:00\nEnd: 12:00");
        let mail = parse(b"Subject: x\r\n\r\n<b>Start:</b> 10:00\r\n<b>End:</b> 12:00");
        assert_eq!(mail.text(), "Start: 10:00\nEnd: 12:00");
        let mail = parse(b"Subject: x\r\n\r\nduration <8 hours and a <b> sign");
        assert_eq!(mail.text(), "duration <8 hours and a <b> sign");
    }

    #[test]
    fn flowed_lines_are_joined() {
        let head = "Subject: x\nContent-Type: text/plain; format=flowed\n\n";
        let mail = parse(format!("{head}The work begins \nat 10:00.\n> quoted \n> line\n-- \nSam").as_bytes());
        assert_eq!(mail.text(), "The work begins at 10:00.\n> quoted line\n--\nSam");
    }

    #[test]
    fn m04_text_in_any_charset_is_read_or_named() {
        let table: Vec<(&str, &[u8], &str, usize)> = vec![
            ("utf-8", b"St\xc3\xb6rung", "Störung", 0),
            ("iso-8859-1", b"St\xf6rung", "Störung", 0),
            ("utf-7", b"Hi+AOQ-", "Hiä", 0),
            ("utf-8", b"St\xf6rung", "St\u{fffd}rung", 1),
            ("x-nonsense", b"abc", "abc", 1),
            ("utf-8", "a\u{202e}b\u{200b}c".as_bytes(), "abc", 1),
            ("shift_jis", b"\x8d\xc5", "最", 0),
        ];
        for (charset, bytes, expected, defects) in table {
            let raw = [format!("Subject: x\r\nContent-Type: text/plain; charset={charset}\r\n\r\n").as_bytes(), bytes].concat();
            let mail = parse(&raw);
            assert_eq!((mail.text(), mail.defects.len()), (expected, defects), "{charset}: {:?}", mail.defects);
        }
    }

    #[test]
    fn m05_m06_missing_headers_are_no_exception() {
        for raw in ["Subject:\r\n\r\n", "\r\n\r\ntext", "X: y\r\n\r\n", "\r\n", "Message-ID: \r\nSubject: x\r\n\r\n"] {
            let mail = parse(raw.as_bytes());
            assert_eq!((mail.message_id, mail.date, mail.from.len()), (None, None, 0), "{raw}");
        }
        let long = "a".repeat(10_000);
        assert_eq!(parse(format!("Message-ID: <{long}@x>\r\n\r\n").as_bytes()).message_id.map(|id| id.len()), Some(10_002));
        let only = parse(b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBE");
        assert_eq!((only.text(), only.unread_attachments.as_slice()), ("", ["a.pdf".to_owned()].as_slice()));
        let attached =
            parse(b"Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nStart: 10:00");
        assert_eq!(
            (attached.text(), attached.unread_attachments.len()),
            ("Start: 10:00", 1),
            "an attached text is read where there is no other"
        );
    }

    #[test]
    fn m08_broken_mails_give_what_is_left() {
        let cut = crlf(NOTICE);
        for length in 0..cut.len() {
            let raw = cut.get(..length).unwrap();
            if prescan::prescan(raw).is_ok() {
                let _mail = parse(raw);
            }
        }
        let unterminated =
            parse(b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nStart: 10:00");
        assert_eq!(unterminated.text(), "Start: 10:00");
        let junk = parse(b"Subject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nU3Rh!!cnQ6IDEw\r\n*OjAw");
        assert_eq!(junk.text(), "Start: 10:00");
    }

    #[test]
    fn m09_hostile_text_is_inert_and_long_lines_are_bounded() {
        let mail = parse(b"Subject: a\x1b[31m =?utf-8?q?=0D=0ABcc:_evil@x.example?=\r\n\r\n{{7*7}} {% include \"/etc/passwd\" %} \x1b[2Jx");
        assert_eq!(mail.subject, "a[31m Bcc: evil@x.example");
        assert_eq!(mail.text(), "{{7*7}} {% include \"/etc/passwd\" %} [2Jx");
        let long = [b"Subject: x\r\n\r\n".as_slice(), &vec![b'a'; 5_000_000]].concat();
        assert_eq!(prescan::prescan(&long), Ok(()));
        let mail = parse(&long);
        assert_eq!((mail.text().len(), mail.cut.len()), (1_000_000, 1));
    }

    #[test]
    fn several_html_parts_are_read_in_order() {
        let part = |html: &str| format!("--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n");
        let raw = format!(
            "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}{}{}--b--\r\n",
            part("<p>Dear customer,</p><table><tr><th>Circuit</th><th>Start</th></tr><tr><td>AB-1</td><td>10:00</td></tr></table>"),
            part("<p>End: 12:00</p>"),
            part("<table><tr><th>Circuit</th><th>Start</th></tr><tr><td>AB-2</td><td>11:00</td></tr></table><p>-- <br>NOC</p>")
        );
        let mail = parse(raw.as_bytes());
        let text = "Dear customer,\n\nCircuit | Start\nAB-1 | 10:00\n\nEnd: 12:00\n\nCircuit | Start\nAB-2 | 11:00\n\n--\nNOC";
        assert_eq!((mail.text(), mail.tables.len()), (text, 2));
    }

    #[test]
    fn wide_csv_is_read_however_it_is_declared() {
        let wide = |mark: &str| -> Vec<u8> {
            format!("{mark}Leitung;Beginn\r\nAB-1;04.03.2031 10:00\r\nÄB-2;日本\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect()
        };
        let kinds =
            ["text/csv", "text/csv; charset=utf-16le", "text/csv; charset=utf-8", "application/octet-stream", "application/vnd.ms-excel"];
        for (kind, mark) in kinds.iter().flat_map(|kind| [(kind, "\u{feff}"), (kind, "")]) {
            use base64::Engine as _;
            let encoded = base64::engine::general_purpose::STANDARD.encode(wide(mark));
            let head = format!("Subject: x\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=list.csv\r\n");
            let mail = parse(format!("{head}Content-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n").as_bytes());
            let rows: Vec<&Vec<String>> = mail.sheets.iter().flat_map(|sheet| &sheet.rows).collect();
            assert_eq!(rows, [&["Leitung", "Beginn"], &["AB-1", "04.03.2031 10:00"], &["ÄB-2", "日本"]], "{kind} {mark:?}");
        }
    }

    #[test]
    fn tags_of_whole_pages_in_plain_text_are_html() {
        let page = "<html>\r\n<body>\r\n<p>Dear customer,</p>\r\n<table>\r\n<tr><th>Circuit</th>\r\n<th>Start</th></tr>\r\n<tr><td>AB-1</td>\r\n<td>10:00&nbsp;UTC</td></tr>\r\n</table></body></html>";
        let mail = parse(format!("Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{page}").as_bytes());
        assert_eq!(mail.text(), "Dear customer,\n\nCircuit | Start\nAB-1 | 10:00 UTC");
        assert_eq!(mail.tables.first().map(|table| (table.head_rows, table.rows.len())), Some((1, 2)));
    }

    #[test]
    fn many_long_parts_cost_no_more_than_one_and_what_is_cut_is_said() {
        let parts = |kind: &str, line: &str, count: usize| {
            let part = format!("--b\r\nContent-Type: {kind}\r\n\r\n{}\r\n", line.repeat(700_000 / line.len()));
            format!("Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(count))
        };
        for (kind, line) in
            [("text/plain", "Start: 10:00\r\n"), ("text/html", "<p>Start: 10:00</p>\r\n"), ("text/plain; name=a.txt", "x\r\n")]
        {
            let one = parse(parts(kind, line, 1).as_bytes());
            assert_eq!(one.cut, Vec::<String>::new(), "{kind}");
            let many = parse(parts(kind, line, 4).as_bytes());
            assert_eq!((many.cut.len(), many.text().len() <= 1_000_100), (3, true), "{kind}: {:?}", many.cut);
        }
        let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20310304T010000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(parse(parts("text/calendar", "X-A:1\r\n", 4).as_bytes()).cut.len(), 2);
        let events = parse(parts("text/calendar", calendar, 1).as_bytes());
        assert_eq!((events.calendars.len(), events.cut.len()), (1, 1), "the same event counts once, but not the rest unseen");
        let sheets = parse(parts("text/csv; name=a.csv", "AB-1,10:00\r\n", 8).as_bytes());
        assert_eq!((sheets.sheets.len(), sheets.cut.is_empty()), (6, false));
    }

    /// A deterministic source of numbers (xorshift64).
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
        }
    }

    #[test]
    fn mutated_mails_never_panic() {
        let quoted = "Subject: Re: x\n\nok\n\nOn Mon, Oct 5, 2020 at 10:00 Desk <d@m.example> wrote:\n> old\n\n________________\nFrom: a@b.example\nSent: x\nTo: y\nSubject: z\n\ntext";
        let samples = [crlf(NOTICE), crlf(FORWARD), crlf(quoted), NOTICE.as_bytes().to_vec()];
        let pieces: [&[u8]; 16] = [
            b"<table>",
            b"</td>",
            b"<tr>",
            b"--outer\r\n",
            b"--o--",
            b"\r\n\r\n",
            b"=?utf-8?b?",
            b"BEGIN:VEVENT\r\n",
            b"DTSTART:99999999T999999Z\r\n",
            b"From: ",
            b"> ",
            b"\xff\xfe",
            b"\x00",
            b"=\r\n",
            b"Content-Type: message/rfc822\r\n\r\n",
            b"---------- Forwarded message ----------\r\n",
        ];
        let mut numbers = Numbers(0x5eed_1234_abcd_0001);
        let mut parsed = 0;
        for round in 0..2_000_usize {
            let mut raw = samples[round % samples.len()].clone();
            for _ in 0..=numbers.below(6) {
                let at = numbers.below(raw.len());
                match numbers.below(4) {
                    0 => raw[at] = u8::try_from(numbers.below(256)).unwrap(),
                    1 => drop(raw.drain(at..(at + numbers.below(60)).min(raw.len()))),
                    2 => drop(raw.splice(at..at, pieces[numbers.below(pieces.len())].iter().copied())),
                    _ => {
                        let piece = raw.get(at..(at + numbers.below(200)).min(raw.len())).unwrap().to_vec();
                        let to = numbers.below(raw.len());
                        drop(raw.splice(to..to, piece));
                    }
                }
                if raw.is_empty() {
                    raw.push(b'x');
                }
            }
            if prescan::prescan(&raw).is_ok() {
                let mail = parse(&raw);
                let _text = mail.text();
                parsed += 1;
            }
        }
        assert!(parsed > 1_500, "most mutations stay within the limits: {parsed}");
    }
}

//! The bombs of the fault table: refused, or read with the loss named; the mail after each is read.

use super::{Became, Reader, html, text};
use forewarn::mail::prescan::Refusal;
use forewarn::rules::RuleSet;

#[test]
fn m01_nested_and_counted_bombs_are_refused() {
    let reader = Reader::new();
    let multiparts: String =
        (0..100_000).map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n")).collect();
    let bombs: Vec<(&str, Vec<u8>, Refusal)> = vec![
        ("nested messages", "Content-Type: message/rfc822\r\n\r\n".repeat(50_000).into_bytes(), Refusal::MessageDepth),
        ("nested multiparts", multiparts.into_bytes(), Refusal::MultipartDepth),
        (
            "3 M empty parts",
            format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(3_000_000)).into_bytes(),
            Refusal::Parts,
        ),
        ("1 M headers", "A: b\r\n".repeat(1_000_000).into_bytes(), Refusal::Headers),
        ("one header of 20 MB", format!("Subject: {}", "a".repeat(20_000_000)).into_bytes(), Refusal::HeaderLine),
        ("1 M encoded words", format!("Subject:{}", "=?utf-8?q?a?=\r\n ".repeat(1_000_000)).into_bytes(), Refusal::EncodedWords),
        ("1 M brackets in From", format!("From: {}", "(".repeat(1_000_000)).into_bytes(), Refusal::HeaderLine),
    ];
    for (name, raw, expected) in bombs {
        match reader.takes(name, &raw) {
            Became::Refused(refusal) => assert_eq!(refusal, expected, "{name}"),
            Became::Read(..) => panic!("{name} was read"),
        }
    }
    // What is just within the limits is read, brackets and encoded words too.
    for (name, head) in [
        ("brackets", format!("From: {}\r\n", "(".repeat(60_000))),
        ("encoded words", format!("Subject:{}\r\n", " =?utf-8?q?a=C3=A4?=\r\n".repeat(4_900))),
        ("addresses", format!("To: {}\r\n", "a <b@c.example>,\r\n ".repeat(10_000))),
        ("references", format!("References: {}\r\n", "<a@b>\r\n ".repeat(20_000))),
        ("parameters", format!("Content-Type: text/plain; {}x=y\r\n", "a*0*=b;\r\n ".repeat(20_000))),
    ] {
        let raw = format!("{head}Date: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\ntext\r\n");
        assert!(matches!(reader.takes(name, raw.as_bytes()), Became::Read(..)), "{name}");
    }
}

fn with_attachment(name: &str, content: &[u8]) -> Vec<u8> {
    let packed =
        content.chunks(57).map(|line| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, line)).collect::<Vec<_>>();
    format!(
        "Subject: Planned maintenance\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nStart: 2026-03-04 01:00 UTC\r\n--b\r\n\
         Content-Type: application/octet-stream; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        packed.join("\r\n")
    )
    .into_bytes()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn m03_packed_bombs_are_refused_by_what_is_counted() {
    let reader = Reader::new();
    let noughts = vec![b' '; 64_000_000];
    let bomb = zipped(&[("xl/worksheets/sheet1.xml", &noughts)]);
    let nested = zipped(&[("inner.xlsx", &bomb), ("xl/sharedStrings.xml", b"<sst uniqueCount='4294967295'/>")]);
    let many: Vec<(String, Vec<u8>)> = (0..1_500).map(|file| (format!("xl/{file}.xml"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let mut declared = zipped(&[("xl/workbook.xml", b"<workbook/>")]);
    if let Some(count) = declared.len().checked_sub(14).and_then(|at| declared.get_mut(at..at + 4)) {
        count.fill(0xff);
    }
    let large = vec![0x50; 5_000_000];
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("a bomb", bomb, "when unpacked"),
        ("nested", nested, "claims more texts"),
        ("many files", zipped(&many), "1000 files"),
        ("declared counts", declared, "not read"),
        ("large", [b"PK\x03\x04".as_slice(), &large].concat(), "4000000 bytes"),
        ("no zip behind its mark", b"PK\x03\x04 and nothing".to_vec(), "not read"),
    ];
    for (name, content, why) in cases {
        let Became::Read(mail, _) = reader.takes(name, &with_attachment("list.xlsx", &content)) else { panic!("{name} was refused") };
        assert_eq!((mail.sheets.len(), mail.unread_attachments.as_slice()), (0, ["list.xlsx".to_owned()].as_slice()), "{name}");
        assert!(mail.cut.iter().any(|cut| cut.contains(why)), "{name}: {:?}", mail.cut);
    }
    let Became::Read(mail, _) = reader.takes("gzip", &with_attachment("list.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0])) else {
        panic!("a gzip was refused")
    };
    assert_eq!(mail.unread_attachments, ["list.csv.gz"], "what is packed otherwise is never unpacked");
}

#[test]
fn m04_m08_broken_text_is_read_lossily_and_said() {
    let reader = Reader::new();
    let body = "Planned maintenance\r\nStart: 2026-03-04 01:00 UTC\r\nEnd: 2026-03-04 03:00 UTC\r\n";
    for charset in ["utf-7", "utf-16", "x-nonsense", "iso-2022-jp", "gb18030", "utf-8", "ibm037"] {
        let mut raw = format!("Subject: Caf\u{e9}\r\nContent-Type: text/plain; charset={charset}\r\n\r\n{body}").into_bytes();
        raw.extend([0xff, 0xfe, 0x80, 0xc3, 0x1b, 0x24, 0x42, 0x00]);
        raw.extend("\u{202e}PM 10\u{200b}:00".as_bytes());
        let Became::Read(mail, _) = reader.takes(charset, &raw) else { panic!("{charset} was refused") };
        assert!(!mail.text().contains(['\u{202e}', '\u{200b}', '\u{1b}', '\0']), "{charset}");
    }
    let whole = format!(
        "Subject: Work\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, body)
    );
    for length in (1..whole.len()).step_by(5) {
        let Became::Read(..) = reader.read(whole.as_bytes().get(..length).unwrap()) else { panic!("cut at {length}: refused") };
    }
    let junk = whole.replace("\r\n--b--", "!!*\r\n \u{e9}").replace("IFN", "I\u{7}F*N");
    let Became::Read(mail, _) = reader.takes("junk in base64", junk.as_bytes()) else { panic!("refused") };
    assert!(mail.text().contains("2026-03-04 01:00 UTC"), "{}", mail.text());
}

#[test]
fn m11_patterns_that_cannot_be_bounded_are_refused_at_load() {
    let huge = "a".repeat(10_000_000);
    let alternatives = (0..200_000).map(|word| format!("w{word}")).collect::<Vec<_>>().join("|");
    let patterns =
        ["(a{1000}){1000}", "((a{100}){100}){100}", r"(\w{500}){500}", "x{1000000000}", &huge, &alternatives, &"(".repeat(100_000)];
    for pattern in patterns {
        for field in ["text", "except"] {
            let rule = format!("provider = 'x'\nname = 'X'\n[[layout]]\nid = 'a'\nsubject = 'b'\n{field} = '{pattern}'\n");
            let begun = super::computed();
            let faults = RuleSet::from_files([("bad.toml", rule.as_str())]).unwrap_err();
            let took = super::computed() - begun;
            assert!(took.as_secs() < 2 * super::DEBUG_MULTIPLE, "{took:?}");
            assert!(faults.iter().all(|fault| fault.file == "bad.toml" && fault.what.len() < 2_000), "{}", faults.len());
        }
    }
    // Patterns on which backtracking engines never end are searched in time that grows with the text alone.
    let rules = "provider = 'x'\nname = 'X'\ndomains = ['carrier.example']\n[[layout]]\nid = 'a'\nsubject = '(a+)+$'\ntext = '(a|aa)+b|(x+x+)+y|(.*)*z$'\n";
    let rules = RuleSet::from_files([("slow.toml", rules)]).unwrap();
    let reader = Reader { rules, zones: forewarn::zones::newest() };
    for unit in ["a", "x", "aab "] {
        let raw = text(&unit.repeat(1_000_000 / unit.len()));
        let begun = super::computed();
        assert!(matches!(reader.read(&raw), Became::Read(..)));
        let took = super::computed() - begun;
        assert!(took.as_millis() < u128::from(50 * 3 * super::DEBUG_MULTIPLE), "{unit}: {took:?}");
    }
    assert!(matches!(reader.takes("html", &html("<p>x")), Became::Read(..)));
}

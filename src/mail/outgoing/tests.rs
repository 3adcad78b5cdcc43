use super::*;

fn written() -> Written {
    let mailbox = |name: &str, address: &str| Mailbox { name: name.to_owned(), address: address.to_owned() };
    Written {
        from: mailbox("Lakeside IT", "notices@lakeside.example"),
        to: mailbox("Rui, Clínica Sol", "rui@clinica.example"),
        reply_to: Some(mailbox("", "support@lakeside.example")),
        subject: "Data Center Maintenance (Host): Sep 9".to_owned(),
        text: "Start: now\n\n  • Mail\n".to_owned(),
        html: Some("<p>Start: now</p>\n".to_owned()),
        message_id: "fw.1@lakeside.example".to_owned(),
        in_reply_to: Some("fw.0@lakeside.example".to_owned()),
        references: vec!["fw.a@lakeside.example".to_owned(), "fw.0@lakeside.example".to_owned()],
        date: "2020-09-05T15:00:00Z".parse().unwrap(),
        extra: vec![("X-Forewarn-Id".to_owned(), "FW-12".to_owned())],
        attachments: Vec::new(),
    }
}

fn wire(mail: &Written) -> String {
    String::from_utf8(freeze(mail).unwrap().bytes).unwrap()
}

#[test]
fn the_whole_message_is_the_same_each_time() {
    let bytes = wire(&written());
    assert_eq!(bytes, wire(&written()));
    insta::assert_snapshot!(bytes.replace("\r\n", "\n"));
}

#[test]
fn every_line_ends_with_crlf_is_short_and_ascii() {
    let mut mail = written();
    mail.subject = "x".repeat(2000);
    mail.text = format!("{}\n.\nbare \r return\0 and \u{1b}[31m {}\nFrom here", "é".repeat(5000), "long ".repeat(4000));
    mail.extra.push(("X-Long".to_owned(), "y".repeat(3000)));
    mail.references = (0..60).map(|number| format!("{number}@lakeside.example")).collect();
    let bytes = freeze(&mail).unwrap().bytes;
    assert!(bytes.is_ascii() && !bytes.contains(&0) && !bytes.contains(&0x1b));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "RFC 5322 section 2.1.1");
    assert_eq!(text.matches("@lakeside.example>").count(), 1 + 1 + 1 + 20, "From, Message-ID, In-Reply-To and twenty references");
}

#[test]
fn p5_control_characters_never_reach_a_header() {
    let mut mail = written();
    mail.subject = "Mail\r\nBcc: x@evil.example\u{202e}".to_owned();
    mail.to.name = "Rui\r\nCc: y@evil.example".to_owned();
    mail.extra = vec![("X-Forewarn-Id".to_owned(), "a\r\nX-Evil: 1".to_owned())];
    let text = wire(&mail);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    for line in head.split("\r\n") {
        assert!(!["bcc:", "cc:", "x-evil:"].iter().any(|name| line.to_ascii_lowercase().starts_with(name)), "{line}");
    }
    assert!(head.contains("Subject: Mail Bcc: x@evil.example\r\n"));
}

#[test]
fn s11_addresses_that_no_server_takes_are_refused_early() {
    let long = format!("{}@lakeside.example", "a".repeat(300));
    for bad in [
        "",
        "plain",
        "a@b@c.example",
        "a@b.example, c@d.example",
        "a\r\nRCPT TO:<x@evil.example>@b.example",
        "\"quoted local\"@b.example",
        "user%other.example@relay.example",
        "@relay.example:user@b.example",
        "<a@b.example>",
        "müller@b.example",
        "a@müller.example",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        "a..b@c.example",
        "a@-.example",
        long.as_str(),
    ] {
        let mut mail = written();
        mail.to.address = bad.to_owned();
        assert!(matches!(freeze(&mail), Err(UnsendableMail::Address { header: "To", .. })), "{bad:?}");
    }
    for good in ["a+b.c_d-e@sub.b.example", "o'neil@b.example", "a@xn--mller-kva.example"] {
        assert_eq!(check_address(&Mailbox { name: String::new(), address: good.to_owned() }), Ok(()), "{good}");
    }
}

#[test]
fn what_is_not_ours_to_set_is_refused() {
    let change = |change: fn(&mut Written)| {
        let mut mail = written();
        change(&mut mail);
        freeze(&mail).map(drop).map_err(|error| error.to_string())
    };
    assert!(change(|mail| mail.message_id = "no at sign".to_owned()).is_err());
    assert!(change(|mail| mail.references.push("a@b>\r\nX: y".to_owned())).is_err());
    assert!(change(|mail| mail.extra.push(("Bcc".to_owned(), "x@evil.example".to_owned()))).is_err());
    assert!(change(|mail| mail.extra.push(("X-A: b\r\nBcc".to_owned(), "x".to_owned()))).is_err());
    assert!(change(|mail| mail.date = DateTime::<Utc>::MAX_UTC).is_err());
    assert_eq!(change(|mail| mail.html = None), Ok(()));
}

#[test]
fn somebodys_mail_goes_on_unchanged() {
    let sent = |raw: &[u8]| {
        let mut mail = written();
        mail.html = None;
        mail.attachments = vec![Attachment::mail(raw)];
        let bytes = freeze(&mail).unwrap().bytes;
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        text
    };
    let plain = b"From: rui@clinica.example\nSubject: Re: Mail\n\nDear all,\n.\nbye\n";
    let text = sent(plain);
    assert!(text.contains("Content-Type: message/rfc822\r\n") && text.contains("Content-Transfer-Encoding: 7bit\r\n"), "{text}");
    assert!(text.contains(&String::from_utf8(plain.to_vec()).unwrap().replace('\n', "\r\n")), "{text}");
    let long = "x".repeat(2000);
    for other in ["From: a@b.example\r\n\r\nOlá\r\n", "a\rb", "nul\0", "--=_fwm_123", long.as_str()] {
        let text = sent(other.as_bytes());
        assert!(text.contains("Content-Type: application/octet-stream\r\n") && text.contains("base64"), "{text}");
        assert_eq!(
            mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap().attachment(0).unwrap().contents(),
            other.as_bytes()
        );
    }
}

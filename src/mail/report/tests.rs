//! Bounces as servers write them; every name in them is invented.

use super::super::parse;
use crate::model::{DeliveryAction, DeliveryReport, RecipientReport};

fn report(raw: &str) -> Option<DeliveryReport> {
    let crlf = parse(raw.replace('\n', "\r\n").as_bytes()).report;
    assert_eq!(crlf, parse(raw.as_bytes()).report, "line ends make no difference");
    crlf
}

fn one(addresses: &[&str], action: DeliveryAction, status: &str, diagnostic: &str) -> RecipientReport {
    let addresses = addresses.iter().map(|address| (*address).to_owned()).collect();
    RecipientReport {
        addresses,
        action,
        status: Some(status.to_owned()).filter(|code| !code.is_empty()),
        diagnostic: diagnostic.to_owned(),
    }
}

const POSTFIX: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.msp.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\
    To: forewarn@msp.example\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
    --b\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\nI'm sorry to have to inform you …\n\n<ana@acme.example>: host mx said: 550 5.1.1\n\n\
    --b\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.msp.example\nOriginal-Envelope-Id: fw-12\nArrival-Date: Mon, 7 Sep 2020 10:00:00 +0000\n\n\
    Final-Recipient: rfc822; Ana@acme.example\nOriginal-Recipient: rfc822;ana+2Bwork@acme.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.acme.example\n\
    Diagnostic-Code: smtp; 550 5.1.1 <ana@acme.example>: Recipient address\n    rejected: User unknown\n\n\
    Final-Recipient: rfc822; bob@acme.example\nAction: delivered (to mailbox)\nStatus: 2.0.0\n\n\
    --b\nContent-Description: Undelivered Message\nContent-Type: message/rfc822\n\nMessage-ID: <fwm.aaa@msp.example>\nFrom: forewarn@msp.example\nSubject: Data Center Maintenance\n\nhello\n--b--\n";

#[test]
fn a_report_names_mail_recipients_and_reasons() {
    let found = report(POSTFIX).unwrap();
    assert_eq!(
        (found.envelope_id.as_deref(), found.message_ids.as_slice()),
        (Some("fw-12"), ["fwm.aaa@msp.example".to_owned()].as_slice())
    );
    assert_eq!(
        found.recipients,
        [
            one(
                &["ana+work@acme.example", "Ana@acme.example"],
                DeliveryAction::Failed,
                "5.1.1",
                "550 5.1.1 <ana@acme.example>: Recipient address rejected: User unknown"
            ),
            one(&["bob@acme.example"], DeliveryAction::Delivered, "2.0.0", ""),
        ]
    );
}

#[test]
fn returned_headers_alone_tie_it_and_the_parts_may_be_encoded() {
    let headers = POSTFIX.replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers");
    assert_eq!(report(&headers).unwrap().message_ids, ["fwm.aaa@msp.example"]);
    let status = "Final-Recipient: rfc822; ana@acme.example\nAction: delayed\nStatus: 4.4.1\n";
    let encoded = "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFuYUBhY21lLmV4YW1wbGUKQWN0aW9uOiBkZWxheWVkClN0YXR1czogNC40LjEK";
    for (encoding, body) in [("7bit", status), ("base64", encoded)] {
        let raw = format!(
            "From: Postmaster <postmaster@msp.example>\nSubject: Delivery delayed\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID:\n <fwm.bbb@msp.example>\n--b--\n"
        );
        let found = report(&raw).unwrap();
        assert_eq!(found.recipients, [one(&["ana@acme.example"], DeliveryAction::Delayed, "4.4.1", "")], "{encoding}");
        assert_eq!(found.message_ids, ["fwm.bbb@msp.example"]);
    }
}

#[test]
fn exchange_and_what_people_read_first_make_no_difference() {
    let raw = "From: \"Microsoft Outlook\" <MicrosoftExchange329e@acme.example>\nTo: <forewarn@msp.example>\nSubject: Undeliverable: Data Center Maintenance\n\
        Content-Type: multipart/report; report-type=delivery-status;\n boundary=\"_x_\"\nMIME-Version: 1.0\nX-MS-Exchange-Message-Is-Ndr:\n\n\
        --_x_\nContent-Type: multipart/alternative; boundary=\"_y_\"\n\n--_y_\nContent-Type: text/plain; charset=us-ascii\n\nDelivery has failed to these recipients or groups:\n\nana@acme.example<mailto:ana@acme.example>\nThe email address you entered couldn't be found.\n\n--_y_\nContent-Type: text/html\n\n<p>x</p>\n--_y_--\n\n\
        --_x_\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;ex01.acme.example\n\nFinal-recipient: RFC822;\n ana@acme.example\nAction: failed\nStatus: 5.1.10\n\
        Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\n\n\
        --_x_\nContent-Type: message/rfc822\n\nMessage-ID: <fwm.ccc@msp.example>\nSubject: Data Center Maintenance\n\nx\n--_x_--\n";
    let found = report(raw).unwrap();
    assert_eq!(found.message_ids, ["fwm.ccc@msp.example"]);
    let words = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
    assert_eq!(found.recipients, [one(&["ana@acme.example"], DeliveryAction::Failed, "5.1.10", words)]);
}

#[test]
fn servers_that_know_no_reports_are_read_by_their_words() {
    let qmail = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.acme.example\nTo: forewarn@msp.example\nSubject: failure notice\n\n\
        Hi. This is the qmail-send program at mx.acme.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n\
        <ana@acme.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n\
        Return-Path: <forewarn@msp.example>\nMessage-ID: <fwm.ddd@msp.example>\nFrom: forewarn@msp.example\nTo: ana@acme.example\nSubject: x\n\nhello\n";
    let found = report(qmail).unwrap();
    assert_eq!(
        found.recipients,
        [one(&["ana@acme.example"], DeliveryAction::Failed, "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)")]
    );
    assert_eq!(found.message_ids, ["fwm.ddd@msp.example"]);
    let exim = "X-Failed-Recipients: ana@acme.example\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.msp.example>\n\
        To: forewarn@msp.example\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\n\
        A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n\
        \x20 ana@acme.example\n    host mx.acme.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<ana@acme.example>:\n    550 5.7.1 relaying denied\n\n\
        ------ This is a copy of the message, including all the headers. ------\n\nReceived: from x by y; Mon, 7 Sep 2020 10:00:00 +0000\nMessage-Id: <fwm.eee@msp.example>\nTo: ana@acme.example\n\nx\n";
    let found = report(exim).unwrap();
    let first = found.recipients.first().unwrap();
    assert_eq!((first.addresses.as_slice(), first.status.as_deref()), (["ana@acme.example".to_owned()].as_slice(), Some("5.7.1")));
    assert_eq!((first.action, found.message_ids.as_slice()), (DeliveryAction::Failed, ["fwm.eee@msp.example".to_owned()].as_slice()));
    let warning = exim
        .replace("X-Failed-Recipients: ana@acme.example\n", "")
        .replace("Mail delivery failed: returning message to sender", "Warning: message 1kF delayed 24 hours");
    assert_eq!(report(&warning).unwrap().recipients.first().unwrap().action, DeliveryAction::Delayed);
}

#[test]
fn only_a_bounce_reports_and_junk_says_nothing() {
    assert_eq!(
        report(&POSTFIX.replace("report-type=delivery-status; ", "").replace("MAILER-DAEMON", "ana").replace("<>", "<ana@x.example>")),
        None
    );
    assert_eq!(report(&POSTFIX.replace("Action:", "Fiction:")), None);
    assert_eq!(report("From: mailer-daemon@x.example\nSubject: x\n\nnothing of use\n"), None);
    let mut hostile = "From: mailer-daemon@x.example\nSubject: failure\n\n".to_owned();
    for number in 0..5_000 {
        hostile.push_str(&format!("<a{number}@x.example>:\n\u{1b}[31m{}\nMessage-ID: <{number}@x.example>\n\n", "reason ".repeat(100)));
    }
    let found = parse(hostile.as_bytes()).report.unwrap();
    assert!(found.recipients.len() <= 100 && found.message_ids.len() <= 100);
    assert!(found.recipients.iter().all(|one| one.diagnostic.chars().count() <= 200 && !one.diagnostic.contains('\u{1b}')));
    let mut numbers = 0x5eed_u64;
    for length in (0..POSTFIX.len()).step_by(7) {
        numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut raw = POSTFIX.as_bytes()[..length].to_vec();
        let at = usize::try_from(numbers >> 33).unwrap() % raw.len().max(1);
        if let Some(byte) = raw.get_mut(at) {
            *byte = b':';
        }
        drop(parse(&raw));
    }
}

//! Which facts prove a sender, and what of the mail they cover.

use super::*;
use crate::model::Mailbox;

const ID: &str = "mx.harbor.example";

fn mail(auth: Vec<AuthFact>) -> Mail {
    let from = vec![Mailbox { name: String::new(), address: "sam@harbor.example".into() }];
    Mail { from, auth, body_fits_type: true, ..Mail::default() }
}

fn results(headers: &[&str]) -> Mail {
    mail(headers.iter().map(|header| AuthFact::Results((*header).to_owned())).collect())
}

fn check(headers: &[&str], accepted: bool) {
    assert_eq!(proof(&results(headers), &AuthMode::Authserv(ID.into())).is_ok(), accepted, "{headers:?}");
}

fn signature(domain: &str, signed: &str, check: DkimCheck) -> DkimSignature {
    DkimSignature {
        domain: domain.to_owned(),
        selector: "s1".to_owned(),
        signed: signed.split(':').map(str::to_owned).collect(),
        whole_body: true,
        third_party: false,
        check,
    }
}

#[test]
fn a05_only_the_topmost_header_of_the_named_server_counts() {
    check(&["mx.harbor.example; dmarc=pass header.from=harbor.example"], true);
    check(&["MX.harbor.example 1;\r\n dkim=pass (2048 bit) header.d=harbor.example"], true);
    check(&[], false);
    check(&["other.example; dmarc=pass header.from=harbor.example"], false);
    check(&["other.example; none", "mx.harbor.example; dmarc=pass header.from=harbor.example"], false);
    check(&["mx.harbor.example; dmarc=fail header.from=harbor.example"], false);
    check(&["mx.harbor.example; none (; dmarc=pass header.from=harbor.example)"], false);
    check(&["mx.harbor.example; dkim=pass header.d=evil.example"], false);
    check(&["mx.harbor.example; spf=pass smtp.mailfrom=harbor.example"], false);
    check(&["mx.harbor.example; auth=pass (plain) smtp.auth=Sam@harbor.example"], true);
    check(&["mx.harbor.example; auth=pass smtp.auth=kim@harbor.example"], false);
    check(&["mx.harbor.example; auth=pass smtp.auth=sam"], false);
    check(&["mx.harbor.example; auth=fail smtp.auth=sam@harbor.example"], false);
    check(&["x(mx.harbor.example; dmarc=pass header.from=harbor.example"], false);
}

#[test]
fn a02_a_signature_counts_only_in_full_force_and_for_the_author() {
    let proved = |signature: DkimSignature| proof(&mail(vec![AuthFact::Signature(signature)]), &AuthMode::Dkim);
    let pass = || signature("harbor.example", "from:to:subject", DkimCheck::Pass);
    assert_eq!(proved(pass()), Ok("dkim:harbor.example/s1".to_owned()));
    for refused in [
        signature("harbor.example", "to:subject", DkimCheck::Pass),
        signature("mail.harbor.example", "from", DkimCheck::Pass),
        signature("evil.example", "from", DkimCheck::Pass),
        signature("harbor.example", "from", DkimCheck::Fail("testing".into())),
        signature("harbor.example", "from", DkimCheck::Unchecked),
        DkimSignature { whole_body: false, ..pass() },
        DkimSignature { third_party: true, ..pass() },
    ] {
        assert!(matches!(proved(refused.clone()), Err(Unproved::Not(_))), "{refused:?}");
    }
    assert!(matches!(
        proof(&results(&["mx.harbor.example; dmarc=pass header.from=harbor.example"]), &AuthMode::Dkim),
        Err(Unproved::Not(_))
    ));
}

#[test]
fn a15_a_key_that_cannot_be_asked_for_is_neither_yes_nor_no() {
    let later = signature("harbor.example", "from", DkimCheck::NotYet("no name server answers".into()));
    let of = |facts: Vec<DkimSignature>| proof(&mail(facts.into_iter().map(AuthFact::Signature).collect()), &AuthMode::Dkim);
    assert!(matches!(of(vec![later.clone()]), Err(Unproved::NotYet(why)) if why.contains("s1._domainkey.harbor.example")));
    assert!(matches!(of(vec![later.clone(), signature("harbor.example", "from", DkimCheck::Fail("x".into()))]), Err(Unproved::NotYet(_))));
    assert!(of(vec![later, signature("harbor.example", "from", DkimCheck::Pass)]).is_ok());
}

#[test]
fn a04_what_names_the_request_must_be_signed() {
    let of = |signatures: Vec<DkimSignature>, mode: &AuthMode, fields: &[&str]| {
        covers(&mail(signatures.into_iter().map(AuthFact::Signature).collect()), mode, fields).is_ok()
    };
    let pass = |signed: &str| signature("harbor.example", signed, DkimCheck::Pass);
    let unchecked = |signed: &str| signature("harbor.example", signed, DkimCheck::Unchecked);
    let server = AuthMode::Authserv(ID.into());
    assert!(of(vec![pass("from:subject")], &AuthMode::Dkim, &["in-reply-to", "subject"]));
    assert!(!of(vec![pass("from:date")], &AuthMode::Dkim, &["in-reply-to", "to"]), "put in behind the signature");
    assert!(!of(vec![signature("evil.example", "from:to", DkimCheck::Pass)], &AuthMode::Dkim, &["to"]));
    assert!(of(vec![unchecked("from:to")], &server, &["to"]));
    assert!(!of(vec![unchecked("from:date"), unchecked("from:to")], &server, &["to"]), "one that was put in saves nothing");
    assert!(of(Vec::new(), &server, &["to"]), "who signed in to the server, or passed by SPF, has no signature to be replayed");
    let turned = |signed| Mail { body_fits_type: false, ..mail(vec![AuthFact::Signature(pass(signed))]) };
    for mode in [AuthMode::Dkim, AuthMode::Authserv(ID.into())] {
        assert!(reads_as_signed(&turned("from:to"), &mode).is_err());
        assert!(reads_as_signed(&turned("from:to:content-type"), &mode).is_err());
        assert!(reads_as_signed(&turned("from:to:content-type:content-transfer-encoding"), &mode).is_ok());
    }
    let delivered = mail(vec![AuthFact::Signature(pass("from:delivered-to"))]);
    assert!(covers(&delivered, &AuthMode::Dkim, &["delivered-to"]).is_err(), "servers on the way add to it");
}

#[test]
fn a03_what_a_sender_had_written_into_the_results_is_no_verdict() {
    let server = AuthMode::Authserv(ID.into());
    let counts = |text: &str| proof(&results(&[&format!("{ID}; {text}")]), &server).is_ok();
    assert!(counts("dkim=pass (2048-bit key) header.d=harbor.example header.s=s1"));
    assert!(counts("dkim=pass header.d=harbor.example (ours)"));
    for text in [
        "dkim=pass header.d=harbor.example(.evil.example",
        "dkim=pass header.d=harbor.example(.evil.example header.s=s; spf=pass smtp.mailfrom=a)b@evil.example",
        "dkim=pass header.d=harbor.example\".evil.example",
        "dkim=pass header.d=harbor.example\"x\".evil.example",
        "dkim=pass header.d=harbor.example'.evil.example",
        "dkim=pass header.d=harbor.example\\ .evil.example",
        "dkim=pass header.d=evil.example header.d=harbor.example",
        "dkim=pass (header.d=harbor.example) header.d=evil.example",
        "spf=pass smtp.mailfrom=x; dmarc=pass header.from=harbor.example @evil.example; dmarc=fail header.from=harbor.example",
    ] {
        assert!(!counts(text), "{text}");
    }
}

#[test]
fn a04_a_server_may_mean_the_signature_of_a_parent_or_a_sister() {
    let server = AuthMode::Authserv(ID.into());
    for domain in ["harbor.example", "mail.harbor.example", "noc.harbor.example"] {
        let signed = |fields: &str| mail(vec![AuthFact::Signature(signature(domain, fields, DkimCheck::Unchecked))]);
        assert!(covers(&signed("from:date"), &server, &["to"]).is_err(), "{domain}");
        assert!(covers(&signed("from:to"), &server, &["to"]).is_ok(), "{domain}");
    }
    let stranger = mail(vec![AuthFact::Signature(signature("provider.example", "from", DkimCheck::Unchecked))]);
    assert!(covers(&stranger, &server, &["to"]).is_ok());
}

#[test]
fn exchanges_word_counts_alone() {
    let of = |words: &[&str]| {
        proof(&mail(words.iter().map(|word| AuthFact::ExchangeAuthAs((*word).to_owned())).collect()), &AuthMode::M365Internal).is_ok()
    };
    assert!(of(&["Internal"]));
    assert!(!of(&["Anonymous"]) && !of(&[]) && !of(&["Internal", "Internal"]) && !of(&["Anonymous", "Internal"]));
}

#[test]
fn who_is_denied_is_told_from_who_is_not_proved() {
    let server = AuthMode::Authserv(ID.into());
    assert!(denied(&results(&["mx.harbor.example; dmarc=fail header.from=harbor.example"]), &server).is_some());
    assert!(denied(&results(&["other.example; dmarc=fail header.from=harbor.example"]), &server).is_none());
    assert!(
        denied(&results(&["mx.harbor.example; dkim=fail header.d=harbor.example; dmarc=pass header.from=harbor.example"]), &server)
            .is_none()
    );
    assert!(denied(&results(&[]), &server).is_none());
    let failed = signature("harbor.example", "from", DkimCheck::Fail("the text was changed".into()));
    assert!(denied(&mail(vec![AuthFact::Signature(failed)]), &AuthMode::Dkim).is_some());
    assert!(denied(&mail(Vec::new()), &AuthMode::Dkim).is_none());
}

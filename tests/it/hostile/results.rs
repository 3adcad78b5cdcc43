//! Authentication-Results that the sender wrote (A05), and those that a server writes of what the sender chose.

use super::letter::{ALL, Letter};
use super::{AUTHSERV, Case, DOMAIN, Stage};

pub(super) fn cases(stage: &Stage) -> Vec<Case> {
    let yes = stage.yes();
    let pass = format!("{AUTHSERV}; dmarc=pass header.from={DOMAIN}");
    let name = "Authentication-Results";
    let case = |trick: &str, letter: &Letter| Case::new("a05 forged results", trick, letter);
    let top = |trick: &str, value: &str| case(trick, &yes.clone().on_top(name, value));
    let evil = yes.clone().set("From", "Sam <eve@evil.example>").signed(&stage.keys.outsider, ALL);
    let mut many = yes.clone();
    for _ in 0..30 {
        many = many.on_top(name, &pass);
    }
    vec![
        top("on top of what was sent", &pass),
        case("below all others", &yes.clone().below(name, &pass)),
        top("in other letters", &pass.to_uppercase()),
        case("with its name in other letters", &yes.clone().on_top("AUTHENTICATION-results", &pass)),
        case("with a space before the colon", &yes.clone().on_top("Authentication-Results ", &pass)),
        case("with its name folded", &yes.clone().on_top("Authentication-Results\r\n ", &pass)),
        top("folded", &pass.replace("; ", ";\r\n\t")),
        top("with a version", &pass.replacen(';', " 1;", 1)),
        top("with comments", &pass.replace("dmarc", "(a) dmarc").replace("pass", "pass (b(c))")),
        top("with the id in a comment", &format!("evil.example ({AUTHSERV};) ; dmarc=pass header.from={DOMAIN}")),
        top("with the id quoted", &format!("\"{AUTHSERV}\"; dmarc=pass header.from={DOMAIN}")),
        top("with the id behind another", &format!("evil.example {AUTHSERV}; dmarc=pass header.from={DOMAIN}")),
        top("of a longer id", &pass.replacen(AUTHSERV, &format!("{AUTHSERV}.evil.example"), 1)),
        top("of another server", &pass.replacen(AUTHSERV, "mx.evil.example", 1)),
        top("with a login", &format!("{AUTHSERV}; auth=pass smtp.auth=sam@{DOMAIN}")),
        top("as DKIM's", &format!("{AUTHSERV}; dkim=pass header.d={DOMAIN}")),
        case("as ARC's", &yes.clone().on_top("ARC-Authentication-Results", &format!("i=1; {pass}"))),
        case("as Received-SPF", &yes.clone().on_top("Received-SPF", &format!("pass ({AUTHSERV}: ok) envelope-from=sam@{DOMAIN}"))),
        case("behind a bare line feed", &yes.clone().on_top("X-Note", &format!("x\n{name}: {pass}"))),
        case("behind a bare return", &yes.clone().on_top("X-Note", &format!("x\r{name}: {pass}"))),
        case("thirty of them", &many),
        case("of an outsider, with a forged one", &evil.on_top(name, &pass)),
        // What the sender called himself stands in what the server writes.
        injected(&yes, "a parenthesis", &format!("dkim=pass header.d={DOMAIN}(.evil.example; dmarc=fail header.from={DOMAIN}")),
        injected(
            &yes,
            "a parenthesis that ends",
            &format!("dkim=pass header.d={DOMAIN}(.evil.example; spf=pass smtp.mailfrom=a)b@evil.example"),
        ),
        injected(&yes, "a quote", &format!("dkim=pass header.d={DOMAIN}\".evil.example; dmarc=fail header.from={DOMAIN}")),
        injected(&yes, "an apostrophe", &format!("dkim=pass header.d={DOMAIN}'.evil.example; dmarc=fail header.from={DOMAIN}")),
        injected(
            &yes,
            "a semicolon",
            &format!("spf=pass smtp.mailfrom=x; dmarc=pass header.from={DOMAIN} @evil.example; dmarc=fail header.from={DOMAIN}"),
        ),
        injected(&yes, "a verdict in a comment", &format!("dmarc=fail (dmarc=pass header.from={DOMAIN}) header.from={DOMAIN}")),
        injected(
            &yes,
            "a reason that says pass",
            &format!("dmarc=fail reason=\"; dmarc=pass header.from={DOMAIN}; \" header.from={DOMAIN}"),
        ),
        injected(&yes, "SPF alone", &format!("spf=pass smtp.mailfrom=sam@{DOMAIN}; dmarc=none header.from={DOMAIN}")),
        injected(&yes, "somebody else's login", &format!("auth=pass smtp.auth=ines@{DOMAIN}; dmarc=none header.from={DOMAIN}")),
    ]
}

/// The server's own words, on top of everything.
fn injected(yes: &Letter, what: &str, verdict: &str) -> Case {
    Case::new(
        "a05 injected results",
        format!("{what} in the server's own"),
        &yes.clone().on_top("Authentication-Results", &format!("{AUTHSERV}; {verdict}")),
    )
    .with_its_own_results()
}

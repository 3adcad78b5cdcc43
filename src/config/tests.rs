use std::fs;

use chrono::{TimeDelta, Weekday};

use super::*;
use crate::model::{AuthMode, ContactKind, Impact, Mode, Needs, ObjectMatch, Place, PlaceKind, Security, StandsOn};

const FOREWARN: &str = r#"
mode = "live"
organisation = "Example IT"
from = "Forewarn <forewarn@example.net>"
support = "support@example.net"
zone = "America/Chicago"
[[approver]]
name = "Sam"
address = "sam@example.net"
[approval]
auth = "authserv:mx.example.net"
[[inbox]]
account = "noc"
maildir = "in"
[outbox]
maildir = "out"
"#;

const SERVICES: &str = r#"
[[provider]]
id = "northfield"
name = "Northfield Cloud"
[[service]]
id = "web"
name = "Managed Web Services"
[[service.stands_on]]
provider = "northfield"
object = "web01"
[[customer]]
id = "acme"
name = "Acme"
services = ["web"]
[[customer.contact]]
address = "it@acme.example"
"#;

fn loaded(forewarn: &str, services: &str) -> Result<Config, Report> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("services.toml"), services).unwrap();
    let path = folder.path().join("forewarn.toml");
    fs::write(&path, forewarn).unwrap();
    load(&path)
}

/// Every fault as `file:line: message | help`.
fn faults(result: &Result<Config, Report>) -> Vec<String> {
    let report = match result {
        Ok(config) => &config.warnings,
        Err(report) => report,
    };
    let file = |fault: &Fault| fault.file.file_name().unwrap().to_string_lossy().into_owned();
    let line = |fault: &Fault| fault.at.map_or(0, |(line, _)| line);
    report.faults().iter().map(|fault| format!("{}:{}: {} | {}", file(fault), line(fault), fault.message, fault.help)).collect()
}

/// One fault only, and it holds both texts.
fn one_fault(result: &Result<Config, Report>, message: &str, help: &str) {
    let faults = faults(result);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].contains(message), "{faults:?} lacks {message}");
    assert!(faults[0].contains(help), "{faults:?} lacks {help}");
}

#[test]
fn reads_the_shortest_pair_with_its_defaults() {
    let config = loaded(FOREWARN, SERVICES).unwrap();
    assert_eq!(faults(&Ok(config.clone())), Vec::<String>::new());
    let policy = &config.policy;
    assert_eq!((policy.mode, policy.undo, policy.plus_addresses), (Mode::Live, TimeDelta::seconds(120), false));
    assert_eq!(policy.auth, AuthMode::Authserv("mx.example.net".into()));
    assert_eq!((policy.digest.weekday, policy.digest.days_ahead), (Weekday::Mon, 14));
    assert_eq!(policy.digest.to[0].address, "sam@example.net");
    assert_eq!(policy.agenda.urgent_within, TimeDelta::hours(8));
    assert!(policy.notices.closing.starts_with("If you have questions"));
    assert_eq!(config.inboxes[0].reads, [Reads::Providers, Reads::Replies]);
    assert!(config.store.ends_with("forewarn.sqlite"));
    let customer = &config.inventory.customers[0];
    assert_eq!(customer.zone, chrono_tz::America::Chicago);
    assert_eq!(customer.contacts[0].kinds, [ContactKind::Maintenance, ContactKind::Incident]);
    assert_eq!(config.inventory.services[0].stands_on[0].object, ObjectMatch::Exact("web01".into()));
}

#[test]
fn lists_every_fault_of_both_files_at_once() {
    let forewarn = FOREWARN
        .replace("mode = \"live\"", "mode = \"rehersal\"\nspeling = 1")
        .replace("America/Chicago", "America/Chicgo")
        .replace("sam@example.net", "sam at example.net")
        .replace("authserv:mx.example.net", "token-only\"\nundo_second = 5\nplus_addresses = \"yes")
        .replace("maildir = \"out\"", "");
    let services = SERVICES
        .replace("\"northfield\"\nobject", "\"northfeild\"\nobject")
        .replace("[\"web\"]", "[\"webb\"]\nzone = \"Berlin\"\nnotice_days = 0\ncontcat = 1");
    let found = faults(&loaded(&forewarn, &services));
    for expected in [
        "forewarn.toml:2: unknown mode \"rehersal\" | did you mean \"rehearsal\"?",
        "forewarn.toml:3: unknown key `speling` in the top of the file",
        "forewarn.toml:7: unknown time zone \"America/Chicgo\" | did you mean \"America/Chicago\"?",
        "forewarn.toml:10: \"sam at example.net\" is no mail address",
        "forewarn.toml:12: `token-only` proves no sender | name your mail server",
        "forewarn.toml:13: unknown key `undo_second` in [approval] | did you mean `undo_seconds`?",
        "forewarn.toml:14: `plus_addresses` must be true or false, found string | write true",
        "forewarn.toml:18: `smtp` is missing in [outbox] | add `smtp = \"mail.example.net\"`, or `maildir = \"…\"`",
        "services.toml:9: there is no provider \"northfeild\" | did you mean \"northfield\"?",
        "services.toml:14: there is no service \"webb\" | did you mean \"web\"?",
        "services.toml:15: unknown time zone \"Berlin\" | did you mean \"Europe/Berlin\"?",
        "services.toml:16: `notice_days` is out of range | write a number of days from 1 to 365",
        "services.toml:17: unknown key `contcat` in [[customer]] | did you mean `contact`?",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected}\nis not among\n{found:#?}");
    }
}

#[test]
fn shows_file_line_caret_and_what_to_do() {
    let report = loaded(&FOREWARN.replace("America/Chicago", "America/Chicgo"), SERVICES).unwrap_err();
    let shown = report.render(false);
    for expected in [
        "error: unknown time zone \"America/Chicgo\"",
        "forewarn.toml:6:8",
        "zone = \"America/Chicgo\"",
        "^^^^^^^^^^^^^^^^",
        "help: did you mean",
    ] {
        assert!(shown.contains(expected), "{expected} is not in\n{shown}");
    }
}

#[test]
fn never_shows_a_secret_that_somebody_wrote_into_the_file() {
    let report = loaded(&FOREWARN.replace("[outbox]", "[outbox]\npassword = \"hunter2\""), SERVICES).unwrap_err();
    let shown = format!("{} {}", report.render(false), report.render(true));
    assert!(shown.contains("unknown key `password`"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn w04_rehearsal_needs_a_staff_address_that_is_not_our_own() {
    let rehearsal = FOREWARN.replace("\"live\"", "\"rehearsal\"");
    one_fault(&loaded(&rehearsal, SERVICES), "needs `rehearsal_to`", "a staff address");
    one_fault(
        &loaded(
            &format!("mode = \"rehearsal\"\nrehearsal_to = \"forewarn@example.net\"{}", FOREWARN.replace("mode = \"live\"", "")),
            SERVICES,
        ),
        "writes from",
        "staff",
    );
    let unsaid = FOREWARN.replace("mode = \"live\"", "rehearsal_to = \"staff@example.net\"");
    assert_eq!(loaded(&unsaid, SERVICES).unwrap().policy.mode, Mode::Rehearsal);
}

#[test]
fn approval_needs_an_approver_and_a_proof() {
    let without = FOREWARN.replace("[[approver]]\nname = \"Sam\"\naddress = \"sam@example.net\"\n", "");
    one_fault(&loaded(&without, SERVICES), "there is no approver", "[[approver]]");
    let token = FOREWARN.replace("authserv:mx.example.net", "token-only");
    one_fault(&loaded(&token, SERVICES), "`token-only` proves no sender", "i_accept_forgery_risk = true");
    let refused = token.replace("[[inbox]]", "i_accept_forgery_risk = false\n[[inbox]]");
    assert!(loaded(&refused, SERVICES).is_err());
    let accepted = token.replace("[[inbox]]", "i_accept_forgery_risk = true\n[[inbox]]");
    assert_eq!(loaded(&accepted, SERVICES).unwrap().policy.auth, AuthMode::TokenOnly);
    for (auth, mode) in [("dkim", AuthMode::Dkim), ("m365-internal", AuthMode::M365Internal)] {
        assert_eq!(loaded(&FOREWARN.replace("authserv:mx.example.net", auth), SERVICES).unwrap().policy.auth, mode);
    }
    for auth in ["authserv:", "authserv", "dkim:x", "m365", "authserv:a b"] {
        assert!(loaded(&FOREWARN.replace("authserv:mx.example.net", auth), SERVICES).is_err(), "{auth}");
    }
    let own = FOREWARN.replace("sam@example.net", "Forewarn@example.net");
    one_fault(&loaded(&own, SERVICES), "Forewarn's own address", "answer itself");
}

#[test]
fn a18_more_approvals_than_can_be_had_are_refused() {
    assert_eq!(loaded(FOREWARN, SERVICES).unwrap().policy.approvals, 1);
    let two = FOREWARN.replace("[approval]\n", "[approval]\napprovals = 2\n");
    one_fault(&loaded(&two, SERVICES), "2 approvals cannot always be had of 1 approvers", "name 3 [[approver]]");
    let others: String = ["kim", "ana"].map(|name| format!("[[approver]]\nname = \"{name}\"\naddress = \"{name}@example.net\"\n")).concat();
    assert_eq!(loaded(&format!("{two}{others}"), SERVICES).unwrap().policy.approvals, 2);
    one_fault(
        &loaded(&FOREWARN.replace("[approval]\n", "[approval]\nname_server = \"dns\"\n"), SERVICES),
        "no name server",
        "127.0.0.1:53",
    );
}

#[test]
fn the_key_comes_from_one_place() {
    let key = |line: &str| loaded(&FOREWARN.replace("[[inbox]]", &format!("{line}\n[[inbox]]")), SERVICES);
    assert!(matches!(key("").unwrap().key, SecretSource::File(path) if path.ends_with("forewarn.key")));
    assert_eq!(key("key_credential = \"approval\"").unwrap().key, SecretSource::Credential("approval".into()));
    assert_eq!(key("key_command = [\"/bin/cat\", \"k\"]").unwrap().key, SecretSource::Command(vec!["/bin/cat".into(), "k".into()]));
    one_fault(&key("key_file = \"a\"\nkey_credential = \"b\""), "both `key_file` and `key_credential`", "keep one");
    one_fault(&key("key_command = [\"cat\"]"), "full path", "no shell");
}

/// The smallest pair, with mail on servers.
fn served(inbox: &str, outbox: &str) -> Result<Config, Report> {
    let inbox = format!("imap = \"imap.example.net\"\nuser = \"noc@example.net\"\npassword_file = \"noc.password\"\n{inbox}");
    let outbox = format!("[outbox]\nsmtp = \"smtp.example.net\"\nuser = \"fw@example.net\"\ntoken_command = [\"/bin/token\"]\n{outbox}");
    loaded(&FOREWARN.replace("maildir = \"in\"", &inbox).replace("[outbox]\nmaildir = \"out\"", &outbox), SERVICES)
}

#[test]
fn servers_are_named_with_their_protection_and_one_secret() {
    let config = served("", "").unwrap();
    let InboxKind::Imap(imap) = &config.inboxes[0].kind else { panic!("{:?}", config.inboxes) };
    assert_eq!((imap.server.to_string().as_str(), imap.server.security), ("imap.example.net:993", Security::Implicit));
    assert!(matches!(&imap.login.by, LoginBy::Password(SecretSource::File(path)) if path.ends_with("noc.password")));
    assert_eq!((imap.folders.len(), imap.poll_every), (0, Duration::from_secs(20)));
    let SinkConfig::Smtp(smtp) = &config.outbox else { panic!("{:?}", config.outbox) };
    assert_eq!((smtp.server.to_string().as_str(), smtp.mails_a_minute, smtp.canary_hours), ("smtp.example.net:465", 60, 24));
    assert_eq!(smtp.login.as_ref().map(|login| &login.by), Some(&LoginBy::Token(vec!["/bin/token".to_owned()])));

    let config = served("tls = \"starttls\"\nmailbox = \"shared@example.net\"\nfolders = [\"INBOX\"]", "tls = \"starttls\"").unwrap();
    let InboxKind::Imap(imap) = &config.inboxes[0].kind else { panic!() };
    assert_eq!((imap.server.port, imap.login.mailbox.as_deref()), (143, Some("shared@example.net")));
    let SinkConfig::Smtp(smtp) = &config.outbox else { panic!() };
    assert_eq!(smtp.server.port, 587);

    one_fault(&served("tls = \"none\"", ""), "`tls = \"none\"` to another machine, imap.example.net", "localhost");
    one_fault(&served("tls = \"ssl\"", ""), "unknown protection \"ssl\"", "\"implicit\"");
    one_fault(&served("token_command = [\"/bin/token\"]", ""), "both a password and `token_command`", "OAuth");
    one_fault(&served("password_command = [\"/bin/pw\"]", ""), "both `password_file` and `password_command`", "keep one");
    one_fault(&served("ca_file = \"no.pem\"", ""), "`ca_file` names no file", "the system's");
    one_fault(&served("folders = []", ""), "`folders` names no folder", "delete the line");
    one_fault(&served("poll_seconds = 0", ""), "`poll_seconds` is out of range", "1 to 600");
    one_fault(&served("maildir = \"in\"", ""), "both `imap` and `maildir`", "keep one");
    one_fault(&served("", "password_file = \"x\""), "both a password and `token_command`", "OAuth");
}

#[test]
fn on_this_machine_nobody_need_sign_in() {
    let outbox = |lines: &str| loaded(&FOREWARN.replace("[outbox]\nmaildir = \"out\"", &format!("[outbox]\n{lines}")), SERVICES);
    let config = outbox("smtp = \"localhost:25\"\ntls = \"none\"").unwrap();
    assert!(matches!(&config.outbox, SinkConfig::Smtp(smtp) if smtp.login.is_none() && smtp.server.port == 25));
    one_fault(&outbox("smtp = \"smtp.example.net\""), "`user` is missing in [outbox]", "token_command");
    one_fault(&outbox("smtp = \"localhost\"\ntls = \"none\"\nuser = \"fw\""), "`password_file` is missing in [outbox]", "token_command");
}

#[test]
fn mail_is_kept_for_so_many_days() {
    assert_eq!(loaded(FOREWARN, SERVICES).unwrap().retention, Retention { ordinary_days: 30, notices_days: 1095 });
    let given = loaded(&format!("{FOREWARN}[retention]\nordinary_days = 7\n"), SERVICES).unwrap();
    assert_eq!(given.retention, Retention { ordinary_days: 7, notices_days: 1095 });
}

#[test]
fn a_heartbeat_is_an_address_on_the_web() {
    let alarm = |line: &str| loaded(&format!("{FOREWARN}[alarm]\n{line}"), SERVICES);
    assert_eq!(alarm("heartbeat_url = \"https://watch.example/x\"").unwrap().heartbeat_url.as_deref(), Some("https://watch.example/x"));
    one_fault(&alarm("heartbeat_url = \"watch.example\""), "no address on the web", "https://");
    one_fault(&alarm(""), "`command` is missing in [alarm]", "wake");
}

#[test]
fn inboxes_are_named_once_and_cover_providers_and_replies() {
    let second = |lines: &str| loaded(&format!("{FOREWARN}[[inbox]]\nmaildir = \"x\"\n{lines}"), SERVICES);
    one_fault(&second("account = \"noc\""), "two inboxes are called \"noc\"", "its own name");
    one_fault(&second("account = \"b\"\nreads = [\"provider\"]"), "unknown kind of mail \"provider\"", "\"providers\"");
    let only = FOREWARN.replace("maildir = \"in\"", "maildir = \"in\"\nreads = [\"replies\"]");
    one_fault(&loaded(&only, SERVICES), "no inbox is read for provider mail", "\"providers\"");
}

#[test]
fn an_object_is_said_in_exactly_one_way() {
    let object = |line: &str| loaded(FOREWARN, &SERVICES.replace("object = \"web01\"", line));
    let read = |line: &str| object(line).unwrap().inventory.services[0].stands_on[0].clone();
    let place = |kind, name: &str| Place { kind, name: name.into() };
    let dallas = place(PlaceKind::Region, "Dallas");
    assert_eq!(read("region = \"Dallas\""), StandsOn { places: vec![dallas.clone()], ..read("region = \"Dallas\"") });
    assert_eq!(read("region = \"Dallas\"").object, ObjectMatch::Place);
    assert_eq!(read("object = \"web01\"\nregion = \"Dallas\"").places, [dallas]);
    let narrow = read("glob = \"web*\"\nfeed = \"A\"\nrack = \"R12\"\nsite = \"DAL2\"").places;
    assert_eq!(narrow, [place(PlaceKind::Site, "DAL2"), place(PlaceKind::Rack, "R12"), place(PlaceKind::Feed, "A")]);
    assert_eq!(read("rack = \"R12\"").object, ObjectMatch::Place);
    assert_eq!(read("account = \"12345\"").object, ObjectMatch::Account("12345".into()));
    assert_eq!(read("prefix = \"203.0.113.0/28\"").object, ObjectMatch::Prefix("203.0.113.0/28".parse().unwrap()));
    assert_eq!(read("glob = \"web*\"\nretired = true").object, ObjectMatch::Glob("web*".into()));
    assert_eq!(read("fleet = true").object, ObjectMatch::Fleet);
    one_fault(&object(""), "not on which object", "add one of `object");
    one_fault(&object("object = \"a\"\nglob = \"b*\""), "both `object` and `glob`", "aliases");
    one_fault(&object("prefix = \"203.0.113.5/28\""), "bits set", "203.0.113.0/28");
    one_fault(&object("prefix = \"203.0.113\""), "no address prefix", "/28");
    one_fault(&object("glob = \"web[\""), "no glob", "web*");
    one_fault(&object("glob = \"*\""), "matches everything", "fleet = true");
    one_fault(&object("fleet = false"), "names no object", "fleet = true");
    one_fault(&object("region = 7"), "`region` must be text", "write");
    one_fault(&object("rack = 12"), "`rack` must be text", "write");
    one_fault(&object("object = \"a\"\naccount = \"1\""), "both `object` and `account`", "aliases");
    one_fault(&object("acount = \"1\"\nfleet = true"), "unknown key `acount`", "did you mean `account`?");
}

/// The smallest inventory with lines below the service's entry, and with other services.
fn carried(lines: &str, others: &str) -> Result<Config, Report> {
    loaded(FOREWARN, &SERVICES.replace("object = \"web01\"\n", &format!("object = \"web01\"\n{lines}\n{others}\n")))
}

const VMHOST: &str = "[[service]]\nid = \"vmhost\"\nname = \"V\"\n[[service.stands_on]]\nprovider = \"northfield\"\nobject = \"vm\"\n";

#[test]
fn w30_legs_of_a_service_stand_in_for_each_other() {
    let second = "redundant = \"power\"\n[[service.stands_on]]\nprovider = \"northfield\"\nfeed = \"B\"\nredundant = \"power\"";
    let config = carried(second, "").unwrap();
    let legs = &config.inventory.services[0].stands_on;
    assert!(config.warnings.faults().is_empty() && legs.len() == 2);
    assert!(legs.iter().all(|on| on.redundant.as_deref() == Some("power")));
    one_fault(&carried("redundant = \"power\"", ""), "the redundancy group \"power\" of \"web\" has only one member", "add the other");
    one_fault(&carried(&format!("{second}\nretired = true"), ""), "has only one member", "add the other");
    one_fault(&carried("redundant = true", ""), "`redundant` must be text", "write");
    let misspelt = faults(&carried(&second.replace("B\"\nredundant = \"power", "B\"\nredundant = \"pwoer"), ""));
    assert!(misspelt.iter().any(|fault| fault.contains("did you mean \"power\"?")), "{misspelt:#?}");
}

#[test]
fn w18_a_service_needs_others_but_never_in_a_circle() {
    let config = carried("[[service.needs]]\nservice = \"vmhost\"", VMHOST).unwrap();
    assert!(config.warnings.faults().is_empty(), "{}", config.warnings);
    assert_eq!(config.inventory.services[0].needs, [Needs { service: "vmhost".into(), redundant: None }]);
    let only_needs = SERVICES
        .replace("[[service.stands_on]]\nprovider = \"northfield\"\nobject = \"web01\"\n", "[[service.needs]]\nservice = \"vmhost\"\n");
    assert_eq!(faults(&loaded(FOREWARN, &format!("{only_needs}{VMHOST}"))), Vec::<String>::new());
    let pair =
        "[[service.needs]]\nservice = \"vmhost\"\nredundant = \"hosts\"\n[[service.needs]]\nservice = \"vmhost2\"\nredundant = \"hosts\"";
    let both = format!("{VMHOST}{}", VMHOST.replace("\"vmhost\"", "\"vmhost2\""));
    assert_eq!(faults(&carried(pair, &both)), Vec::<String>::new());
    one_fault(
        &carried("[[service.needs]]\nservice = \"vmhots\"", &VMHOST.replace("name =", "internal = true\nname =")),
        "there is no service \"vmhots\"",
        "did you mean \"vmhost\"?",
    );
    let twice = "[[service.needs]]\nservice = \"vmhost\"\n[[service.needs]]\nservice = \"VMhost\"";
    one_fault(&carried(twice, VMHOST), "needs \"VMhost\" twice", "keep one");
    let circle = format!("{VMHOST}[[service.needs]]\nservice = \"web\"\n");
    one_fault(&carried("[[service.needs]]\nservice = \"vmhost\"", &circle), "in a circle: web → vmhost → web", "delete one");
    one_fault(&carried("[[service.needs]]\nservice = \"web\"", ""), "in a circle: web → web", "delete one");
    one_fault(&carried("[[service.needs]]", ""), "`service` is missing in [[service.needs]]", "vmhost");
}

#[test]
fn the_readme_shows_an_inventory_that_holds() {
    let readme = include_str!("../../README.md");
    let shown =
        readme.split("```toml\n").filter_map(|block| block.split("```").next()).find(|block| block.contains("[[service.needs]]")).unwrap();
    let provider = "[[provider]]\nid = \"northfield\"\nname = \"N\"\n";
    let contact = "[[customer.contact]]\naddress = \"it@meyer.example\"\n";
    assert_eq!(faults(&loaded(FOREWARN, &format!("{provider}{shown}{contact}"))), Vec::<String>::new());
}

#[test]
fn w30_a_customer_says_what_is_too_small_to_be_told() {
    let customer = |line: &str| loaded(FOREWARN, &SERVICES.replace("services = [\"web\"]", &format!("services = [\"web\"]\n{line}")));
    let least = |line: &str| customer(line).unwrap().inventory.customers[0].min_impact;
    assert_eq!(least(""), None);
    assert_eq!(least("min_impact = \"no-impact\""), Some(Impact::NoImpact));
    assert_eq!(least("min_impact = \"reduced-redundancy\""), Some(Impact::ReducedRedundancy));
    assert_eq!(least("min_impact = \"degraded\""), Some(Impact::Degraded));
    assert_eq!(least("min_impact = \"outage\""), Some(Impact::Outage));
    one_fault(&customer("min_impact = \"outtage\""), "unknown impact \"outtage\"", "did you mean \"outage\"?");
}

#[test]
fn ids_are_used_once_whatever_their_case() {
    let twice = SERVICES.replace(
        "[[customer]]",
        "[[customer]]\nid = \"ACME\"\nname = \"B\"\nservices = []\n[[customer.contact]]\naddress = \"a@b.example\"\n[[customer]]",
    );
    one_fault(&loaded(FOREWARN, &twice), "two customers have the id \"acme\"", "an id of its own");
    one_fault(&loaded(FOREWARN, &SERVICES.replace("\"acme\"", "\"acme gmbh\"")), "cannot be an id", "no spaces");
}

#[test]
fn w18_w28_what_is_hardly_meant_is_a_warning() {
    let lonely = SERVICES.replace("[[customer.contact]]\naddress = \"it@acme.example\"\n", "");
    let result = loaded(FOREWARN, &lonely);
    assert!(result.is_ok());
    one_fault(&result, "no contact for maintenances", "[[customer.contact]]");
    let billing = loaded(FOREWARN, &format!("{SERVICES}kinds = [\"billing\"]"));
    one_fault(&billing, "no contact for maintenances", "[[customer.contact]]");
    let spare = "[[service]]\nid = \"spare\"\nname = \"Spare\"\n[[service.stands_on]]\nprovider = \"northfield\"\nobject = \"s1\"\n";
    let unused = loaded(FOREWARN, &format!("{SERVICES}{spare}"));
    assert!(unused.is_ok());
    one_fault(&unused, "no customer has the service \"spare\"", "internal = true");
    let internal = spare.replace("name = ", "internal = true\nname = ");
    assert_eq!(faults(&loaded(FOREWARN, &format!("{SERVICES}{internal}"))), Vec::<String>::new());
    let floating = SERVICES.replace("[[service.stands_on]]\nprovider = \"northfield\"\nobject = \"web01\"\n", "");
    one_fault(&loaded(FOREWARN, &floating), "stands on nothing", "[[service.stands_on]]");
}

#[test]
fn a_customer_of_an_internal_service_is_a_contradiction() {
    one_fault(&loaded(FOREWARN, &SERVICES.replace("id = \"web\"", "id = \"web\"\ninternal = true")), "is internal", "delete it here");
}

#[test]
fn s11_contacts_are_checked_before_the_night() {
    for address in [
        "it@acme.example, boss@acme.example",
        "it@acme.example\\r\\nBcc: x@y.example",
        "it%x@acme.example",
        "it@acme",
        "forewarn@example.net",
    ] {
        let result = loaded(FOREWARN, &SERVICES.replace("it@acme.example", address));
        assert_eq!(
            faults(&result).iter().filter(|fault| fault.starts_with("services.toml:16")).count(),
            1,
            "{address}: {:#?}",
            faults(&result)
        );
    }
    let twice = format!("{SERVICES}[[customer.contact]]\naddress = \"IT@acme.example\"\n");
    one_fault(&loaded(FOREWARN, &twice), "a contact here twice", "keep one");
}

#[test]
fn parts_are_a_list_or_tables_with_things_of_their_own() {
    let parts = SERVICES.replace(
        "[[customer]]",
        "[[service.part]]\nname = \"Webmail\"\n[[service.part.stands_on]]\nprovider = \"northfield\"\nobject = \"hook7\"\n[[customer]]",
    );
    let parts = parts.replace("name = \"Managed Web Services\"", "name = \"W\"\nparts = [\"Sending\"]");
    let service = loaded(FOREWARN, &parts).unwrap().inventory.services[0].clone();
    assert_eq!(service.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["Sending", "Webmail"]);
    assert_eq!(service.parts[1].stands_on[0].object, ObjectMatch::Exact("hook7".into()));
    one_fault(&loaded(FOREWARN, &parts.replace("\"Sending\"", "\"webmail\"")), "two parts are called", "once");
}

#[test]
fn hours_and_days_out_of_range_are_refused() {
    for (line, message) in [
        ("[agenda]\nurgent_hours = 0", "`urgent_hours` is out of range"),
        ("[agenda]\nremind_hours = 169", "`remind_hours` is out of range"),
        ("[agenda]\nescalate_hours = -1", "`escalate_hours` is out of range"),
        ("[agenda]\nurgent_hours = 8.5", "`urgent_hours` must be a whole number"),
        ("[agenda]\nday = \"18:00-08:00\"", "no hours of a day"),
        ("[retention]\nordinary_days = 0", "`ordinary_days` is out of range"),
        ("[retention]\nordinary_days = 90\nnotices_days = 60", "notices would be given up before ordinary mail"),
        ("[digest]\nweekday = \"mon day\"", "unknown weekday"),
        ("[digest]\ntime = \"7am\"", "no time of day"),
        ("[digest]\nto = []", "the digest goes to nobody"),
        ("[notices]\nzone_order = \"utc\"", "unknown order"),
        ("[notices]\nclosing = \"\\u0007\"", "control character"),
        ("[alarm]", "`command` is missing in [alarm]"),
    ] {
        one_fault(&loaded(&format!("{FOREWARN}{line}\n"), SERVICES), message, "");
    }
}

#[test]
fn broken_toml_is_shown_and_the_other_file_is_still_read() {
    let broken = FOREWARN.replace("zone = \"America/Chicago\"", "zone = America/Chicago");
    let found = faults(&loaded(&broken, &SERVICES.replace("\"northfield\"\nobject", "\"nort\"\nobject")));
    assert!(found.iter().any(|fault| fault.starts_with("forewarn.toml:6")), "{found:#?}");
    assert!(found.iter().any(|fault| fault.starts_with("services.toml:9")), "{found:#?}");
    let twice = FOREWARN.replace("support =", "from = \"x@example.net\"\nsupport =");
    one_fault(&loaded(&twice, SERVICES), "duplicate key", "keep one");
}

#[test]
fn a_missing_file_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forewarn.toml");
    let shown = load(&path).unwrap_err().to_string();
    assert!(shown.contains("forewarn init") && shown.contains("forewarn.toml"), "{shown}");
    fs::write(&path, FOREWARN).unwrap();
    let shown = load(&path).unwrap_err().to_string();
    assert!(shown.contains("services.toml") && shown.contains("services = "), "{shown}");
}

#[test]
fn folders_that_are_named_must_be_there() {
    one_fault(&loaded(&format!("rules_dir = \"rulez\"{FOREWARN}"), SERVICES), "`rules_dir` names no folder", "delete the line");
}

#[test]
fn a_fault_does_not_draw_others_after_it() {
    one_fault(&loaded(&FOREWARN.replace("\"live\"", "\"rehersal\""), SERVICES), "unknown mode", "did you mean");
    one_fault(&loaded(FOREWARN, &SERVICES.replace("it@acme.example", "it@acme")), "no mail address", "local@domain");
    one_fault(&loaded(FOREWARN, &format!("{SERVICES}kinds = []")), "`kinds` is empty", "delete the line");
    one_fault(&loaded(FOREWARN, &format!("{SERVICES}kinds = [\"maintenence\"]")), "unknown kind of contact", "maintenance");
}

#[test]
fn a_key_below_the_wrong_head_is_told_its_place() {
    one_fault(&loaded(&format!("{FOREWARN}store = \"x\""), SERVICES), "unknown key `store` in [outbox]", "above [outbox]");
    let days = loaded(FOREWARN, &format!("{SERVICES}notice_days = 7"));
    one_fault(&days, "unknown key `notice_days` in [[customer.contact]]", "`notice_days` belongs to [[customer]]");
    let parts = loaded(FOREWARN, &SERVICES.replace("object = \"web01\"", "object = \"web01\"\nparts = [\"A\"]"));
    one_fault(&parts, "unknown key `parts` in [[service.stands_on]]", "belongs to [[service]]");
}

#[test]
fn an_inventory_of_ten_thousand_customers_is_read_whole() {
    let mut services = SERVICES.to_owned();
    for number in 0..10_000 {
        services.push_str(&format!("[[customer]]\nid = \"c{number}\"\nname = \"C\"\nservices = [\"web\"]\n"));
    }
    let config = loaded(FOREWARN, &services).unwrap();
    assert_eq!((config.inventory.customers.len(), config.warnings.faults().len()), (10_001, 10_000));
    assert_eq!(config.warnings.faults()[9_999].at, Some((17 + 4 * 9_999, 1)));
    assert!(config.warnings.render(false).ends_with("… and 9940 more"));
}

//! Every shipped rule against every sample: the same code as `forewarn rules check`.

use forewarn::rules::{RuleSet, check};
use std::path::Path;

#[test]
fn every_rule_reads_its_samples_exactly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let samples = forewarn::cli::rules::samples_of(&folder).expect("the samples can be read");
    let report = check::check(&RuleSet::embedded(), &forewarn::zones::newest(), &samples);
    let findings: Vec<String> =
        report.findings.iter().map(|finding| format!("{} {}\n{}", finding.fault.word(), finding.of, finding.detail)).collect();
    assert!(findings.is_empty(), "{} to mend\n{}", findings.len(), findings.join("\n"));
    assert_eq!(report.right.len(), samples.len());
}

#[test]
fn a_check_without_rules_finds_every_sample_unread() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let samples = forewarn::cli::rules::samples_of(&folder).expect("the samples can be read");
    let report = check::check(&RuleSet::none(), &forewarn::zones::newest(), &samples);
    let ruled = samples.iter().filter(|sample| sample.expected.as_deref().is_some_and(|text| text.contains("\nrule = ")));
    for sample in ruled {
        assert!(
            report.findings.iter().any(|finding| finding.of == sample.name && finding.fault == check::Fault::Missing),
            "{}",
            sample.name
        );
    }
}

/// Rules and samples that are right, and one change each that must be named.
#[test]
fn every_kind_of_fault_is_named_by_its_word() {
    const RULE: &str = "provider = 'acme'\nname = 'Acme'\ndomains = ['acme.example']\n\n[[layout]]\nid = 'planned'\nsubject = 'planned works'\nmaintenance_id = [{ label = 'Ticket' }]\n\n[[layout.window]]\nwithin = [{ label = 'Window' }]\n";
    const MAIL: &str = "From: noc@acme.example\nSubject: Planned works\nDate: Mon, 05 May 2031 09:12:00 +0000\n\nTicket: A-1001\nWindow: 2031-05-14 22:00 UTC to 2031-05-15 02:00 UTC\n";
    const EXPECTED: &str = "outcome = 'extracted'\nrule = 'acme/planned'\nkind = 'maintenance'\n[[maintenance]]\nid = 'A-1001'\nstatus = 'CONFIRMED'\nwindows = ['2031-05-14T22:00:00Z / 2031-05-15T02:00:00Z']\n";
    let found = |rule: &str, mail: &str, expected: Option<&str>, name: &str| {
        let rules = RuleSet::from_files([("acme.toml", rule)]).unwrap();
        let sample = check::Sample { name: name.to_owned(), raw: mail.into(), expected: expected.map(str::to_owned) };
        let report = check::check(&rules, &forewarn::zones::newest(), &[sample]);
        report.findings.into_iter().map(|finding| (finding.fault.word(), finding.of, finding.detail)).collect::<Vec<_>>()
    };
    assert_eq!(found(RULE, MAIL, Some(EXPECTED), "acme/one"), []);
    let one = |rule: &str, mail: &str, expected: Option<&str>, name: &str, word: &str, of: &str, detail: &str| {
        let all = found(rule, mail, expected, name);
        assert!(all.iter().any(|(was, about, said)| *was == word && about == of && said.contains(detail)), "{word} {of}: {all:?}");
    };
    one(RULE, MAIL, None, "acme/one", "missing", "acme/one", "no file with the expected values");
    one(RULE, &MAIL.replace("Planned works", "Hello"), Some(EXPECTED), "acme/one", "missing", "acme/one", "no rule reads this mail");
    one(
        RULE,
        &MAIL.replace("Planned works", "Hello"),
        Some(EXPECTED),
        "acme/one",
        "missing",
        "acme/planned",
        "no sample is read by this rule",
    );
    one(RULE, MAIL, None, "none/one", "noisy", "none/one", "acme/planned claims ordinary mail");
    let other = EXPECTED.replace("A-1001", "A-1002");
    one(
        RULE,
        MAIL,
        Some(&other),
        "acme/one",
        "wrong",
        "acme/one",
        "expected maintenance 1: id = \"A-1002\"\n    read maintenance 1: id = \"A-1001\"",
    );
    let unused = RULE.replace("{ label = 'Ticket' }", "{ label = 'Ticket' }, { label = 'Case' }");
    one(&unused, MAIL, Some(EXPECTED), "acme/one", "unused", "acme.toml:8", "no sample uses label \"Case\"");
    let two = format!("{RULE}\n[[layout]]\nid = 'second'\nsubject = 'works'\n[[layout.window]]\nwithin = [{{ label = 'Window' }}]\n");
    one(&two, MAIL, Some(EXPECTED), "acme/one", "two-rules", "acme/one", "acme/planned, acme/second");
}

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

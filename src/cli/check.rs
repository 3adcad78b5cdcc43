//! `forewarn check`: whether the service could start as it is configured, and what is hardly meant.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use chrono_tz::Tz;
use clap::Args;

use super::view::to_stdout;
use crate::config::{self, Config, InboxKind, Login, LoginBy, Report, SecretSource, Severity, SinkConfig, approval_key};
use crate::draft::Templates;
use crate::model::{Local, Mode, Zones};
use crate::rules::RuleSet;
use crate::service;

/// Check configuration, inventory, rules and templates, and name every fault
///
///   forewarn check
///   forewarn --config /etc/forewarn/forewarn.toml check
///
/// Names file and line of each fault, and what to do. Starts nothing, writes
/// nothing. Exit code 0 when all is well, 1 when something is allowed but hardly
/// meant, 2 when the service could not start.
#[derive(Args, Clone, Debug)]
#[command(verbatim_doc_comment)]
pub struct CheckArgs {}

impl CheckArgs {
    /// Checks what a configuration file says and names.
    ///
    /// # Errors
    /// An output that is closed; everything else is printed.
    pub fn run(&self, config_path: &Path) -> anyhow::Result<ExitCode> {
        let found = to_stdout(|out| check(config_path, &crate::zones::newest(), out))?;
        Ok(ExitCode::from(match found {
            None => 0,
            Some(Severity::Warning) => 1,
            Some(Severity::Error) => 2,
        }))
    }
}

/// Prints everything that is wrong and a summary; returns the worst of it.
fn check(config_path: &Path, zones: &Zones, out: &mut impl Write) -> anyhow::Result<Option<Severity>> {
    let config = match config::load(config_path) {
        Ok(config) => config,
        Err(report) => {
            print_report(&report, out)?;
            return Ok(Some(Severity::Error));
        }
    };
    print_report(&config.warnings, out)?;
    let mut findings = surroundings(&config, zones);
    let rules = service::rules(config.rules_dir.as_deref());
    match &rules {
        Ok(rules) => findings.extend(unrecognised(&config, rules)),
        Err(error) => findings.push((Severity::Error, error.to_string())),
    }
    match service::templates(config.templates_dir.as_deref()) {
        Ok(templates) => findings.extend(languages(&config, &templates)),
        Err(error) => findings.push((Severity::Error, error.to_string())),
    }
    for (severity, text) in &findings {
        writeln!(out, "{}: {text}\n", if *severity == Severity::Error { "error" } else { "warning" })?;
    }
    writeln!(out, "{}", summary(&config, rules.ok().as_ref(), zones))?;
    let worst = findings.iter().map(|(severity, _)| *severity).min();
    let warned = (!config.warnings.faults().is_empty()).then_some(Severity::Warning);
    Ok(worst.into_iter().chain(warned).min())
}

/// Languages of customers in which nothing can be written.
fn languages(config: &Config, templates: &Templates) -> Vec<(Severity, String)> {
    let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for customer in config.inventory.customers.iter().filter(|customer| !templates.knows(&customer.language)) {
        unknown.entry(&customer.language).or_default().push(&customer.id);
    }
    let one = |(language, customers): (&str, Vec<&str>)| {
        let text = format!(
            "there are no notices in the language \"{language}\"; these customers would read English: {}\n  help: en and de are shipped; \
             for another one put notice.{language}.j2, outage.{language}.j2 and subject.{language}.j2 into templates_dir",
            customers.join(", ")
        );
        (Severity::Warning, text)
    };
    unknown.into_iter().map(one).collect()
}

fn print_report(report: &Report, out: &mut impl Write) -> anyhow::Result<()> {
    if !report.faults().is_empty() {
        writeln!(out, "{}\n", report.render(true))?;
    }
    let errors = report.faults().iter().filter(|fault| fault.severity == Severity::Error).count();
    if errors > 0 {
        writeln!(out, "{} to mend before anything can run", counted(errors, "fault"))?;
    }
    Ok(())
}

/// What the files name: the key, folders, programs, zones.
pub(super) fn surroundings(config: &Config, zones: &Zones) -> Vec<(Severity, String)> {
    let mut findings = Vec::new();
    if let Err(error) = approval_key(&config.key) {
        let help = match &config.key {
            SecretSource::File(path) if !path.exists() => {
                format!("\n  help: make one: (umask 077; openssl rand -hex 32 > {})", path.display())
            }
            _ => String::new(),
        };
        findings.push((Severity::Error, format!("no approval can work: {error}{help}")));
    }
    let used = config.inventory.customers.iter().map(|customer| customer.zone).chain([config.policy.zone]);
    let used: BTreeMap<&str, Tz> = used.map(|zone| (zone.name(), zone)).collect();
    for zone in used.into_values() {
        if zones.resolve(zone, chrono::NaiveDateTime::default()) == Local::Unknown {
            findings.push((Severity::Error, format!("the tzdata at hand ({}) lacks the zone {zone}", zones.version())));
        }
    }
    for (whose, login) in logins(config) {
        match &login.by {
            // A command may ask somebody, or cost something: doctor runs it, check does not.
            LoginBy::Password(SecretSource::Command(argv)) | LoginBy::Token(argv) => {
                if let Some(program) = argv.first().filter(|program| !Path::new(program).is_file()) {
                    findings.push((Severity::Error, format!("{whose} cannot sign in: its program is not there: {program}")));
                }
            }
            LoginBy::Password(source) => {
                if let Err(error) = source.resolve() {
                    findings.push((Severity::Error, format!("{whose} cannot sign in: {error}")));
                }
            }
        }
    }
    for inbox in &config.inboxes {
        let InboxKind::Maildir { path } = &inbox.kind else { continue };
        if !path.join("new").is_dir() || !path.join("cur").is_dir() {
            let path = path.display();
            let help = format!("mkdir -p {path}/new {path}/cur {path}/tmp");
            findings.push((Severity::Warning, format!("the inbox \"{}\" is no Maildir yet: {path}\n  help: {help}", inbox.account)));
        }
    }
    let outbox = match &config.outbox {
        SinkConfig::Maildir { path } => Some(path.as_path()),
        SinkConfig::Smtp(_) => None,
    };
    for (what, place) in [("outbox", outbox), ("store", config.store.parent())] {
        if let Some(place) = place.filter(|place| !place.as_os_str().is_empty() && !place.is_dir()) {
            let help = format!("mkdir -p {}", place.display());
            findings.push((Severity::Warning, format!("the folder of the {what} is not there: {}\n  help: {help}", place.display())));
        }
    }
    if let Some(program) = config.policy.alarm_command.as_ref().and_then(|argv| argv.first())
        && !Path::new(program).is_file()
    {
        findings.push((Severity::Warning, format!("the alarm's program is not there: {program}; nobody would be woken")));
    }
    findings
}

/// Everybody who signs in somewhere, with words for whose login it is.
fn logins(config: &Config) -> Vec<(String, &Login)> {
    let inboxes = config.inboxes.iter().filter_map(|inbox| match &inbox.kind {
        InboxKind::Imap(imap) => Some((format!("the inbox \"{}\"", inbox.account), &imap.login)),
        InboxKind::Maildir { .. } => None,
    });
    let outbox = match &config.outbox {
        SinkConfig::Smtp(smtp) => smtp.login.as_ref().map(|login| ("the outbox".to_owned(), login)),
        SinkConfig::Maildir { .. } => None,
    };
    inboxes.chain(outbox).collect()
}

/// Providers by whose mail nobody could know them.
fn unrecognised(config: &Config, rules: &RuleSet) -> Vec<(Severity, String)> {
    let known: BTreeSet<&str> = rules.providers().map(|(id, _)| id).collect();
    let lost = config.inventory.providers.iter().filter(|provider| provider.domains.is_empty() && !known.contains(provider.id.as_str()));
    let text = |id: &str| {
        format!(
            "nothing recognises the mail of the provider \"{id}\": no rule has this id\n  help: add its `domains`, or use the id of its rule (`forewarn rules list`)"
        )
    };
    lost.map(|provider| (Severity::Warning, text(&provider.id))).collect()
}

fn summary(config: &Config, rules: Option<&RuleSet>, zones: &Zones) -> String {
    let inventory = &config.inventory;
    let contacts = inventory.customers.iter().map(|customer| customer.contacts.len()).sum();
    let mode = match (config.policy.mode, &config.policy.rehearsal_to) {
        (Mode::Live, _) => "live: notices go to customers".to_owned(),
        (Mode::Rehearsal, Some(to)) => format!("rehearsal: notices go to {}", to.address),
        (Mode::Rehearsal, None) => "rehearsal".to_owned(),
    };
    let counts = [
        counted(inventory.providers.len(), "provider"),
        counted(inventory.services.len(), "service"),
        counted(inventory.customers.len(), "customer"),
        counted(contacts, "contact"),
        rules.map_or_else(|| "no rules".to_owned(), |rules| counted(rules.list().len(), "rule")),
    ];
    format!("{}\n{mode}\ntzdata {}", counts.join(", "), zones.version())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::init;

    fn begun() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        init::begin(folder.path()).unwrap();
        folder
    }

    fn checked(folder: &tempfile::TempDir) -> (Option<Severity>, String) {
        let mut out = Vec::new();
        let worst = check(&folder.path().join("forewarn.toml"), &crate::zones::newest(), &mut out).unwrap();
        (worst, anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string())
    }

    fn edit(folder: &tempfile::TempDir, name: &str, from: &str, to: &str) {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    #[test]
    fn what_init_writes_is_fine_and_summed_up() {
        let (worst, out) = checked(&begun());
        assert_eq!(worst, None, "{out}");
        assert!(out.starts_with("1 provider, 3 services, 1 customer, 1 contact, "), "{out}");
        assert!(out.contains("\nrehearsal: notices go to staff@example.net\ntzdata "), "{out}");
    }

    #[test]
    fn a_warning_needs_attention_and_a_fault_stops() {
        let folder = begun();
        // A provider that no shipped rule knows.
        edit(&folder, "services.toml", "northfield", "elsewhere");
        edit(&folder, "services.toml", "domains = [\"elsewhere.example\"]", "");
        let (worst, out) = checked(&folder);
        assert_eq!(worst, Some(Severity::Warning), "{out}");
        assert!(out.contains("nothing recognises the mail of the provider \"elsewhere\""), "{out}");
        edit(&folder, "services.toml", "services = [\"web\", \"mail\"]", "services = [\"web\", \"mial\"]");
        let (worst, out) = checked(&folder);
        assert_eq!(worst, Some(Severity::Error), "{out}");
        assert!(out.contains("did you mean \"mail\"?") && out.contains("services.toml:") && out.contains("1 fault to mend"), "{out}");
    }

    #[test]
    fn names_a_missing_inbox_and_what_to_do() {
        let folder = begun();
        fs::remove_dir_all(folder.path().join("in")).unwrap();
        let (worst, out) = checked(&folder);
        assert_eq!(worst, Some(Severity::Warning), "{out}");
        assert!(out.contains("mkdir -p"), "{out}");
    }

    #[cfg(unix)]
    #[test]
    fn a_missing_or_open_key_stops() {
        use std::os::unix::fs::PermissionsExt;
        let folder = begun();
        let key = folder.path().join("forewarn.key");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let (worst, out) = checked(&folder);
        assert_eq!(worst, Some(Severity::Error), "{out}");
        assert!(out.contains("chmod 600"), "{out}");
        fs::remove_file(&key).unwrap();
        let (worst, out) = checked(&folder);
        assert_eq!(worst, Some(Severity::Error), "{out}");
        assert!(out.contains("openssl rand"), "{out}");
    }

    #[test]
    fn a_broken_rule_and_a_broken_template_are_named_with_file_and_line() {
        let folder = begun();
        for name in ["rules", "templates"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            edit(&folder, "forewarn.toml", &format!("# {name}_dir"), &format!("{name}_dir"));
        }
        fs::write(folder.path().join("rules/acme.toml"), "id = 7\n").unwrap();
        fs::write(folder.path().join("templates/notice.j2"), "\n{{ nonsense }}\n").unwrap();
        let (worst, out) = checked(&folder);
        assert_eq!(worst, Some(Severity::Error), "{out}");
        assert!(out.contains("acme.toml:1:"), "{out}");
        assert!(out.contains("template notice.j2, line 2"), "{out}");
    }
}

//! The notice templates: embedded, overridable by name, checked before anybody relies on them.
//!
//! Values are data, never template text: what a provider or an approver wrote is not evaluated. The engine runs with strict
//! undefined values and a fuel limit, so that a template can fail but not hang or print nothing in silence.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::mail::outgoing::language::Language;

/// Fuel for one rendering: some hundred services with their parts use a tenth of it.
const FUEL: u64 = 1_000_000;
const EMBEDDED: [(&str, &str); 5] = [
    ("subject.j2", include_str!("subject.j2")),
    ("notice.j2", include_str!("notice.j2")),
    ("outage.j2", include_str!("outage.j2")),
    ("notice.de.j2", include_str!("notice.de.j2")),
    ("outage.de.j2", include_str!("outage.de.j2")),
];

/// The templates that notices are written with.
#[derive(Clone, Debug)]
pub struct Templates {
    engine: Environment<'static>,
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template {name}{}: {detail}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TemplateFault {
    /// `notice.j2`, `outage.j2`, `subject.j2`, or with a language `notice.de.j2`.
    pub name: String,
    /// Line from 1, where known.
    pub line: Option<usize>,
    /// What is wrong.
    pub detail: String,
}

/// Everything that a template can name.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shown {
    /// `UPDATED: `, `CANCELLED: ` …; empty for a first notice.
    pub(super) prefix: String,
    pub(super) title: String,
    /// `Sep 13`, for the subject; empty without a window.
    pub(super) when: String,
    /// The lines on top in rehearsal; empty when live.
    pub(super) rehearsal: String,
    pub(super) windows: Vec<ShownWindow>,
    /// Whether the windows stand below the paragraphs: an emergency window inside an outage.
    pub(super) emergency: bool,
    /// Of an outage: since when; empty for planned work.
    pub(super) start: String,
    /// Of an outage that is over: until when; empty where that is not known.
    pub(super) end: String,
    /// `Timeline of Events (Time in Central Time, CDT)`; empty without one.
    pub(super) timeline_heading: String,
    /// What happened in an outage, by days.
    pub(super) timeline: Vec<ShownDay>,
    /// Of an outage that goes on: that updates will follow.
    pub(super) promise: String,
    /// Sentences below the windows: clocks that change, dates without hours.
    pub(super) notes: Vec<String>,
    pub(super) paragraphs: String,
    /// A sentence for recipients who are touched less than the paragraphs say; empty mostly.
    pub(super) expectation: String,
    /// `Affected Service`.
    pub(super) heading: String,
    pub(super) services: Vec<ShownService>,
    pub(super) closing: String,
    pub(super) signature: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ShownWindow {
    /// `Was:`, `Now:`, `Backup window …:`; empty mostly.
    pub(super) heading: String,
    pub(super) start: String,
    pub(super) end: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ShownDay {
    /// `June 8, 2021`.
    pub(super) day: String,
    /// `5:39PM: Investigation started`, in the reader's zone.
    pub(super) lines: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ShownService {
    pub(super) name: String,
    pub(super) parts: Vec<String>,
}

impl Templates {
    /// Takes the embedded templates and replaces those that have an override of the same name; a language's own template
    /// is named `notice.de.j2`. Every template is rendered once with sample data.
    ///
    /// # Errors
    /// Every template that has an unknown name, does not parse, or cannot be rendered.
    pub fn new(overrides: Vec<(String, String)>) -> Result<Self, Vec<TemplateFault>> {
        let mut engine = Environment::new();
        engine.set_auto_escape_callback(|_| AutoEscape::None);
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            engine.set_syntax(syntax);
        }
        engine.set_fuel(Some(FUEL));
        let embedded = EMBEDDED.map(|(name, source)| (name.to_owned(), source.to_owned()));
        let mut faults = Vec::new();
        for (name, source) in embedded.into_iter().chain(overrides) {
            if !known(&name) {
                let detail = "there is no template of this name; notice.j2, outage.j2 and subject.j2 are, also as notice.de.j2".to_owned();
                faults.push(TemplateFault { name, line: None, detail });
            } else if let Err(error) = engine.add_template_owned(name.clone(), source) {
                faults.push(fault(name, &error));
            }
        }
        let templates = Self { engine };
        faults.extend(templates.check());
        if faults.is_empty() { Ok(templates) } else { Err(faults) }
    }

    /// Whether notices can be written in a language: its sentences are shipped, or the house has a template of its own for it.
    #[must_use]
    pub fn knows(&self, language: &str) -> bool {
        Language::is_shipped(language) || self.engine.get_template(&format!("notice.{language}.j2")).is_ok()
    }

    /// Renders each template with sample data and says what failed.
    #[must_use]
    pub fn check(&self) -> Vec<TemplateFault> {
        let emergency = sample();
        let planned = Shown { emergency: false, ..emergency.clone() };
        let names: Vec<String> = self.engine.templates().map(|(name, _)| name.to_owned()).collect();
        names.into_iter().filter_map(|name| self.named(&name, &emergency).and_then(|_| self.named(&name, &planned)).err()).collect()
    }

    /// Renders `notice`, `outage` or `subject` in a language, or in the default where the language has none of its own.
    pub(super) fn render(&self, stem: &str, language: &str, shown: &Shown) -> Result<String, TemplateFault> {
        let own = format!("{stem}.{language}.j2");
        if self.engine.get_template(&own).is_ok() { self.named(&own, shown) } else { self.named(&format!("{stem}.j2"), shown) }
    }

    fn named(&self, name: &str, shown: &Shown) -> Result<String, TemplateFault> {
        self.engine.get_template(name).and_then(|template| template.render(Serde(shown))).map_err(|error| fault(name.to_owned(), &error))
    }
}

fn known(name: &str) -> bool {
    let stem = name.strip_suffix(".j2").unwrap_or_default();
    match stem.split_once('.') {
        None => matches!(stem, "notice" | "outage" | "subject"),
        Some((stem, language)) => {
            let letters = language.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
            matches!(stem, "notice" | "outage" | "subject") && letters && !language.is_empty()
        }
    }
}

fn fault(name: String, error: &minijinja::Error) -> TemplateFault {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    TemplateFault { name, line: error.line(), detail }
}

/// Every branch of the embedded templates, so that an override is tried with everything it may meet.
fn sample() -> Shown {
    let window = |heading: &str| ShownWindow {
        heading: heading.to_owned(),
        start: "2020-09-10 @ 04:00 UTC / September 9, 2020 @ 11:00PM CDT".to_owned(),
        end: "2020-09-10 @ 12:00 UTC / September 10, 2020 @ 7:00AM CDT".to_owned(),
    };
    Shown {
        prefix: "UPDATED: ".to_owned(),
        title: "Data Center Maintenance (Host)".to_owned(),
        when: "Sep 9".to_owned(),
        rehearsal: "REHEARSAL".to_owned(),
        windows: vec![window("Was:"), window("Now:")],
        emergency: true,
        start: "2020-09-10 @ 05:17 UTC / September 10, 2020 @ 12:17AM CDT".to_owned(),
        end: "2020-09-10 @ 05:35 UTC / September 10, 2020 @ 12:35AM CDT".to_owned(),
        timeline_heading: "Timeline of Events (Time in Central Time, CDT)".to_owned(),
        timeline: vec![ShownDay { day: "September 10, 2020".to_owned(), lines: vec!["12:17AM: Investigation started".to_owned()] }],
        promise: "When additional information is provided, we will publish updates here.".to_owned(),
        notes: vec!["Clocks go back.".to_owned()],
        paragraphs: "Our Data Center Provider will be performing maintenance during the above maintenance window.".to_owned(),
        expectation: "We expect no downtime.".to_owned(),
        heading: "Affected Service".to_owned(),
        services: vec![ShownService { name: "Managed Mail Services".to_owned(), parts: vec!["Webmail".to_owned()] }],
        closing: "If you have questions or concerns, please feel free to contact us.".to_owned(),
        signature: "Example Team".to_owned(),
    }
}

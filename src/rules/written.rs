//! A rule file as its author writes it: `rules/README.md` is the guide. What it means is decided in `compile`.
//!
//! Neither `flatten` nor `untagged`: both lose the position that a fault must name.

use super::time::DateOrder;
use crate::model::{Impact, Kind, Role, Status};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Text with the place where it stands in the file.
pub type Text = Spanned<String>;

/// One rule file: what a provider's mail looks like.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Short id, lower case: the first half of a rule's name.
    pub provider: Text,
    /// Name for people.
    pub name: String,
    /// Domains its mail comes from, compared whole with the domain of From and of the original sender.
    #[serde(default)]
    pub domains: Vec<Text>,
    /// Patterns that mark its mail when somebody else forwards it, or after a merger.
    #[serde(default)]
    pub marks: Vec<Text>,
    /// The zone of times that state none, only where the provider's mail proves it.
    pub zone: Option<Text>,
    /// The order of all-digit dates, only where the provider's mail proves it.
    pub date_order: Option<DateOrder>,
    /// Places to zones, for local times: `"San Jose, CA" = "America/Los_Angeles"`.
    #[serde(default)]
    pub zones: BTreeMap<String, Text>,
    /// Words of the provider's own for a status, beside the shared ones.
    #[serde(default)]
    pub status_words: BTreeMap<String, Status>,
    /// Words of the provider's own for an impact, beside the shared ones.
    #[serde(default)]
    pub impact_words: BTreeMap<String, Impact>,
    /// Mails that announce nothing to act on.
    #[serde(default)]
    pub irrelevant: Vec<WrittenIrrelevant>,
    /// Mails that announce something.
    #[serde(default)]
    pub layout: Vec<WrittenLayout>,
}

/// A mail of this provider's that announces nothing to act on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenIrrelevant {
    /// Short id.
    pub id: Text,
    /// Why nothing follows from it.
    pub reason: String,
    /// Pattern in the subject.
    pub subject: Option<Text>,
    /// Pattern in the text.
    pub text: Option<Text>,
}

/// A mail of this provider's that announces something, and where in it the facts stand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenLayout {
    /// Short id: the second half of the rule's name.
    pub id: Text,
    /// Planned work (the default) or an outage.
    #[serde(default = "maintenance")]
    pub kind: Kind,
    /// Pattern in the subject by which the layout is recognised.
    pub subject: Option<Text>,
    /// Pattern in the text by which the layout is recognised; both must match where both are given.
    pub text: Option<Text>,
    /// Pattern that must stand neither in the subject nor in the text.
    pub except: Option<Text>,
    /// Whether the facts may stand in the quoted or forwarded original below.
    #[serde(default)]
    pub quoted: bool,
    /// Whether times in the subject are the window's and must agree with it.
    #[serde(default = "yes")]
    pub subject_times: bool,
    /// How many minutes two statements of one window may differ by, where the provider rounds (zone rows that differ by a minute).
    #[serde(default)]
    pub tolerance_minutes: u32,
    /// Title of the customer notice.
    pub title: Option<String>,
    /// Where the reference stands.
    #[serde(default)]
    pub maintenance_id: Vec<WrittenPlace>,
    /// Where other references for the same work stand.
    #[serde(default)]
    pub alias: Vec<WrittenPlace>,
    /// Where our account stands.
    #[serde(default)]
    pub account: Vec<WrittenPlace>,
    /// Where the one line stands that says what is done.
    #[serde(default)]
    pub summary: Vec<WrittenPlace>,
    /// Where the paragraph stands that says what is done.
    #[serde(default)]
    pub description: Vec<WrittenPlace>,
    /// Where status words stand; the subject when nothing is given.
    #[serde(default)]
    pub status: Vec<WrittenPlace>,
    /// The status that the layout itself announces.
    pub status_is: Option<Spanned<Status>>,
    /// Where impact words stand.
    #[serde(default)]
    pub impact: Vec<WrittenPlace>,
    /// The impact that the layout itself states.
    pub impact_is: Option<Spanned<Impact>>,
    /// Where the expected downtime stands.
    #[serde(default)]
    pub downtime: Vec<WrittenPlace>,
    /// Where words of a time stand that is no window (`to be announced`).
    #[serde(default)]
    pub watch: Vec<WrittenPlace>,
    /// Where affected objects stand.
    #[serde(default)]
    pub object: Vec<WrittenPlace>,
    /// An object that the layout itself means: `everything`, mostly.
    pub object_is: Option<Text>,
    /// Windows given by labels or in running text.
    #[serde(default)]
    pub window: Vec<WrittenWindow>,
    /// Windows and objects given by rows of a table, a sheet or a list.
    #[serde(default)]
    pub rows: Vec<WrittenRows>,
    /// What we must do before a deadline.
    #[serde(default)]
    pub action: Vec<WrittenAction>,
    /// What makes a mail of this layout a person's: a form that the rule cannot read surely.
    #[serde(default)]
    pub doubt: Vec<WrittenDoubt>,
}

/// A form of a layout that the rule cannot read surely.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDoubt {
    /// Pattern in the subject or the text.
    pub pattern: Text,
    /// What a person has to decide.
    pub why: String,
}

/// Where to look: exactly one of `label`, `pattern`, `subject`, `from` with `until`, `column`, `sheet`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPlace {
    /// What stands behind this label on its line, or in the next cell.
    pub label: Option<Text>,
    /// With `label`: the value stands on the line below.
    #[serde(default)]
    pub below: bool,
    /// What this pattern finds in the text: its group `value`, else all of it.
    pub pattern: Option<Text>,
    /// What this pattern finds in the subject.
    pub subject: Option<Text>,
    /// What stands between this pattern …
    pub from: Option<Text>,
    /// … and this one.
    pub until: Option<Text>,
    /// The cells below this head in a table.
    pub column: Option<Text>,
    /// The cells below this head in an attached sheet.
    pub sheet: Option<Text>,
    /// Narrows what was found to what this pattern finds in it, each time it does.
    pub take: Option<Text>,
}

/// A window by labels (`start`, `end`) or in running text (`within`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenWindow {
    /// Main or backup.
    #[serde(default)]
    pub role: Role,
    /// Whether this is the window that a reschedule leaves.
    #[serde(default)]
    pub former: bool,
    /// Texts in which every stated window counts.
    #[serde(default)]
    pub within: Vec<WrittenPlace>,
    /// Letters in free words: the window is the one that the mail states, wherever it does.
    pub stated: Option<Spanned<bool>>,
    /// Where the start stands.
    #[serde(default)]
    pub start: Vec<WrittenPlace>,
    /// Where the end, or how long it takes, stands.
    #[serde(default)]
    pub end: Vec<WrittenPlace>,
    /// Where the zone or a place in the rule's `zones` stands, when not beside the time.
    #[serde(default)]
    pub zone: Vec<WrittenPlace>,
    /// The zone of these times, where a label names it (`UTC:`).
    pub zone_is: Option<Text>,
    /// Where the date with its year stands, when not beside the clock times.
    #[serde(default)]
    pub date: Vec<WrittenPlace>,
}

/// Rows of a table (heads are names of columns), of an attached sheet, or of a list (a pattern with named groups).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRows {
    /// Each match is a row; its groups are named like the keys below.
    pub pattern: Option<Text>,
    /// Whether the heads are those of an attached sheet.
    #[serde(default)]
    pub sheet: bool,
    /// Heads of the columns that hold the start.
    #[serde(default)]
    pub start: Vec<Text>,
    /// Heads of the columns that hold the end.
    #[serde(default)]
    pub end: Vec<Text>,
    /// Heads of the columns that hold a whole window.
    #[serde(default)]
    pub window: Vec<Text>,
    /// Heads of the column that holds the zone.
    #[serde(default)]
    pub zone: Vec<Text>,
    /// Heads of the columns that hold the object; the first that is not empty counts.
    #[serde(default)]
    pub object: Vec<Text>,
    /// Heads of the column that holds the impact on the object.
    #[serde(default)]
    pub impact: Vec<Text>,
    /// Whether these are the windows that a reschedule leaves.
    #[serde(default)]
    pub former: bool,
    /// The reference of the block: the last match above its table; needed where blocks of one mail are maintenances of their own.
    pub id: Option<Text>,
    /// Rows below this pattern's place in the text are backup windows.
    pub backup: Option<Text>,
    /// Where the length of every row's window stands, when no end does.
    #[serde(default)]
    pub duration: Vec<WrittenPlace>,
}

/// Something we must do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAction {
    /// Where it is said.
    pub text: Vec<WrittenPlace>,
    /// Where its deadline stands.
    #[serde(default)]
    pub by: Vec<WrittenPlace>,
    /// Where it is said what happens otherwise.
    #[serde(default)]
    pub consequence: Vec<WrittenPlace>,
}

fn maintenance() -> Kind {
    Kind::Maintenance
}

fn yes() -> bool {
    true
}

//! What a tag says: how its element is laid out, whether its text is seen, whether it quotes.

use std::collections::BTreeMap;

use html5gum::StartTag;

use super::grid::Look;
use super::looks::{self, Colours};

/// Most classes of style sheets remembered.
const MAX_CLASSES: usize = 200;

/// What an element hands down to its text.
#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    pub(super) hidden: bool,
    pub(super) struck: bool,
    pub(super) bold: bool,
    pub(super) pre: bool,
    /// Type of no size: how previews for inboxes are hidden. Elements within may have a size again.
    pub(super) tiny: bool,
    /// A reader may not see it for another reason.
    pub(super) veiled: bool,
    /// Its type is too small to be read; elements within may have a size again.
    pub(super) small: bool,
    pub(super) colours: Colours,
}

/// What an element does to the layout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Inline,
    Block,
    /// A block with a gap around it: paragraphs and headings.
    Paragraph,
    Table,
    Section,
    Row,
    Cell,
    /// Nothing of it is read.
    Dropped,
    Void,
}

impl Style {
    pub(super) fn within(self, tag: &StartTag<()>, name: &[u8], sheet: &StyleSheet) -> Self {
        let css = css(tag);
        let classes = sheet.of(tag);
        let bold = match name {
            b"b" | b"strong" | b"th" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => true,
            _ => css.contains("font-weight:bold") || css.contains("font-weight:700") || css.contains("font-weight:600"),
        };
        let plain = css.contains("font-weight:normal") || css.contains("font-weight:400");
        Self {
            hidden: self.hidden
                || role(name) == Role::Dropped
                || css.contains("display:none")
                || css.contains("visibility:hidden")
                || zero(&css, "max-height:") && css.contains("overflow:hidden")
                || zero(&css, "opacity:")
                || classes.hidden && !css.contains("display:")
                || attribute(tag, b"hidden").is_some(),
            struck: (self.struck || matches!(name, b"s" | b"strike" | b"del") || css.contains("line-through") || classes.struck)
                && !css.contains("text-decoration:none"),
            bold: (self.bold || bold) && !plain,
            pre: self.pre && !css.contains("white-space:normal") || name == b"pre" || css.contains("white-space:pre"),
            veiled: self.veiled || looks::veils_by_name(tag, name) || looks::veils(&css),
            small: looks::tiny(&css).unwrap_or(self.small),
            colours: self.colours.within(tag, &css),
            tiny: if css.contains("font-size:") { zero(&css, "font-size:") } else { self.tiny },
        }
    }
}

/// The inline style in lower case without white space, comments and escapes.
pub(super) fn css(tag: &StartTag<()>) -> String {
    attribute(tag, b"style").map(|css| looks::plain(&css)).unwrap_or_default()
}

/// Whether a property is given as nought, whatever its unit.
fn zero(css: &str, property: &str) -> bool {
    css.split(';').filter_map(|part| part.strip_prefix(property)).any(|value| {
        let number = value.trim_end_matches(|sign: char| sign.is_ascii_alphabetic() || sign == '%' || sign == '!');
        number.parse::<f32>().is_ok_and(|number| number == 0.0)
    })
}

/// Whether an element that flows within a line stands apart from its neighbours.
pub(super) fn stands_apart(css: &str) -> bool {
    ["display:inline-block", "display:table-cell", "float:left", "float:right"].iter().any(|one| css.contains(one))
}

/// What an element does to the layout; a `div` or `span` may be styled as a part of a table.
pub(super) fn styled_role(name: &[u8], css: &str) -> Role {
    if !matches!(name, b"div" | b"span") || !css.contains("display:") {
        return role(name);
    }
    let display = css.split(';').filter_map(|part| part.strip_prefix("display:")).next_back().unwrap_or_default();
    match display.trim_end_matches("!important") {
        "table" => Role::Table,
        "table-row" => Role::Row,
        "table-cell" => Role::Cell,
        "block" | "flex" | "grid" => Role::Block,
        _ => role(name),
    }
}

/// What the `<style>` blocks say of classes: only what changes the sense of a text, struck out or not shown.
#[derive(Default)]
pub(super) struct StyleSheet {
    classes: BTreeMap<String, Said>,
    /// It keeps text from being seen, or adds some, in ways that are not followed.
    pub(super) obscures: bool,
}

/// What is said of one class.
#[derive(Clone, Copy, Default)]
struct Said {
    hidden: bool,
    struck: bool,
}

impl StyleSheet {
    /// Takes in the rules of a block whose selector is one class, with an element or without. Rules within `@media` hold for some screens alone.
    pub(super) fn read(&mut self, css: &str) {
        self.obscures |= looks::veils_somewhere(css);
        let mut depth = 0_usize;
        let mut selector = "";
        let mut from = 0;
        for (at, sign) in css.char_indices() {
            let part = || css.get(from..at).unwrap_or_default();
            match sign {
                '{' => {
                    if depth == 0 {
                        selector = part();
                    }
                    depth += 1;
                }
                '}' => {
                    if depth == 1 && !selector.contains('@') {
                        self.rule(selector, part());
                    }
                    depth = depth.saturating_sub(1);
                }
                ';' if depth == 0 => {}
                _ => continue,
            }
            if sign != ';' || depth == 0 {
                from = at + sign.len_utf8();
            }
        }
    }

    fn rule(&mut self, selector: &str, said: &str) {
        let said: String = said.chars().filter(|sign| !sign.is_whitespace()).collect::<String>().to_ascii_lowercase();
        let (hidden, struck) = (said.contains("display:none"), said.contains("line-through"));
        if !hidden && !struck {
            return;
        }
        let selector = selector.rsplit("*/").next().unwrap_or_default().trim_start_matches("<!--");
        for one in selector.split(',') {
            let Some((element, class)) = one.trim().split_once('.') else { continue };
            let plain = |name: &str| name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_');
            if plain(element) && plain(class) && !class.is_empty() && self.classes.len() < MAX_CLASSES {
                let known = self.classes.entry(class.to_ascii_lowercase()).or_default();
                *known = Said { hidden: known.hidden || hidden, struck: known.struck || struck };
            }
        }
    }

    fn of(&self, tag: &StartTag<()>) -> Said {
        if self.classes.is_empty() {
            return Said::default();
        }
        let classes = attribute(tag, b"class").unwrap_or_default().to_ascii_lowercase();
        let known = classes.split_ascii_whitespace().filter_map(|class| self.classes.get(class));
        known.fold(Said::default(), |all, one| Said { hidden: all.hidden || one.hidden, struck: all.struck || one.struck })
    }
}

pub(super) fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(value.value.as_slice()).into_owned())
}

/// How a cell or row is set apart as a head.
pub(super) fn look(tag: &StartTag<()>, name: &[u8]) -> Look {
    let class = attribute(tag, b"class").unwrap_or_default().to_ascii_lowercase();
    let css: String = attribute(tag, b"style").unwrap_or_default().to_ascii_lowercase().split_whitespace().collect();
    let colour = css
        .split(';')
        .find_map(|part| part.strip_prefix("background-color:").or_else(|| part.strip_prefix("background:")))
        .map(str::to_owned);
    let tint = colour.or_else(|| attribute(tag, b"bgcolor")).map(|colour| colour.trim().to_ascii_lowercase());
    let plain = ["", "white", "#fff", "#ffffff", "ffffff", "transparent", "none", "inherit", "initial", "rgb(255,255,255)"];
    Look {
        head: name == b"th" || class.contains("header") || class.contains("thead"),
        tint: tint.filter(|colour| !plain.contains(&colour.as_str())),
    }
}

/// Whether an element opens quoted history, and whether that runs to the end of the body. Classes and ids as Gmail, Outlook on the web,
/// Thunderbird, Apple Mail and Yahoo write them.
pub(super) fn quoting(tag: &StartTag<()>, name: &[u8]) -> (bool, bool) {
    let id = attribute(tag, b"id").unwrap_or_default();
    let class = attribute(tag, b"class").unwrap_or_default();
    let classes = |wanted: &str| class.split_ascii_whitespace().any(|one| one == wanted);
    let to_the_end =
        matches!(id.as_str(), "divRplyFwdMsg" | "appendonsend" | "x_divRplyFwdMsg" | "mail-editor-reference-message-container");
    let cite = name == b"blockquote" && attribute(tag, b"type").is_some_and(|kind| kind.eq_ignore_ascii_case("cite"));
    (to_the_end || cite || classes("gmail_quote") || classes("moz-cite-prefix") || classes("yahoo_quoted"), to_the_end)
}

/// Outlook writes every line as a paragraph of this class without space around it; others set the margin to nothing.
pub(super) fn tight(tag: &StartTag<()>) -> bool {
    let class = attribute(tag, b"class").unwrap_or_default();
    let css: String = attribute(tag, b"style").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    class.starts_with("Mso") || css.contains("margin:0")
}

pub(super) fn role(name: &[u8]) -> Role {
    match name {
        b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Role::Paragraph,
        b"div" | b"li" | b"ul" | b"ol" | b"dl" | b"dt" | b"dd" | b"blockquote" | b"pre" | b"center" | b"section" | b"article"
        | b"header" | b"footer" | b"main" | b"aside" | b"nav" | b"figure" | b"figcaption" | b"form" | b"fieldset" | b"legend"
        | b"address" | b"body" | b"html" | b"details" | b"summary" | b"caption" | b"option" => Role::Block,
        b"table" => Role::Table,
        b"thead" | b"tbody" | b"tfoot" => Role::Section,
        b"tr" => Role::Row,
        b"td" | b"th" => Role::Cell,
        b"script" | b"style" | b"title" | b"template" | b"noframes" | b"iframe" | b"object" | b"svg" | b"xml" | b"textarea" | b"select" => {
            Role::Dropped
        }
        b"br" | b"hr" | b"img" | b"input" | b"meta" | b"link" | b"base" | b"col" | b"area" | b"wbr" | b"embed" | b"source" | b"track"
        | b"param" | b"bgsound" | b"basefont" | b"frame" => Role::Void,
        _ => Role::Inline,
    }
}

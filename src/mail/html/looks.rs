//! What a reader may not see of a text that is read all the same: written in the colour of its ground, tiny, far off the page, folded up.
//!
//! Of a notice such text is read, since a dark table head is white on a ground that may stand elsewhere. Of an answer no word in it counts.
//! Doubt makes it unseen: what is lost then is answered with help.

use html5gum::StartTag;

use super::tags::attribute;

/// Smallest type that is read, in points or pixels, and in parts of the size around it.
const SMALLEST: f32 = 5.0;
const SMALLEST_PART: f32 = 0.35;
/// How far off its place text may stand, in pixels.
const FAR: f32 = -200.0;
/// Least difference of two colours, all channels together.
const LEAST_CONTRAST: i32 = 96;
/// Most of a `<style>` block that is looked at, in declarations.
const MAX_DECLARATIONS: usize = 5_000;

/// Colours of text and ground as far as they are known.
#[derive(Clone, Copy, Default)]
pub(super) struct Colours {
    ink: Option<[i32; 3]>,
    ground: Option<[i32; 3]>,
}

impl Colours {
    /// The colours within an element.
    pub(super) fn within(self, tag: &StartTag<()>, css: &str) -> Self {
        let of = |styles: [&str; 2], names: [&[u8]; 2]| {
            let styled = styles.iter().find_map(|name| value(css, name).map(str::to_owned));
            styled.or_else(|| names.iter().find_map(|name| attribute(tag, name))).and_then(|text| colour(&text))
        };
        Self {
            ink: of(["-webkit-text-fill-color", "color"], [b"color", b"text"]).or(self.ink),
            ground: of(["background-color", "background"], [b"bgcolor", b"bgcolor"]).or(self.ground),
        }
    }

    /// Whether text stands out from its ground; white where none is stated.
    pub(super) fn stand_out(self) -> bool {
        let ground = self.ground.unwrap_or([255; 3]);
        let contrast = |ink: [i32; 3]| ink.iter().zip(ground).map(|(a, b)| (a - b).abs()).sum::<i32>();
        self.ink.is_none_or(|ink| contrast(ink) >= LEAST_CONTRAST)
    }
}

/// Elements whose text mail programs show in part, later, or never, or that turn it round; and quotes without a mark.
pub(super) fn veils_by_name(tag: &StartTag<()>, name: &[u8]) -> bool {
    match name {
        b"details" | b"dialog" => attribute(tag, b"open").is_none(),
        b"blockquote" | b"noscript" | b"noembed" | b"datalist" | b"audio" | b"video" | b"canvas" | b"meter" | b"progress" | b"rp"
        | b"bdo" | b"marquee" => true,
        _ => false,
    }
}

/// Whether declarations, as [`plain`] gives them, keep text from being seen; sizes and colours aside, which elements within may set anew.
pub(super) fn veils(css: &str) -> bool {
    if css.is_empty() {
        return false;
    }
    let is = |name: &str, word: &str| value(css, name).is_some_and(|value| value.starts_with(word));
    let none = |name: &str| value(css, name).and_then(number).is_some_and(|(number, _)| number == 0.0);
    let far = |name: &str| value(css, name).and_then(pixels).is_some_and(|pixels| pixels <= FAR);
    let folded_up = ["height", "max-height", "width", "max-width"].iter().any(|name| none(name)) && css.contains("overflow");
    let faint = |(number, unit): (f32, &str)| number < 0.3 && unit.is_empty() || number < 30.0 && unit == "%";
    let off = ["text-indent", "left", "right", "top", "bottom", "margin-left", "margin-top", "margin-right", "letter-spacing"];
    let changing = ["clip", "clip-path", "transform", "filter", "mask", "unicode-bidi", "-webkit-text-security"];
    let changes = |name: &&str| value(css, name).is_some_and(|value| !matches!(value, "none" | "auto" | "normal" | "embed" | "isolate"));
    folded_up
        || value(css, "opacity").and_then(number).is_some_and(faint)
        || none("line-height")
        || off.iter().any(|name| far(name))
        || is("mso-hide", "all")
        || is("visibility", "collapse")
        || is("visibility", "hidden")
        || is("display", "none")
        || is("content-visibility", "hidden")
        || changing.iter().any(changes)
        || value(css, "color").is_some_and(is_see_through)
}

/// Whether the type is too small to be read; none where no size is given.
pub(super) fn tiny(css: &str) -> Option<bool> {
    let (number, unit) = number(value(css, "font-size")?)?;
    Some(match unit {
        "em" | "rem" | "ex" => number < SMALLEST_PART,
        "%" => number < SMALLEST_PART * 100.0,
        _ => number < SMALLEST,
    })
}

/// Whether a `<style>` block may keep text from being seen, or adds some, in ways that are not followed here.
pub(super) fn veils_somewhere(css: &str) -> bool {
    css.split(['{', '}']).take(MAX_DECLARATIONS).any(|part| {
        let part = plain(part);
        let ink = value(&part, "color").and_then(colour);
        let ground = value(&part, "background-color").or_else(|| value(&part, "background")).and_then(colour);
        veils(&part)
            || tiny(&part) == Some(true)
            || !(Colours { ink, ground }).stand_out()
            || value(&part, "content").is_some_and(|value| !matches!(value, "none" | "normal" | "\"\"" | "''"))
    })
}

/// Declarations in lower case without comments, white space and escapes.
pub(super) fn plain(css: &str) -> String {
    let mut said = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        said.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    said.push_str(rest);
    let mut plain = String::with_capacity(said.len());
    let mut signs = said.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            if !sign.is_whitespace() {
                plain.push(sign.to_ascii_lowercase());
            }
            continue;
        }
        let mut code = String::new();
        while let Some(digit) = signs.next_if(|sign| sign.is_ascii_hexdigit() && code.len() < 6) {
            code.push(digit);
        }
        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
            Some(sign) => plain.push(sign.to_ascii_lowercase()),
            None => plain.extend(signs.next().map(|sign| sign.to_ascii_lowercase())),
        }
    }
    plain
}

/// The last value of a property.
fn value<'a>(css: &'a str, property: &str) -> Option<&'a str> {
    let of = |part: &'a str| {
        let (name, value) = part.split_once(':')?;
        (name == property).then(|| value.trim_end_matches("!important"))
    };
    css.split(';').filter_map(of).next_back()
}

/// A number with its unit.
fn number(value: &str) -> Option<(f32, &str)> {
    let end = value.find(|sign: char| !(sign.is_ascii_digit() || matches!(sign, '.' | '-' | '+'))).unwrap_or(value.len());
    let (digits, unit) = value.split_at_checked(end)?;
    Some((digits.parse().ok()?, unit))
}

fn pixels(value: &str) -> Option<f32> {
    let (number, unit) = number(value)?;
    Some(match unit {
        "in" => number * 96.0,
        "cm" => number * 38.0,
        "mm" => number * 3.8,
        "em" | "rem" => number * 16.0,
        "%" => number * 8.0,
        "pt" => number * 1.33,
        _ => number,
    })
}

fn is_see_through(value: &str) -> bool {
    let alpha =
        value.strip_prefix("rgba(").and_then(|inner| inner.trim_end_matches(')').rsplit_once(',')).and_then(|(_, alpha)| number(alpha));
    value == "transparent" || value.starts_with("hsl") || value.starts_with("var(") || alpha.is_some_and(|(alpha, _)| alpha < 0.3)
}

/// A colour, `#fff`, `#ffffff`, `rgb(255,255,255)`, or a common name; none for what is not known.
fn colour(text: &str) -> Option<[i32; 3]> {
    let text = text.trim().to_ascii_lowercase();
    if let Some(inner) = text.strip_prefix("rgb(").or_else(|| text.strip_prefix("rgba(")) {
        let mut parts = inner.split([',', ')']).filter_map(|part| part.trim().parse::<i32>().ok());
        return Some([parts.next()?.clamp(0, 255), parts.next()?.clamp(0, 255), parts.next()?.clamp(0, 255)]);
    }
    if let Some(hex) = text.strip_prefix('#') {
        let digits: Vec<i32> = hex.chars().map_while(|sign| sign.to_digit(16)).filter_map(|digit| i32::try_from(digit).ok()).collect();
        return match *digits.as_slice() {
            [r, g, b] | [r, g, b, _] => Some([r * 17, g * 17, b * 17]),
            [r1, r2, g1, g2, b1, b2, ..] => Some([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2]),
            _ => None,
        };
    }
    match text.split_whitespace().next()? {
        "white" | "snow" | "ivory" | "ghostwhite" | "whitesmoke" | "floralwhite" | "azure" | "mintcream" | "aliceblue" | "seashell"
        | "honeydew" | "oldlace" | "linen" | "lavenderblush" | "window" | "lightyellow" | "beige" | "cornsilk" => Some([255; 3]),
        "black" | "windowtext" | "canvastext" => Some([0; 3]),
        "navy" | "darkblue" => Some([0, 0, 128]),
        "red" => Some([255, 0, 0]),
        "green" => Some([0, 128, 0]),
        "blue" => Some([0, 0, 255]),
        "gray" | "grey" => Some([128; 3]),
        "yellow" => Some([255, 255, 0]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a10_what_a_reader_may_not_see_is_known() {
        for css in [
            "color: #FFF",
            "color:white",
            "color:rgb(250, 250, 250)",
            "color: transparent",
            "color:rgba(0,0,0,0)",
            "font-size: 1px",
            "font-size:0.1em",
            "text-indent:-9999px",
            "position:absolute; left:-99em",
            "height:0; overflow:hidden",
            "opacity: 0.1",
            "dis/**/play: none",
            "d\\69 splay:none",
            "mso-hide:all",
            "clip:rect(0,0,0,0)",
            "transform:scale(0)",
        ] {
            assert!(veils_somewhere(css), "{css}");
        }
        for css in [
            "",
            "color:#222",
            "color:white;background:#1a7f37",
            "font-size:11.0pt",
            "text-indent:-.25in",
            "margin-left:-5.4pt",
            "font-size:85%",
            "color:windowtext",
        ] {
            assert!(!veils_somewhere(css), "{css}");
        }
        assert!(veils_somewhere("#x { display : none }") && veils_somewhere("@media screen { p { color: #fff } }"));
        assert!(veils_somewhere("p:before { content: 'do not ' }"));
        assert!(!veils_somewhere("p.MsoNormal {margin:0in; font-size:11.0pt;} v\\:* {behavior:url(#default#VML);}"));
    }
}

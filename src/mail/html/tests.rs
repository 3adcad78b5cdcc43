//! What HTML of mail clients and providers reads as.

use super::*;

fn text(html: &str) -> String {
    read(html).lines.join("\n")
}

#[test]
fn text_reads_as_a_person_sees_it() {
    let table = [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("a&nbsp;&nbsp;b &amp; c&#43;d &lt;e&gt;", "a b & c+d <e>"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("<p class=MsoNormal>Start: 1</p><p class=MsoNormal>End: 2</p>", "Start: 1\nEnd: 2"),
        ("<b>Start:</b> <s>10:00</s> 11:00", "Start: ~~10:00~~ 11:00"),
        ("<span style='text-decoration: line-through'>old</span> new", "~~old~~ new"),
        ("a<span style='display: none'>secret</span>b<style>p{}</style><script>1<2</script><title>t</title>", "ab"),
        ("<head><title>t</title><meta x><div>no end of the head</div>", "no end of the head"),
        ("<div hidden>x<p>y</p></div>z<img alt='approve'>", "z"),
        ("<pre>a  b\nc</pre>", "a  b\nc"),
        ("<a href='https://x.example/'>Details</a>", "Details"),
        ("1\n2 \r\n 3", "1 2 3"),
        ("<p>unclosed <b>bold <p>next", "unclosed bold\n\nnext"),
        ("", ""),
        ("<dl><dt>Start</dt><dd>10:00</dd><dt>End:<dd>12:00<dd>UTC</dl>x", "Start: 10:00\nEnd: 12:00\nUTC\nx"),
        ("<div style='max-height:0px; overflow:hidden'>preview 09:00</div>text", "text"),
        ("<td style='font-size:0px'><div style='font-size:13px'>seen</div>unseen</td>", "seen"),
        ("<span style='opacity:0'>a</span><span style='opacity:0.5'>b</span><span style='mso-hide:all'>c</span>", "bc"),
        ("a<!--[if mso]><p>for Outlook 09:00</p><![endif]-->b<!--[if !mso]><!-- -->c<!--<![endif]-->d<![if !mso]>e<![endif]>", "abcde"),
        ("<span style='display:inline-block;width:9em'>Start</span><span>10:00</span>", "Start 10:00"),
        (
            "<style>/* x */ p{a:b} .old, td.gone { text-decoration: line-through } .pre{display:none} @media print { .seen { display: none } }</style>\
          <i class='old'>10:00</i> 11:00 <b class=pre>09:00</b><b class='seen'>UTC</b>",
            "~~10:00~~ 11:00 UTC",
        ),
        ("<style>body{} .x{line-through</style>a<b class=x>b</b>", "ab"),
        ("<del>10:00</del> <ins>11:00</ins>", "~~10:00~~ 11:00"),
    ];
    for (html, expected) in table {
        assert_eq!(text(html), expected, "{html}");
    }
}

fn grid(html: &str) -> Vec<(usize, Vec<Vec<String>>)> {
    read(html).tables.into_iter().map(|(_, table)| (table.head_rows, table.rows)).collect()
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

#[test]
fn data_tables_are_lines_and_full_grids() {
    let html = "<p>Before</p><table><thead><tr><th rowspan=2>Circuit</th><th colspan=2>Window</th></tr><tr><th>Start</th><th>End</th></tr></thead>\
        <tbody><tr><td rowspan=2>AB-1</td><td>10:00</td><td>11:00</td></tr><tr><td>12:00</td><td><p>13:00</p><p>UTC</p></td></tr></tbody></table>After";
    assert_eq!(text(html), "Before\n\nCircuit | Window\nCircuit | Start | End\nAB-1 | 10:00 | 11:00\nAB-1 | 12:00 | 13:00 UTC\n\nAfter");
    let expected = rows(&[
        &["Circuit", "Window", "Window"],
        &["Circuit", "Start", "End"],
        &["AB-1", "10:00", "11:00"],
        &["AB-1", "12:00", "13:00 UTC"],
    ]);
    assert_eq!(grid(html), [(2, expected)]);
    assert_eq!(read(html).tables.first().map(|(line, _)| *line), Some(2));
}

#[test]
fn labels_and_values_stay_apart() {
    let html = "<table><tr><td>Start:<td>10:00<tr><td>End<td>&nbsp;:&nbsp;</td><td>12:00</table>";
    assert_eq!(text(html), "Start: | 10:00\nEnd | : | 12:00");
    let html =
        "<table><tr><td><b>Start</b></td><td> : </td><td>10:00</td></tr><tr><td><b>End</b></td><td>:</td><td>12:00</td></tr></table>";
    assert_eq!(text(html), "Start | 10:00\nEnd | 12:00");
    assert_eq!(grid(html), [(0, rows(&[&["Start", "10:00"], &["End", "12:00"]]))]);
}

#[test]
fn tables_that_lay_out_a_page_are_read_in_order() {
    let html = "<table><tr><td><img alt=logo></td><td>Planned work</td></tr><tr><td colspan=2><p>Dear customer</p><p>Below:</p>\
        <table><tr><th>Circuit</th><th>Impact</th></tr><tr><td>AB-1</td><td>Outage</td></tr></table><p>Bye</p></td></tr></table>";
    assert_eq!(text(html), "Planned work\nDear customer\n\nBelow:\n\nCircuit | Impact\nAB-1 | Outage\n\nBye");
    assert_eq!(grid(html), [(1, rows(&[&["Circuit", "Impact"], &["AB-1", "Outage"]]))]);
    let columns = "<table><tr><td>Start: 10:00<br>End: 12:00</td><td>Phone: 1<br>Mail: 2</td></tr></table>";
    assert_eq!(text(columns), "Start: 10:00\nEnd: 12:00\nPhone: 1\nMail: 2");
    assert!(read(columns).tables.is_empty());
}

#[test]
fn heads_are_known_by_type_class_and_background() {
    for (row, cell) in [
        ("<tr>", "<td><b>"),
        ("<tr class=tableHeader>", "<td>"),
        ("<tr bgcolor='#003366'>", "<td>"),
        ("<tr>", "<td style='background: navy'>"),
    ] {
        let html = format!("<table>{row}{cell}Circuit</td>{cell}Impact</td></tr><tr><td>AB-1</td><td>None</td></tr></table>");
        assert_eq!(read(&html).tables.first().map(|(_, table)| table.head_rows), Some(1), "{row}{cell}");
    }
    let striped = "<table><tr bgcolor=gray><td>A<td>1<tr><td>B<td>2<tr bgcolor=gray><td>C<td>3</table>";
    assert_eq!(read(striped).tables.first().map(|(_, table)| table.head_rows), Some(0));
}

#[test]
fn quoted_places_are_marked() {
    let html = "<div>approve</div><div class='gmail_quote'><div>On x wrote:</div><blockquote>old</blockquote></div><div>below</div>";
    assert_eq!(read(html).quotes.first(), Some(&(1..3)));
    assert_eq!(read("ok<div id=divRplyFwdMsg>From: x</div><div>old</div>").quotes.first(), Some(&(1..usize::MAX)));
    assert!(read("ok<blockquote>indented</blockquote>").quotes.is_empty());
    assert_eq!(read("<table><tr><td>ok</td><td><blockquote type=cite>old</blockquote></td></tr></table>").quotes.first(), Some(&(1..2)));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test measures that reading stays linear")]
fn hostile_markup_is_read_in_linear_time() {
    let deep = 250_000;
    let table = [
        ("<div>".repeat(deep / 5), "nested div"),
        ("<table><tr><td>".repeat(deep / 15), "nested tables"),
        ("<p><b><i>".repeat(deep / 9), "unclosed"),
        ("</div></p></td>".repeat(deep / 15), "stray ends"),
        (format!("<table>{}", "<tr><td rowspan=65000 colspan=1000>x".repeat(deep / 35)), "spans"),
        (format!("<table><tr>{}", "<td rowspan=9 colspan=99>abcdefghij".repeat(5_000)), "wide"),
        (format!("<div {}>x</div>", "a=b ".repeat(deep / 4)), "attributes"),
        ("<div class=gmail_quote>x".repeat(deep / 24), "quotes"),
        ("<s>a</s>".repeat(deep / 8), "strikes"),
        ("&amp;".repeat(deep / 5), "entities"),
        ("x".repeat(2_000_000), "one line"),
    ];
    for (html, name) in table {
        let begun = std::time::Instant::now();
        let read = read(&html);
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{name} took {:?}", begun.elapsed());
        assert!(read.lines.iter().map(String::len).sum::<usize>() < 20_000_000, "{name}");
    }
}

#[test]
fn styled_blocks_are_tables_too() {
    let html = "<div style='display: table'><div style='display:table-row'><div style='display:table-cell'>Circuit</div><div style='display:table-cell'><div>AB-1</div></div></div>\
        <div style='display:table-row'><span style='display:table-cell'>Start</span><span style='display:table-cell'>10:00</span></div></div>after";
    assert_eq!(text(html), "Circuit | AB-1\nStart | 10:00\n\nafter");
    assert_eq!(grid(html), [(0, rows(&[&["Circuit", "AB-1"], &["Start", "10:00"]]))]);
    assert_eq!(
        text("<div><span style='display:table-cell'>Start</span><span style='display:table-cell'>10:00</span></div>"),
        "Start\n10:00"
    );
}

#[test]
fn heads_beside_values_are_labels() {
    let html = "<table><tr><th>Circuit<td>AB-1<tr><th scope=row>Start</th><td>10:00</td></tr></table>";
    assert_eq!(grid(html), [(0, rows(&[&["Circuit", "AB-1"], &["Start", "10:00"]]))]);
}

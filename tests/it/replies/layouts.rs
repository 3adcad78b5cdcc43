//! How mail programs lay out an answer: their MIME structure, their marks of quotes, their heads in many languages, their signatures.

use base64::Engine as _;

/// A mail program's way, in one language.
pub(super) struct Layout {
    pub(super) name: String,
    pub(super) write: Box<dyn Fn(&str) -> String>,
}

/// The request, as a program quotes it.
const REQUEST: [&str; 5] = [
    "Answer \"approve\" to tell 14 customers. Send by Tue Sep 8, 11:00 PM CDT.",
    "Or: edit | reject WHY | hold until DAY | drop NAME | mine | help",
    "",
    "WHEN   Wed Sep 9 11:00 PM - Thu Sep 10 7:00 AM CDT  (Sep 10 04:00-12:00 UTC)",
    "WHO    Managed Mail Services: 14 customers, 17 addresses (names below)",
];
const WHO: &str = "Forewarn <notices@lakeside.example>";
const DISCLAIMER: &str = "This e-mail and any attachment may be confidential. If you are not the intended recipient, please delete it.";

/// What stands above a quote, by language.
const HEADS: [(&str, &str); 17] = [
    ("en", "On Mon, Sep 7, 2020 at 9:00 AM Forewarn <notices@lakeside.example> wrote:"),
    ("de", "Am Mo., 7. Sept. 2020 um 09:00 Uhr schrieb Forewarn <notices@lakeside.example>:"),
    ("fr", "Le lun. 7 sept. 2020 à 09:00, Forewarn <notices@lakeside.example> a écrit :"),
    ("es", "El lun, 7 sept 2020 a las 9:00, Forewarn (<notices@lakeside.example>) escribió:"),
    ("it", "Il giorno lun 7 set 2020 alle ore 09:00 Forewarn <notices@lakeside.example> ha scritto:"),
    ("nl", "Op ma 7 sep 2020 om 09:00 schreef Forewarn <notices@lakeside.example>:"),
    ("pt", "Em seg., 7 de set. de 2020 às 09:00, Forewarn <notices@lakeside.example> escreveu:"),
    ("pl", "pon., 7 wrz 2020 o 09:00 Forewarn <notices@lakeside.example> napisał(a):"),
    ("sv", "Den mån 7 sep. 2020 kl 09:00 skrev Forewarn <notices@lakeside.example>:"),
    ("da", "Den man. 7. sep. 2020 kl. 09.00 skrev Forewarn <notices@lakeside.example>:"),
    ("nb", "man. 7. sep. 2020 kl. 09:00 skrev Forewarn <notices@lakeside.example>:"),
    ("cs", "po 7. 9. 2020 v 9:00 odesílatel Forewarn <notices@lakeside.example> napsal:"),
    ("ru", "пн, 7 сент. 2020 г. в 09:00, Forewarn <notices@lakeside.example>:"),
    ("tr", "Forewarn <notices@lakeside.example>, 7 Eyl 2020 Pzt, 09:00 tarihinde şunu yazdı:"),
    ("zh", "Forewarn <notices@lakeside.example> 于2020年9月7日周一 上午9:00写道："),
    ("ja", "2020年9月7日(月) 9:00 Forewarn <notices@lakeside.example>:"),
    ("fi", "ma 7. syysk. 2020 klo 9.00 Forewarn (notices@lakeside.example) kirjoitti:"),
];

/// The names of the fields above what Outlook quotes, by language.
const FIELDS: [(&str, [&str; 4]); 8] = [
    ("en", ["From:", "Sent:", "To:", "Subject:"]),
    ("de", ["Von:", "Gesendet:", "An:", "Betreff:"]),
    ("fr", ["De :", "Envoyé :", "À :", "Objet :"]),
    ("es", ["De:", "Enviado:", "Para:", "Asunto:"]),
    ("it", ["Da:", "Inviato:", "A:", "Oggetto:"]),
    ("nl", ["Van:", "Verzonden:", "Aan:", "Onderwerp:"]),
    ("pt", ["De:", "Enviada em:", "Para:", "Assunto:"]),
    ("sv", ["Från:", "Skickat:", "Till:", "Ämne:"]),
];

fn head(more: &str) -> String {
    format!(
        "Message-ID: <a1@lakeside.example>\r\nDate: Mon, 7 Sep 2020 09:05:00 -0500\r\nFrom: Sam Reed <sam@lakeside.example>\r\nTo: {WHO}\r\n\
         Subject: Re: Wed Sep 9 11PM: Mail may go DOWN, 14 customers. OK? [FW-1042 v1 7kq2-m9xd]\r\nIn-Reply-To: <fw.x@lakeside.example>\r\n\
         MIME-Version: 1.0\r\n{more}\r\n\r\n"
    )
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn plain(text: &str) -> String {
    format!("{}{}\r\n", head("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"), crlf(text))
}

fn in_base64(text: &str) -> String {
    let packed = base64::engine::general_purpose::STANDARD.encode(crlf(text));
    let lines: Vec<String> = packed.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("{}{}\r\n", head("Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64"), lines.join("\r\n"))
}

fn html(text: &str) -> String {
    format!("{}{}\r\n", head("Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"), crlf(text))
}

fn both(text: &str, html: &str) -> String {
    format!(
        "{}--000000000000b\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n\r\n\
         --000000000000b\r\nContent-Type: text/html; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n\r\n--000000000000b--\r\n",
        head("Content-Type: multipart/alternative; boundary=\"000000000000b\""),
        crlf(text),
        crlf(html)
    )
}

fn quoted() -> String {
    REQUEST.iter().map(|line| format!("> {line}\n")).collect()
}

fn request() -> String {
    REQUEST.join("\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>\n")
}

fn paragraphs(text: &str) -> String {
    text.split('\n')
        .map(|line| format!("<p class=MsoNormal>{}<o:p></o:p></p>\n", if line.is_empty() { "&nbsp;".to_owned() } else { escaped(line) }))
        .collect()
}

fn block(fields: [&str; 4], bold: bool) -> String {
    let [from, sent, to, subject] = fields;
    let name = |field: &str| if bold { format!("<b>{field}</b>") } else { field.to_owned() };
    format!(
        "{} {WHO}\n{} Monday, September 7, 2020 9:00 AM\n{} Sam Reed <sam@lakeside.example>\n{} Wed Sep 9 11PM: Mail may go DOWN, 14 customers. OK? [FW-1042 v1 7kq2-m9xd]",
        name(from),
        name(sent),
        name(to),
        name(subject)
    )
}

pub(super) fn layouts() -> Vec<Layout> {
    let mut all: Vec<Layout> = Vec::new();
    let mut add = |name: String, write: Box<dyn Fn(&str) -> String>| all.push(Layout { name, write });
    for (language, above) in HEADS {
        add(
            format!("Gmail {language}"),
            Box::new(move |text| {
                let quote = format!(
                    "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex\">{}</blockquote></div>",
                    escaped(above),
                    escaped(&request())
                );
                both(&format!("{text}\n\n{above}\n\n{}", quoted()), &format!("<div dir=\"ltr\">{}</div><br>{quote}", escaped(text)))
            }),
        );
        add(
            format!("text with a signature {language}"),
            Box::new(move |text| plain(&format!("{text}\n\n-- \nSam Reed\nLakeside IT\n\n{above}\n{}", quoted()))),
        );
    }
    for (language, above) in [HEADS[0], HEADS[1], HEADS[2], HEADS[3], HEADS[15]] {
        add(
            format!("Apple Mail {language}"),
            Box::new(move |text| {
                let own = format!(
                    "<html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\"></head><body dir=\"auto\">{}<br><br><div><blockquote type=\"cite\">{}<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">{}</div></blockquote></body></html>",
                    escaped(text),
                    escaped(above),
                    escaped(&request())
                );
                both(&format!("{text}\n\n> {above}\n> \n{}", quoted()), &own)
            }),
        );
        add(
            format!("iPhone {language}"),
            Box::new(move |text| in_base64(&format!("{text}\n\nSent from my iPhone\n\n> {above}\n> \n{}", quoted()))),
        );
        add(
            format!("Thunderbird HTML {language}"),
            Box::new(move |text| {
                html(&format!(
                    "<html><head></head><body><p>{}</p><div class=\"moz-signature\">-- <br>Sam Reed</div><div class=\"moz-cite-prefix\">{}<br></div><blockquote type=\"cite\" cite=\"mid:fw.x@lakeside.example\"><pre>{}</pre></blockquote></body></html>",
                    escaped(text),
                    escaped(above),
                    escaped(&request())
                ))
            }),
        );
        add(
            format!("Thunderbird flowed {language}"),
            Box::new(move |text| {
                format!(
                    "{}{}\r\n",
                    head("Content-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit"),
                    crlf(&format!("{text}\n\n{above}\n{}\n-- \nSam Reed \nLakeside IT", quoted()))
                )
            }),
        );
    }
    for (language, fields) in FIELDS {
        add(
            format!("Outlook for Windows {language}"),
            Box::new(move |text| {
                let own = format!(
                    "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><body lang=EN-US><div class=WordSection1>{}<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Sam Reed<o:p></o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>{}</p></div></div><p class=MsoNormal>{}</p></div></body></html>",
                    paragraphs(text),
                    block(fields, true).replace(WHO, &escaped(WHO)).replace('\n', "<br>"),
                    escaped(&request())
                );
                both(&format!("{text}\n\nSam Reed\n\n{}\n\n{}", block(fields, false), request()), &own)
            }),
        );
        add(
            format!("Outlook on the web {language}"),
            Box::new(move |text| {
                let own = format!(
                    "<html><body dir=\"ltr\"><div style=\"font-family:Calibri\">{}</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri\">{}</font><div>&nbsp;</div></div><div>{}</div></body></html>",
                    escaped(text),
                    block(fields, true).replace(WHO, &escaped(WHO)).replace('\n', "<br>"),
                    escaped(&request())
                );
                both(&format!("{text}\n________________________________\n{}\n\n{}", block(fields, false), request()), &own)
            }),
        );
    }
    for (name, sign) in [
        ("iOS", "Get Outlook for iOS<https://aka.ms/o0ukef>"),
        ("Android", "Get Outlook for Android<https://aka.ms/AAb9ysg>"),
        ("Mac", "Sam Reed"),
    ] {
        add(
            format!("Outlook for {name}"),
            Box::new(move |text| {
                in_base64(&format!("{text}\n\n{sign}\n________________________________\n{}\n\n{}", block(FIELDS[0].1, false), request()))
            }),
        );
    }
    for line in [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-----Message d'origine-----",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----",
    ] {
        add(
            format!("an older Outlook: {line}"),
            Box::new(move |text| {
                plain(&format!("{text}\n\nSam\n\n{DISCLAIMER}\n\n{line}\n{}\n\n{}", block(FIELDS[0].1, false), request()))
            }),
        );
    }
    for banner in [
        "[EXTERNAL] This message came from outside your organization.",
        "CAUTION: This email originated from outside of the organization. Do not click links unless you know the sender.",
        "EXTERNAL EMAIL: do not open attachments of strangers.",
    ] {
        add(
            format!("below a banner: {banner}"),
            Box::new(move |text| plain(&format!("{banner}\n\n{text}\n\n{}\n{}", HEADS[0].1, quoted()))),
        );
    }
    add(
        "Yahoo".to_owned(),
        Box::new(|text| {
            html(&format!(
                "<html><head></head><body><div class=\"yahoo-style-wrap\"><div dir=\"ltr\">{}</div><div><br></div></div><div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\"><div>On Monday, September 7, 2020, 09:00:00 AM CDT, Forewarn &lt;notices@lakeside.example&gt; wrote: </div><div>{}</div></div></body></html>",
                escaped(text),
                escaped(&request())
            ))
        }),
    );
    add(
        "Samsung".to_owned(),
        Box::new(|text| {
            plain(&format!(
                "{text}\n\nSent from my Galaxy\n\n-------- Original message --------\nFrom: {WHO}\nDate: 9/7/20 9:00 AM (GMT-06:00)\nTo: sam@lakeside.example\nSubject: Wed Sep 9\n\n{}",
                request()
            ))
        }),
    );
    add(
        "K-9".to_owned(),
        Box::new(|text| {
            plain(&format!(
                "{text}\n\nOn September 7, 2020 9:00:00 AM CDT, {WHO} wrote:\n{}\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.",
                quoted().replace("> ", ">")
            ))
        }),
    );
    add("mutt".to_owned(), Box::new(|text| plain(&format!("{text}\n\n* {WHO} [2020-09-07 09:00]:\n{}", quoted()))));
    add("Roundcube".to_owned(), Box::new(|text| plain(&format!("{text}\n\nOn 2020-09-07 09:00, Forewarn wrote:\n{}", quoted()))));
    add(
        "Zimbra".to_owned(),
        Box::new(|text| {
            plain(&format!(
                "{text}\n\n----- Original Message -----\nFrom: \"Forewarn\" <notices@lakeside.example>\nTo: \"Sam\" <sam@lakeside.example>\nSent: Monday, September 7, 2020 9:00:00 AM\nSubject: Wed Sep 9\n\n{}",
                request()
            ))
        }),
    );
    add(
        "ProtonMail".to_owned(),
        Box::new(|text| {
            plain(&format!(
                "{text}\n\n------- Original Message -------\nOn Monday, September 7th, 2020 at 9:00 AM, {WHO} wrote:\n\n\n{}",
                quoted()
            ))
        }),
    );
    add(
        "Fastmail".to_owned(),
        Box::new(|text| {
            both(
                &format!("{text}\n\nOn Mon, 7 Sep 2020, at 9:00 AM, Forewarn wrote:\n{}", quoted()),
                &format!(
                    "<!DOCTYPE html><html><head><title></title></head><body><div>{}</div><div><br></div><div>On Mon, 7 Sep 2020, at 9:00 AM, Forewarn wrote:<br></div><blockquote type=\"cite\" id=\"qt\">{}</blockquote></body></html>",
                    escaped(text),
                    escaped(&request())
                ),
            )
        }),
    );
    add("without any quote".to_owned(), Box::new(plain));
    all
}

/// Answers below the quote, as some still write them.
pub(super) fn bottom_posted(text: &str) -> Vec<String> {
    let mut all: Vec<String> = HEADS.iter().map(|(_, above)| plain(&format!("{above}\n{}\n{text}\n", quoted()))).collect();
    all.push(plain(&format!("{}\n{text}", quoted())));
    all.push(plain(&format!("{}\n\n{}\n\n{text}", block(FIELDS[0].1, false), request())));
    all.push(html(&format!("<blockquote type=\"cite\">{}</blockquote><p>{text}</p>", escaped(&request()))));
    all
}

//! Tests: how the common clients mark forwarded mail and history, in six languages.

use super::{Hints, split};

const FROM: &str = "Carrier NOC <noc@carrier.example>";
const NOTICE: &str = "Start: 2031-05-14 01:00 UTC\nEnd: 2031-05-14 03:00 UTC";

/// From, sent, to, subject; the prefix of a forwarded subject; the first line of an answer.
struct Words {
    outlook: [&'static str; 4],
    mac: [&'static str; 4],
    thunderbird: [&'static str; 4],
    reply_to: &'static str,
    gmail_from: &'static str,
    apple: &'static str,
    dashed: &'static str,
    original: &'static str,
    prefix: &'static str,
    wrote: &'static [&'static str],
}

const LANGUAGES: [Words; 6] = [
    Words {
        outlook: ["From:", "Sent:", "To:", "Subject:"],
        mac: ["From:", "Date:", "To:", "Subject:"],
        thunderbird: ["Subject:", "Date:", "From:", "To:"],
        reply_to: "Reply-To:",
        gmail_from: "From:",
        apple: "Begin forwarded message:",
        dashed: "-------- Forwarded Message --------",
        original: "-----Original Message-----",
        prefix: "FW",
        wrote: &[
            "On Mon, 5 May 2031 at 10:00, Carrier NOC <noc@carrier.example> wrote:",
            "On 5 May 2031, at 10:00, Carrier NOC <noc@carrier.example> wrote:",
            "On 05/05/2031 10:00, Carrier NOC wrote:",
        ],
    },
    Words {
        outlook: ["Von:", "Gesendet:", "An:", "Betreff:"],
        mac: ["Von:", "Datum:", "An:", "Betreff:"],
        thunderbird: ["Betreff:", "Datum:", "Von:", "An:"],
        reply_to: "Antwort an:",
        gmail_from: "Von:",
        apple: "Anfang der weitergeleiteten Nachricht:",
        dashed: "-------- Weitergeleitete Nachricht --------",
        original: "-----Ursprüngliche Nachricht-----",
        prefix: "WG",
        wrote: &[
            "Am Mo., 5. Mai 2031 um 10:00 Uhr schrieb Carrier NOC <noc@carrier.example>:",
            "Am 05.05.2031 um 10:00 schrieb Carrier NOC <noc@carrier.example>:",
            "Am 05.05.31 um 10:00 schrieb Carrier NOC:",
        ],
    },
    Words {
        outlook: ["De :", "Envoyé :", "À :", "Objet :"],
        mac: ["De :", "Date :", "À :", "Objet :"],
        thunderbird: ["Sujet :", "Date :", "De :", "Pour :"],
        reply_to: "Répondre à :",
        gmail_from: "De :",
        apple: "Début du message réexpédié :",
        dashed: "-------- Message transféré --------",
        original: "-----Message d'origine-----",
        prefix: "TR",
        wrote: &[
            "Le lun. 5 mai 2031 à 10:00, Carrier NOC <noc@carrier.example> a écrit :",
            "Le 5 mai 2031 à 10:00, Carrier NOC <noc@carrier.example> a écrit :",
            "Le 05/05/2031 à 10:00, Carrier NOC a écrit\u{a0}:",
        ],
    },
    Words {
        outlook: ["De:", "Enviado el:", "Para:", "Asunto:"],
        mac: ["De:", "Fecha:", "Para:", "Asunto:"],
        thunderbird: ["Asunto:", "Fecha:", "De:", "Para:"],
        reply_to: "Responder a:",
        gmail_from: "De:",
        apple: "Inicio del mensaje reenviado:",
        dashed: "-------- Mensaje reenviado --------",
        original: "-----Mensaje original-----",
        prefix: "RV",
        wrote: &[
            "El lun, 5 may 2031 a las 10:00, Carrier NOC (<noc@carrier.example>) escribió:",
            "El 5 may 2031, a las 10:00, Carrier NOC <noc@carrier.example> escribió:",
            "El 05/05/2031 a las 10:00, Carrier NOC escribió:",
        ],
    },
    Words {
        outlook: ["Van:", "Verzonden:", "Aan:", "Onderwerp:"],
        mac: ["Van:", "Datum:", "Aan:", "Onderwerp:"],
        thunderbird: ["Onderwerp:", "Datum:", "Van:", "Aan:"],
        reply_to: "Antwoord aan:",
        gmail_from: "Van:",
        apple: "Begin doorgestuurd bericht:",
        dashed: "-------- Doorgestuurd bericht --------",
        original: "-----Oorspronkelijk bericht-----",
        prefix: "Doorst",
        wrote: &[
            "Op ma 5 mei 2031 om 10:00 schreef Carrier NOC <noc@carrier.example>:",
            "Op 5 mei 2031, om 10:00 heeft Carrier NOC <noc@carrier.example> het volgende geschreven:",
            "Op 05-05-2031 om 10:00 schreef Carrier NOC:",
        ],
    },
    Words {
        outlook: ["De:", "Enviada em:", "Para:", "Assunto:"],
        mac: ["De:", "Data:", "Para:", "Assunto:"],
        thunderbird: ["Assunto:", "Data:", "De:", "Para:"],
        reply_to: "Responder a:",
        gmail_from: "De:",
        apple: "Início da mensagem reencaminhada:",
        dashed: "-------- Mensagem reencaminhada --------",
        original: "-----Mensagem original-----",
        prefix: "ENC",
        wrote: &[
            "Em seg., 5 de mai. de 2031 às 10:00, Carrier NOC <noc@carrier.example> escreveu:",
            "No dia 05/05/2031, às 10:00, Carrier NOC <noc@carrier.example> escreveu:",
            "Em 05/05/2031 10:00, Carrier NOC escreveu:",
        ],
    },
];

/// Every way in which a client of this language puts a mail's head above it.
fn heads(words: &Words) -> Vec<(&'static str, String)> {
    let values = [FROM, "Monday, 5 May 2031 10:00", "desk@msp.example", "Work on AB-1"];
    let block = |labels: [&str; 4], values: [&str; 4]| {
        labels.iter().zip(values).map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>().join("\n")
    };
    let [from, sent, to, subject] = values;
    let outlook = block(words.outlook, values);
    let mac = block(words.mac, values);
    let [mac_from, mac_date, mac_to, mac_subject] = words.mac;
    let apple = block([mac_from, mac_subject, mac_date, mac_to], [from, subject, sent, to]);
    vec![
        ("outlook", outlook.clone()),
        ("outlook with mailto", outlook.replace("<noc@", "[mailto:noc@").replace(".example>", ".example]")),
        ("outlook on a Mac", mac),
        ("exchange", format!("________________________________\n{outlook}")),
        ("original", format!("{}\n{outlook}", words.original)),
        ("copied", outlook.replacen(&format!("\n{}", words.outlook[3]), &format!("\nCc: noc-eu@carrier.example\n{}", words.outlook[3]), 1)),
        ("apple", format!("{}\n\n{apple}\n{} {FROM}", words.apple, words.reply_to)),
        ("thunderbird", format!("{}\n{}", words.dashed, block(words.thunderbird, [subject, sent, from, to]))),
        (
            "gmail",
            format!(
                "---------- Forwarded message ---------\n{}",
                block([words.gmail_from, "Date:", "Subject:", "To:"], [from, sent, subject, to])
            ),
        ),
    ]
}

fn lines(text: &str) -> Vec<String> {
    super::super::text::lines(text)
}

#[test]
fn forwards_of_every_client_and_language_are_fresh() {
    for words in &LANGUAGES {
        for (client, head) in heads(words) {
            for remark in ["", "FYI\n\n"] {
                let text = format!("{remark}{head}\n\n{NOTICE}");
                let split = split(&lines(&text), &[], Hints::of(&format!("{}: Work on AB-1", words.prefix), false));
                assert!(split.body.fresh.ends_with(NOTICE), "{client}, {}:\n{text}\n→ {:?}", words.prefix, split.body);
                assert!(
                    !split.body.fresh.contains("10:00"),
                    "{client}, {}: the head's date is no content\n{:?}",
                    words.prefix,
                    split.body.fresh
                );
                let from = split.forwarded_from.map(|from| from.address);
                assert_eq!(from.as_deref(), Some("noc@carrier.example"), "{client}, {}:\n{text}", words.prefix);
            }
        }
    }
}

#[test]
fn history_of_every_client_and_language_is_cut() {
    for words in &LANGUAGES {
        let answered = heads(words).into_iter().filter(|(client, _)| !matches!(*client, "apple" | "thunderbird" | "gmail"));
        let attributed = words.wrote.iter().map(|wrote| ("attribution", (*wrote).to_owned()));
        for (client, head) in answered.chain(attributed) {
            let text = format!("The work is moved.\n\n{head}\n\n{NOTICE}");
            let split = split(&lines(&text), &[], Hints::of("Re: Work on AB-1", true));
            assert_eq!(split.body.fresh, "The work is moved.", "{client}, {}:\n{text}", words.prefix);
            assert!(split.body.quoted.ends_with(NOTICE));
        }
    }
}

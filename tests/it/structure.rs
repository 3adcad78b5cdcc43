//! Mails of unusual build, read by the whole path: languages stacked in one mail, forwards and answers of the clients, calendars beside text.

use chrono::DateTime;
use forewarn::mail;
use forewarn::model::{Reading, Verdict};
use forewarn::rules::{self, Options, RuleSet};

fn read(raw: &str) -> Reading {
    let arrived_at = DateTime::from_timestamp(1_935_000_000, 0).unwrap();
    rules::read(&RuleSet::embedded(), &forewarn::zones::newest(), &mail::parse(raw.as_bytes()), arrived_at, Options::default())
}

fn windows(reading: &Reading) -> Vec<String> {
    let windows = reading.found.iter().flat_map(|found| &found.windows);
    let shown =
        windows.map(|window| format!("{} {}", window.start.format("%d %H:%M"), window.end.unwrap_or(window.start).format("%d %H:%M")));
    let mut shown: Vec<String> = shown.collect();
    shown.dedup();
    shown
}

/// One paragraph of a notice a language, all of the same night.
const NIGHT: [(&str, &str); 6] = [
    (
        "en",
        "Dear customer,\n\nwe will carry out planned maintenance on our network.\nStart: 14 May 2031 01:00 UTC\nEnd: 14 May 2031 03:00 UTC\n",
    ),
    (
        "de",
        "Sehr geehrte Damen und Herren,\n\nwir führen geplante Wartungsarbeiten an unserem Netz durch.\nBeginn: 14. Mai 2031 01:00 UTC\nEnde: 14. Mai 2031 03:00 UTC\n",
    ),
    (
        "fr",
        "Cher client,\n\nune maintenance programmée aura lieu sur notre réseau.\nDébut : 14 mai 2031 01:00 UTC\nFin : 14 mai 2031 03:00 UTC\n",
    ),
    (
        "es",
        "Estimado cliente:\n\nrealizaremos un mantenimiento programado en nuestra red.\nInicio: 14 de mayo de 2031 01:00 UTC\nFin: 14 de mayo de 2031 03:00 UTC\n",
    ),
    (
        "nl",
        "Geachte klant,\n\nwij voeren gepland onderhoud uit aan ons netwerk.\nAanvang: 14 mei 2031 01:00 UTC\nEinde: 14 mei 2031 03:00 UTC\n",
    ),
    (
        "pt",
        "Prezado cliente,\n\nfaremos uma manutenção programada em nossa rede.\nInício: 14 de maio de 2031 01:00 UTC\nTérmino: 14 de maio de 2031 03:00 UTC\n",
    ),
];

#[test]
fn languages_stacked_in_one_mail_are_one_notice() {
    for (first, above) in NIGHT {
        for (second, below) in NIGHT {
            let raw = format!(
                "From: noc@carrier.example\r\nSubject: Planned maintenance CHG-4711\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{above}\n---\n\n{below}"
            );
            let reading = read(&raw);
            assert_eq!((&reading.verdict, windows(&reading)), (&Verdict::Notice, vec!["14 01:00 14 03:00".to_owned()]), "{first} {second}");
        }
    }
}

#[test]
fn a_forwarded_notice_is_read_and_answered_history_is_not() {
    let (_, notice) = NIGHT[0];
    let heads = [
        "---------- Forwarded message ---------\nVon: Carrier NOC <noc@carrier.example>\nDate: Mo., 5. Mai 2031 um 10:00 Uhr\nSubject: Planned maintenance\nTo: <us@msp.example>",
        "Début du message réexpédié :\n\nDe: Carrier NOC <noc@carrier.example>\nObjet: Planned maintenance\nDate: 5 mai 2031 à 10:00:00 UTC+2\nÀ: us@msp.example\nRépondre à: noc@carrier.example",
        "________________________________\nDe: Carrier NOC <noc@carrier.example>\nEnviado: lunes, 5 de mayo de 2031 10:00\nPara: us@msp.example\nAsunto: Planned maintenance",
        "-----Oorspronkelijk bericht-----\nVan: Carrier NOC [mailto:noc@carrier.example]\nVerzonden: maandag 5 mei 2031 10:00\nAan: us@msp.example\nOnderwerp: Planned maintenance",
    ];
    for head in heads {
        let forward = format!(
            "From: sam@msp.example\r\nSubject: Fwd: Planned maintenance\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nFYI\n\n{head}\n\n{notice}"
        );
        assert_eq!(windows(&read(&forward)), ["14 01:00 14 03:00"], "{head}");
        // Nobody answers with a forward: below such a mark stands what the writer passes on.
        if head.starts_with("Début") || head.starts_with("----------") {
            continue;
        }
        let answer = format!(
            "From: noc@carrier.example\r\nSubject: Re: Planned maintenance\r\nIn-Reply-To: <1@carrier.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             The planned maintenance is moved.\nStart: 20 May 2031 01:00 UTC\nEnd: 20 May 2031 03:00 UTC\n\n{head}\n\n{notice}"
        );
        assert_eq!(windows(&read(&answer)), ["20 01:00 20 03:00"], "{head}");
    }
}

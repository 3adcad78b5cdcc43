use super::*;
use crate::model::BodyText;

#[test]
fn every_pattern_compiles() {
    let tables = [
        &NOTICE,
        &WORK,
        &UPKEEP,
        &DEED,
        &AHEAD,
        &ASKED,
        &SPAN,
        &DATE,
        &VAGUE,
        &CLOCK,
        &INFRASTRUCTURE,
        &FORM,
        &OUTAGE,
        &AGAINST,
        &FOREIGN,
        &REFERENCE,
        &SETS_OUT,
    ];
    assert!(tables.iter().all(|table| table.is_some()));
}

#[test]
fn ordinary_mail_holds_no_sign() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/inbox");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    names.sort();
    assert!(names.len() >= 300, "{}", names.len());
    let past: Vec<_> = names.iter().filter(|path| sign(&crate::mail::parse(&std::fs::read(path).unwrap()))).collect();
    assert!(past.len() <= 1, "{past:#?}");
}

#[test]
fn notices_of_strangers_hold_a_sign() {
    let missed: Vec<_> = NOTICES
        .iter()
        .chain(terse::TERSE)
        .chain(unknown::UNKNOWN)
        .filter(|(subject, body)| !sign(&mail(subject, body)))
        .map(|(subject, _)| subject)
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_notice_calendar_part_is_a_sign() {
    let property =
        crate::model::CalendarProperty { name: "X-MAINTNOTE-PROVIDER".to_owned(), value: "x.example".to_owned(), parameters: Vec::new() };
    let event = crate::model::CalendarEvent { extra: vec![property], ..Default::default() };
    assert!(sign(&Mail { calendars: vec![event], ..Mail::default() }));
    assert!(!sign(&Mail { calendars: vec![crate::model::CalendarEvent::default()], ..Mail::default() }));
}

#[test]
fn a_bare_forward_counts_with_what_it_forwards() {
    let quoted =
        "From: NOC <noc@carrier.example>\nSubject: Planned works\n\nPlanned maintenance on circuit NW-17, 4 May 2031 01:00 - 03:00 UTC.";
    let plain = BodyText { fresh: "FYI".to_owned(), quoted: quoted.to_owned(), ..BodyText::default() };
    assert!(sign(&Mail { subject: "Fwd: works".to_owned(), plain: Some(plain), ..Mail::default() }));
}

fn mail(subject: &str, body: &str) -> Mail {
    Mail { subject: subject.to_owned(), plain: Some(BodyText { fresh: body.to_owned(), ..BodyText::default() }), ..Mail::default() }
}

/// Invented after the forms of many providers.
const NOTICES: [(&str, &str); 36] = [
    (
        "Planned maintenance notification NW-20311",
        "Dear customer,\n\nwe will carry out maintenance on our network.\n\nStart: 2031-05-04 22:00 UTC\nEnd: 2031-05-05 04:00 UTC\nCircuit ID: GN-11811\nImpact: up to 30 minutes outage\n",
    ),
    (
        "Emergency maintenance tonight",
        "We need to replace a faulty line card in router ams2 tonight, 4 May 2031, between 23:00 and 01:00 CEST. Your uplink will be down for 15 minutes.",
    ),
    (
        "Server reboot 12 June",
        "Hello,\n\nyour dedicated server s118 will be rebooted on 12 June 2031 at 03:00 UTC to install a security update. Expect 10 minutes of downtime.\n\nRegards, support",
    ),
    (
        "Wartungsarbeiten am 04.05.2031",
        "Sehr geehrte Kunden,\n\nam 04.05.2031 führen wir zwischen 02:00 und 05:00 Uhr (MESZ) Wartungsarbeiten am Netzwerk im Rechenzentrum durch. Es kommt zu kurzen Unterbrechungen.",
    ),
    (
        "Ankündigung: Austausch der USV",
        "Am 12. Juni 2031, 22:00 Uhr bis 13. Juni 2031, 02:00 Uhr tauschen wir die USV im Rechenzentrum FRA4. Die Redundanz der Stromversorgung ist eingeschränkt.",
    ),
    (
        "Maintenance programmée sur votre serveur",
        "Bonjour,\n\nune intervention est prévue le 12/06/2031 de 02h00 à 04h00 (heure de Paris) sur le serveur vs118. Une coupure de 20 minutes est à prévoir.\n\nCordialement",
    ),
    (
        "Avis de travaux - lien LY-118",
        "Travaux sur la fibre le 12 juin 2031 entre 00:00 et 06:00 UTC.\nRéférence : TR-11812\nImpact : coupure\nLien : LY-118",
    ),
    (
        "Mantenimiento programado 12/06/2031",
        "Estimado cliente:\n\nel 12 de junio de 2031 de 01:00 a 05:00 (CEST) realizaremos trabajos en la red. Se producirá un corte de servicio de 15 minutos en el circuito MD-118.",
    ),
    (
        "Gepland onderhoud 12 juni 2031",
        "Beste klant,\n\nop 12 juni 2031 tussen 01:00 en 05:00 uur voeren wij onderhoud uit aan onze routers. Uw server is dan 10 minuten niet bereikbaar.",
    ),
    (
        "Manutenção programada - 12/06/2031",
        "Prezado cliente,\n\nno dia 12 de junho de 2031, das 01:00 às 05:00 (BRT), faremos manutenção na rede. Haverá indisponibilidade de 30 minutos no circuito SP-118.",
    ),
    (
        "Manutenzione programmata 12 giugno",
        "Gentile cliente, il 12 giugno 2031 dalle 01:00 alle 05:00 verrà eseguita una manutenzione della rete. Il server non sarà raggiungibile.",
    ),
    (
        "[Marsh Status] Scheduled: Storage cluster upgrade",
        "Scheduled for Jun 12, 01:00 - 05:00 UTC\n\nWe are upgrading the storage cluster in region MA-2. Volumes may see higher latency.",
    ),
    (
        "[Marsh Status] Completed: Storage cluster upgrade",
        "Completed\nThe scheduled maintenance has been completed.\nPosted Jun 12, 2031 - 04:41 UTC\n\nScheduled\nScheduled for Jun 12, 01:00 - 05:00 UTC",
    ),
    (
        "CANCELLED: Planned works PW-11812",
        "Dear customer,\n\nplease note that the planned works PW-11812 on your circuit have been cancelled. We will write again.",
    ),
    ("Re: Scheduled Maintenance", "Due to delays the scheduled maintenance of the servers listed above has been cancelled."),
    (
        "RESCHEDULED: fibre works Lelystad",
        "The fibre maintenance on route AMS-LEY has been rescheduled from 4 June 2031 to 12 June 2031, 00:00 - 06:00 UTC. Circuit: NL-118.",
    ),
    (
        "Power maintenance in Hall C",
        "On Saturday 14 June 2031 the electrical team tests the generators in data center NG2, hall C, from 08:00 to 12:00. Feed B of your racks will be switched off; feed A stays up.",
    ),
    (
        "Instance i-0aa118811 scheduled for retirement",
        "The host of your instance i-0aa118811 is degraded. The instance will be stopped after 2031-06-12 21:00 UTC.",
    ),
    (
        "Your virtual machine will be migrated",
        "Hi,\n\nwe are decommissioning the host node kvm-17. On 12 June 2031 at 02:00 UTC your VPS will be shut down and moved; downtime about 30 minutes.",
    ),
    (
        "Network upgrade in LON-3",
        "As part of our network upgrade, the switch sw17 that your server is connected to will be replaced on Thursday, June 12th at 2am EST. Connectivity will be lost for about 20 minutes.",
    ),
    (
        "Important service announcement",
        "What: Core router software upgrade\nWhen: 12/06/2031 00:00 - 04:00 UTC\nWhere: POP Oslo\nImpact: BGP sessions will flap\nContact: noc@fjordnet.example",
    ),
    (
        "Change CHG0042118 approved",
        "Change number: CHG0042118\nPlanned start: 2031-06-12 20:00:00\nPlanned end: 2031-06-12 23:00:00\nAffected services: Internet access Rotterdam\nDescription: firmware upgrade of edge routers\n",
    ),
    (
        "Service advisory: span improvement",
        "Window | Start date (GMT) | End date (GMT)\n1 | 12-Jun-2031 09:00 | 12-Jun-2031 17:00\n\nService ID | Impact\nRG-11811 | At risk\n",
    ),
    (
        "Cooling works in data centre",
        "Dear colocation customers, the chillers of data centre NG1 are serviced on 12 and 13 June 2031 from 07:00 until 18:00. No impact is expected, the temperature in the racks may rise.",
    ),
    (
        "Datenbank-Upgrade Ihres Hostings",
        "Wir aktualisieren die Datenbankserver in der Nacht vom 11.06. auf den 12.06.2031 zwischen 23:00 und 03:00 Uhr. Ihre Websites sind in dieser Zeit bis zu 15 Minuten nicht erreichbar.",
    ),
    (
        "Abschaltung des Altsystems",
        "Zum 30.06.2031 um 12:00 Uhr schalten wir den Server mx-old ab. Bitte migrieren Sie Ihre Postfächer vor diesem Termin.",
    ),
    (
        "End of life: cluster C2",
        "Cluster C2 will be shut down on 30 June 2031 12:00 UTC. All servers on it will be terminated; please migrate your instances before.",
    ),
    (
        "Unplanned outage in AMS-2",
        "We are currently investigating a network outage in AMS-2 that began on 12 June 2031 at 03:10 UTC. Servers in this data center are unreachable.",
    ),
    (
        "Störungsmeldung: Ausfall im Netz",
        "Seit 03:10 Uhr am 12.06.2031 kommt es zu einem Ausfall im Netzwerk. Ihre Server sind nicht erreichbar. Wir arbeiten an einer Lösung.",
    ),
    (
        "Reason for outage: ticket 881181",
        "RFO for your circuit LD-118\nStart of outage: 12 June 2031 03:10 UTC\nEnd of outage: 12 June 2031 05:02 UTC\nRoot cause: fibre cut near Leiden\n",
    ),
    (
        "Cambio de ventana de mantenimiento",
        "La ventana de mantenimiento del 4 de junio ha sido reprogramada al 12 de junio de 2031, 01:00-05:00 UTC. Servidores afectados: es-118, es-119.",
    ),
    (
        "Urgent works on 12 June",
        "Urgent works by our supplier on the fibre between Ghent and Lille on 12 June 2031, 00:00-06:00 CEST. Your wavelength BE-118 is at risk.",
    ),
    (
        "DNS platform migration",
        "On June 12, 2031, 06:00-07:00 UTC, we migrate our DNS platform. Changes in the control panel are not possible, resolution goes on. Customers need to do nothing.",
    ),
    (
        "メンテナンスのお知らせ / Maintenance notice",
        "日時: 2031-06-12 01:00 - 03:00 JST\nMaintenance of the network switch in TY9. IMPACT: No impact to your service",
    ),
    (
        "Planned work on your service",
        "Hello, a third party works on the route of your service 88118118. Date: 12.06.2031, time: 01:00 - 03:00 (local time). Expected outage: 2 x 10 minutes.",
    ),
    (
        "We are upgrading your droplet's host!",
        "Good news! Between Jun 12, 2031 04:00 UTC and Jun 12, 2031 22:00 UTC your server moves to newer hardware. It will be powered off for about 10 minutes.",
    ),
];

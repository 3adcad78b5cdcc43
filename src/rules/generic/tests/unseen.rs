//! Invented mails of senders that no rule knows: hosting, VPS, clouds, colocation, carriers, registries, mail and DNS platforms.
//!
//! Each is read as by a stranger; what is expected is what a careful person reads: status, impact, windows (day of May 2031, UTC), reference,
//! objects. Bodies that begin with `<` are HTML.

use super::*;

fn unseen(subject: &str, body: &str) -> Reading {
    let (form, body) =
        if body.starts_with('<') { ("html", format!("<html><body>{body}</body></html>")) } else { ("plain", body.to_owned()) };
    let raw = format!(
        "From: noc@stranger.example\r\nTo: noc@ours.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/{form}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    );
    let mail = crate::mail::parse(raw.as_bytes());
    let zones = zones();
    let context = TimeContext { zones: &zones, arrived_at: at("2031-05-01T10:00:00Z"), zone: None, order: None, date: None };
    read(&mail, &context, true, false)
}

const CASES: &[(&str, &str, &[&str])] = &[
    (
        "Scheduled Maintenance: host node in Chicago",
        "We will be performing scheduled maintenance on the host node of the following instance(s):\n\n  198.51.100.17 (web-prod-2)\n\nStart Time: 2031-05-14 05:00 UTC\nEstimated Duration: 2 hours\n\nYour instance will be powered off during the maintenance and restarted afterwards.\n\nThanks, Vantor",
        &["Confirmed Outage [14/05:00-14/07:00] - (198.51.100.17 (web-prod-2))"],
    ),
    (
        "Maintenance planifiée sur votre hyperviseur",
        "Bonjour,\n\nUne maintenance est prévue sur l'hyperviseur hébergeant votre VPS vps-3fe2b7.vps.nuage.example\nle mercredi 14 mai 2031 de 22h00 à 23h30 (heure de Paris).\n\nUne interruption d'environ 10 minutes est à prévoir.\n\nRéférence : TASK-99812",
        &["Confirmed Outage [14/20:00-14/21:30] TASK-99812 (vps-3fe2b7.vps.nuage.example) 10m"],
    ),
    (
        "Ankündigung: Wartungsarbeiten am Host-System",
        "Guten Tag,\n\nwir führen am 15.05.2031 zwischen 02:00 und 06:00 Uhr (MESZ) Wartungsarbeiten am Host-System Ihres VPS vmi118913 durch.\nWährend dieser Zeit ist Ihr VPS für ca. 30 Minuten nicht erreichbar.\n\nMit freundlichen Grüßen",
        &["- Outage [15/00:00-15/04:00] - (vmi118913) 30m"],
    ),
    (
        "Planned Work PW-2031-0519 - Notification",
        "<table><tr><th>Ticket</th><td>PW-2031-0519</td></tr><tr><th>Start (UTC)</th><td>19-May-2031 22:00</td></tr><tr><th>End (UTC)</th><td>20-May-2031 04:00</td></tr><tr><th>Impact</th><td>Loss of service up to 15 minutes</td></tr></table><p>Affected services:</p><table><tr><th>Circuit ID</th><th>A end</th></tr><tr><td>FC/ETH/10023</td><td>Frankfurt</td></tr></table>",
        &["Confirmed Outage [19/22:00-20/04:00] PW-2031-0519 (FC/ETH/10023)"],
    ),
    (
        "CANCELLED: Planned Work PW-2031-0519",
        "The planned work PW-2031-0519 from 19-May-2031 22:00 UTC to 20-May-2031 04:00 UTC has been cancelled. We apologise.",
        &["Cancelled Unstated [19/22:00-20/04:00] PW-2031-0519 ()"],
    ),
    ("CANCELLED: Planned Work PW-2031-0519", "We will not carry out this work.", &["Cancelled Unstated [] PW-2031-0519 ()"]),
    (
        "Maintenance nocturne",
        "Début (UTC) : 14/05/2031 22:00\nFin (UTC) : 15/05/2031 02:00\nImpact : coupure de 5 minutes\nServices concernés : LY-118, LY-119",
        &["- Outage [14/22:00-15/02:00] - (LY-118, LY-119) 5m"],
    ),
    (
        "Geplante Wartung WM-20311",
        "Beginn (MESZ): 14.05.2031 23:00\nEnde (MESZ): 15.05.2031 03:00\nBetroffene Leitung: DE-118\nAuswirkung: Unterbrechung bis 10 Minuten",
        &["Confirmed Outage [14/21:00-15/01:00] WM-20311 (DE-118) 10m"],
    ),
    (
        "Network change CHG0099118",
        "Change Number | Start Time [GMT] | End Time [GMT] | Service\nCHG0099118 | 14-May-2031 01:00 | 14-May-2031 03:00 | NL-118",
        &["- Unstated [14/01:00-14/03:00] CHG0099118 (NL-118)"],
    ),
    (
        "Upcoming platform maintenance",
        "We'll be upgrading our control plane over two nights:\n\n- May 18, 2031, 23:00 - May 19, 2031, 03:00 UTC (Region A)\n- May 19, 2031, 23:00 - May 20, 2031, 03:00 UTC (Region B)\n\nAPI calls may fail. Running servers are not affected.",
        &["- NoImpact [18/23:00-19/03:00] - (Region A)", "- NoImpact [19/23:00-20/03:00] - (Region B)"],
    ),
    (
        "Reboot schedule",
        "Hosts are rebooted for maintenance as follows:\n\nkvm-21: 2031-05-14 01:00 - 02:00 UTC\nkvm-22: 2031-05-15 01:00 - 02:00 UTC\n",
        &["- Outage [14/01:00-14/02:00] - (kvm-21)", "- Outage [15/01:00-15/02:00] - (kvm-22)"],
    ),
    (
        "Switch maintenance",
        "On 14 May 2031 at 02:00 UTC we will replace the top-of-rack switch of rack B07. Work takes approximately 3 hours. Expect a downtime of about 15 minutes for your server db-21.",
        &["- Outage [14/02:00-14/05:00] - (B07, db-21) 15m"],
    ),
    (
        "Emergency maintenance on router ams-cr1",
        "We need a 2-hour window starting 2031-05-02 22:00 UTC to replace a failed line card. Your port xe-0/1/7 will be down for up to 20 minutes.",
        &["- Outage [02/22:00-03/00:00] - (ams-cr1, xe-0/1/7) 20m"],
    ),
    (
        "Fibre works",
        "Between 14 May 2031 00:00 UTC and 14 May 2031 06:00 UTC there will be two interruptions of 5 minutes on circuit LD-118.",
        &["- Outage [14/00:00-14/06:00] - (LD-118) 5m"],
    ),
    (
        "Power maintenance suite 4",
        "Dear colocation customer,\n\nour electricians will work on PDU A in suite 4 on Wednesday 14 May 2031 from 09:00 to 13:00 CDT. Feed A will be off; feed B is not affected. Racks with both feeds will see a loss of redundancy.",
        &["- ReducedRedundancy [14/14:00-14/18:00] - (suite 4, PDU A, Feed A)"],
    ),
    (
        "Cooling maintenance DC2",
        "Date: 14 May 2031\nTime (UTC): 08:00 - 16:00\nWork: chiller 2 is serviced\nImpact: none expected",
        &["- NoImpact [14/08:00-14/16:00] - (chiller 2)"],
    ),
    (
        "Maintenance window rescheduled - MW-118022",
        "The maintenance MW-118022 has been rescheduled.\n\nOld window: 12 May 2031 01:00 - 03:00 UTC\nNew window: 14 May 2031 01:00 - 03:00 UTC",
        &["Rescheduled Unstated [14/01:00-14/03:00] MW-118022 ()"],
    ),
    (
        "Reminder: Planned maintenance M-118022",
        "This is a reminder of the maintenance below.\n\nMaintenance ID: M-118022\nWindow: 2031-05-14 01:00 - 03:00 UTC\nHost: web-12\nImpact: degraded performance",
        &["Confirmed Degraded [14/01:00-14/03:00] M-118022 (web-12)"],
    ),
    (
        "Completed: maintenance M-118022",
        "The maintenance M-118022 on host web-12 has been completed successfully at 02:41 UTC.",
        &["Completed Unstated [] M-118022 (web-12)"],
    ),
    (
        "Mantenimiento programado REF-20311",
        "Estimado cliente:\n\nel miércoles 14 de mayo de 2031 de 01:00 a 05:00 (UTC) realizaremos trabajos en su servidor srv-22. El servicio no estará disponible durante 30 minutos.\n\nSaludos",
        &["Confirmed Outage [14/01:00-14/05:00] REF-20311 (srv-22) 30m"],
    ),
    (
        "Manutenção programada",
        "Prezado cliente,\n\nno dia 14 de maio de 2031, das 01:00 às 05:00 (UTC), faremos manutenção no seu servidor br-sp-7. Haverá indisponibilidade de 30 minutos.",
        &["Confirmed Outage [14/01:00-14/05:00] - (br-sp-7) 30m"],
    ),
    (
        "Gepland onderhoud",
        "Beste klant,\n\nop 14 mei 2031 tussen 01:00 en 05:00 UTC voeren wij onderhoud uit aan uw server nl-118. De server is 10 minuten niet bereikbaar.",
        &["Confirmed Outage [14/01:00-14/05:00] - (nl-118) 10m"],
    ),
    (
        "Your instance i-0abc11822def56789 will be retired",
        "The hardware of your instance i-0abc11822def56789 is failing. It will be stopped on 2031-05-14 08:00 UTC. Please migrate it before 2031-05-13 20:00 UTC, otherwise data on its local disks will be lost.",
        &["- Outage [14/08:00-] - (i-0abc11822def56789) do 13/20:00 (data on its local disks will be lost)"],
    ),
    (
        "[Action Required] droplet web-1 will be moved",
        "Your droplet web-1 (203.0.113.8) is on a host that will be shut down. Move it before Friday or its disk is lost.",
        &["- Outage [] - (web-1, 203.0.113.8) do - (its disk is lost)"],
    ),
    (
        "Registry maintenance",
        "The .kite registry (EPP, WHOIS) will be unavailable on Wednesday, 14 May 2031 from 0200Z to 0400Z due to scheduled maintenance.",
        &["- Outage [14/02:00-14/04:00] - (.kite)"],
    ),
    (
        "Mail platform maintenance",
        "What: Mail store upgrade\nWhen: May 14, 2031, 10:00 PM - 11:30 PM PDT\nImpact: mail delivery may be delayed",
        &["- Degraded [15/05:00-15/06:30] - ()"],
    ),
    (
        "Fwd: Planned maintenance",
        "FYI\n\n---------- Forwarded message ---------\nFrom: NOC <noc@carrier.example>\nDate: Wed, 30 Apr 2031 at 11:05\nSubject: Planned maintenance TT-1180221\nTo: <ops@ours.example>\n\nCircuit ID: LD-118\nStart: 14 May 2031 01:00 UTC\nEnd: 14 May 2031 03:00 UTC\nImpact: service outage",
        &["Confirmed Outage [14/01:00-14/03:00] TT-1180221 (LD-118)"],
    ),
    (
        "Geplante Arbeiten / Planned works 88118022",
        "Am 14.05.2031 von 03:00 bis 05:00 Uhr MESZ arbeiten wir an der Leitung DE-118.\n\nOn 14 May 2031 from 01:00 to 03:00 UTC we work on circuit DE-118.",
        &["Confirmed Unstated [14/01:00-14/03:00] 88118022 (DE-118)"],
    ),
    (
        "DNS platform upgrade",
        "<p>Hello,</p><p><b>Start:</b> 2031-05-14 06:00 UTC<br><b>End:</b> 2031-05-14 07:00 UTC<br><b>Impact:</b> No impact expected<br><b>Reference:</b> DNS-118022</p><p>Best regards,<br>The Zone Team</p>",
        &["- NoImpact [14/06:00-14/07:00] DNS-118022 ()"],
    ),
    (
        "Server maintenance",
        "<table><tr><th>Server</th><th>Start (UTC)</th><th>End (UTC)</th></tr><tr><td>app-21</td><td>14-05-2031 01:00</td><td>14-05-2031 02:00</td></tr><tr><td>app-22</td><td>15-05-2031 01:00</td><td>15-05-2031 02:00</td></tr></table>",
        &["- Unstated [14/01:00-14/02:00] - (app-21)", "- Unstated [15/01:00-15/02:00] - (app-22)"],
    ),
    (
        "Incident: network outage in AMS1",
        "Since 08:12 UTC we are seeing packet loss for servers in AMS1. Our engineers are investigating. Next update in 30 minutes.",
        &["- Degraded [] - (AMS1)"],
    ),
    (
        "Storage maintenance has started",
        "The scheduled maintenance on volume vol-0abc11822 has started and will take until 2031-05-01 14:00 UTC.",
        &["InProcess Unstated [] - (vol-0abc11822)"],
    ),
    (
        "Peering maintenance AS65010",
        "Dear peers,\n\nour router in FRA will be upgraded on 2031-05-14 between 22:00 and 23:30 UTC. Sessions with 198.51.100.9 and 2001:db8:77::9 will go down.",
        &["- Outage [14/22:00-14/23:30] - (198.51.100.9, 2001:db8:77::9)"],
    ),
    (
        "Tentative: fibre repair, case 5118022",
        "The date is subject to confirmation: 14 May 2031 23:00 - 15 May 2031 05:00 UTC. Circuits LD-118 and LD-119 will be down.",
        &["Tentative Outage [14/23:00-15/05:00] 5118022 (LD-118, LD-119)"],
    ),
    (
        "Planned maintenance on linode1182213",
        " * 2031-05-14 4:00:00 AM UTC - linode1182213\n\nDowntime of about 15 minutes is expected.",
        &["Confirmed Outage [14/04:00-] - (linode1182213) 15m"],
    ),
    (
        "Re: Planned maintenance CHG0099118",
        "The work is cancelled.\n\nOn Wed, 30 Apr 2031 at 11:05, NOC wrote:\n> Start: 14 May 2031 01:00 UTC\n> End: 14 May 2031 03:00 UTC",
        &["Cancelled Unstated [] CHG0099118 ()"],
    ),
    (
        "Umzug Ihres Servers srv-22",
        "Ihr Server srv-22 zieht am Mittwoch, 14.05.2031 um 22:00 Uhr MESZ um und ist etwa 2 Stunden nicht erreichbar.",
        &["- Outage [14/20:00-] - (srv-22) 120m"],
    ),
    (
        "UPS replacement",
        "The UPS of hall C is replaced on 14 May 2031, 08:00-12:00 UTC. Backup date: 15 May 2031, 08:00-12:00 UTC. Your equipment runs without UPS protection; no outage is expected.",
        &["- NoImpact [14/08:00-14/12:00, backup 15/08:00-15/12:00] - (hall C)"],
    ),
    (
        "End of life notice",
        "The legacy storage cluster C2 will be shut down on 14 May 2031 12:00 UTC. You must move your volumes by 12 May 2031. After this date remaining volumes are deleted.",
        &["- Outage [14/12:00-] - (C2) do 12/00:00 (After this date remaining volumes are deleted)"],
    ),
    (
        "Database maintenance",
        "Your database pg-118 will be upgraded automatically on Sunday, 18 May 2031 04:00 UTC. A failover of 30 seconds is expected.",
        &["- Unstated [18/04:00-] - (pg-118) 1m"],
    ),
    (
        "Maintenance of all customers in DC5",
        "Wednesday 14 May 2031\n01:00 - 03:00 (UTC+2)\n\nNetwork upgrade; short interruptions.",
        &["- Outage [13/23:00-14/01:00] - (DC5)"],
    ),
    (
        "Firmware upgrade fw-21",
        "The firewall fw-21 is upgraded in the night of 14 May 2031 at 01:00 UTC for approximately 1 hour. VPN tunnels will be interrupted for 5 minutes.",
        &["- Outage [14/01:00-14/02:00] - (fw-21) 5m"],
    ),
];

/// Reads cases as a stranger's mail and gives those that are read otherwise than expected.
pub(super) fn wrong<'c>(cases: &'c [(&'c str, &'c str, &'c [&'c str])]) -> Vec<(&'c str, Vec<String>, &'c [&'c str])> {
    let told_whole = |reading: &Reading| -> Vec<String> {
        let lines = told(reading);
        let more = |note: &Notification| {
            let downtime = note.expected_downtime_minutes.map(|minutes| format!(" {minutes}m")).unwrap_or_default();
            let actions: Vec<String> = note
                .actions
                .iter()
                .map(|action| {
                    let by = action.by.map_or("-".to_owned(), |by| by.format("%d/%H:%M").to_string());
                    format!(" do {by} ({})", action.consequence.clone().unwrap_or_default())
                })
                .collect();
            downtime + &actions.concat()
        };
        lines.into_iter().zip(&reading.found).map(|(line, note)| line + &more(note)).collect()
    };
    cases
        .iter()
        .map(|(subject, body, want)| (*subject, told_whole(&unseen(subject, body)), *want))
        .filter(|(_, have, want)| have != want)
        .collect()
}

#[test]
fn reads_mails_of_strangers() {
    let wrong = wrong(CASES);
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), CASES.len());
}

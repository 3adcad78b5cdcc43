//! Forms in which strangers lay out their notices: drawn, aligned and dotted tables, blocks, old beside new, ends told apart, lists.

use super::unseen::wrong;

const CASES: &[(&str, &str, &[&str])] = &[
    (
        "Scheduled Maintenance, 2 circuits",
        "+--------------+-------------------+\n| Change no.   | PW#20314-7        |\n| Start (UTC)  | 2031/05/14 00:00  |\n| End (UTC)    | 2031/05/14 04:30  |\n+--------------+-------------------+\n+------------------+----------+-------------------+\n| Circuit          | Your ref | Impact            |\n+------------------+----------+-------------------+\n| NF-10G-OSL-02    | A-1      | Outage < 60 min   |\n| NF-1G-BGO-11     | A-2      | At risk           |\n+------------------+----------+-------------------+",
        &["Confirmed Unstated [14/00:00-14/04:30] PW#20314-7 (NF-10G-OSL-02, NF-1G-BGO-11)"],
    ),
    (
        "Planned work PW-203118",
        "Reference:   PW-203118\nStart:       2031-05-14 22:00 UTC\nEnd:         2031-05-15 04:00 UTC\n\nService id    Customer ref     Expected impact\n----------    -------------    ---------------\nQX-318811     NORD-1           Outage up to 180 min\nQX-318907     NORD-2           At risk, no outage expected",
        &["Confirmed Unstated [14/22:00-15/04:00] PW-203118 (QX-318811, QX-318907)"],
    ),
    (
        "Reboots of your machines",
        "The following machines are rebooted for planned maintenance:\n\nRegion\tInstance ID\tMaintenance Window\neu-1\ti-0b7d2a91c4e85f360\t2031-05-14 04:00:00 UTC - 2031-05-14 10:00:00 UTC\nap-2\ti-0ac5580e9f3417d2b\t2031-05-15 12:00:00 UTC - 2031-05-15 18:00:00 UTC",
        &["Confirmed Outage [14/04:00-14/10:00] - (i-0b7d2a91c4e85f360)", "Confirmed Outage [15/12:00-15/18:00] - (i-0ac5580e9f3417d2b)"],
    ),
    (
        "PLANNED MAINTENANCE PM-31-0155",
        "PM NUMBER ......... PM-31-0155\nSTART ............. 14 MAY 2031 / 0300Z\nSTOP .............. 14 MAY 2031 / 0530Z\nEXPECTED OUTAGE ... 2 X 10 MIN\nAFFECTED TERMINALS. TRM-0041, TRM-0042",
        &["Confirmed Outage [14/03:00-14/05:30] PM-31-0155 (TRM-0041, TRM-0042) 20m"],
    ),
    (
        "RESCHEDULED: CHG-7719 transformer",
        "<p>The planned maintenance had to be moved.</p><table><tr><td></td><td>Previous</td><td>New</td></tr><tr><td>Start</td><td>12 May 2031 06:00 UTC</td><td>14 May 2031 06:00 UTC</td></tr><tr><td>End</td><td>12 May 2031 14:00 UTC</td><td>14 May 2031 14:00 UTC</td></tr></table><p>Affected: Suite 210</p>",
        &["Rescheduled Unstated [14/06:00-14/14:00] CHG-7719 (Suite 210)"],
    ),
    (
        "CHG0059913 has been rescheduled",
        "Planned start date: 2031-05-14 17:00:00 UTC\nPlanned end date: 2031-05-14 21:00:00 UTC\nPrevious planned start date: 2031-05-12 17:00:00 UTC\nPrevious planned end date: 2031-05-12 21:00:00 UTC\nAffected configuration items: GEN-03",
        &["Rescheduled Unstated [14/17:00-14/21:00] CHG0059913 (GEN-03)"],
    ),
    (
        "Planned work notification",
        "<table><tr><td>Activity window (GMT)</td><td>2031-05-12 23:00 to 2031-05-13 05:00</td></tr><tr><td>Revised activity window (GMT)</td><td>2031-05-14 23:00 to 2031-05-15 05:00</td></tr><tr><td>Service ID</td><td>QX700118001</td></tr></table>",
        &["Rescheduled Unstated [14/23:00-15/05:00] - (QX700118001)"],
    ),
    (
        "Host reboots",
        "Planned maintenance in two batches.\n\nBatch 1\n  Start: 14 May 2031 21:00 UTC\n  End: 15 May 2031 03:00 UTC\n  Your devices: app01.msp.example, app02.msp.example\n\nBatch 2\n  Start: 15 May 2031 21:00 UTC\n  End: 16 May 2031 03:00 UTC\n  Your devices: mq01.msp.example",
        &[
            "Confirmed Unstated [14/21:00-15/03:00] - (app01.msp.example, app02.msp.example)",
            "Confirmed Unstated [15/21:00-16/03:00] - (mq01.msp.example)",
        ],
    ),
    (
        "Planned works",
        "Planned works on your services. All times are in UTC.\n\n# | Service ID | Start | End | Impact\n1 | BB-10G-SOF-02 | 14-May-2031 21:00 | 15-May-2031 03:00 | Down, 2 h\n2 | BB-10G-BUC-01 | 15-May-2031 21:00 | 16-May-2031 03:00 | No impact",
        &["Confirmed Unstated [14/21:00-15/03:00] - (BB-10G-SOF-02)", "Confirmed Unstated [15/21:00-16/03:00] - (BB-10G-BUC-01)"],
    ),
    (
        "Rolling upgrade of our edge routers",
        "<p>Planned maintenance, local to the site.</p><table><tr><th>PoP</th><th>Date</th><th>From</th><th>To</th><th>TZ</th></tr><tr><td>AMS</td><td>Wed 14 May 2031</td><td>01:00</td><td>04:00</td><td>CEST</td></tr><tr><td>SIN</td><td>Thu 15 May 2031</td><td>02:00</td><td>05:00</td><td>SGT</td></tr></table>",
        &["Confirmed Unstated [13/23:00-14/02:00] - (AMS)", "Confirmed Unstated [14/18:00-14/21:00] - (SIN)"],
    ),
    (
        "Gateway upgrade",
        "<p>Scheduled maintenance of our gateways.</p><table><tr><th>Gateway</th><th>Region</th><th>Start (UTC)</th><th>End (UTC)</th></tr><tr><td>gw-dfw-2</td><td>Americas</td><td>2031-05-14 06:00</td><td>2031-05-14 09:00</td></tr><tr><td>gw-fra-1</td><td>EMEA</td><td>2031-05-14 22:00</td><td>2031-05-15 01:00</td></tr></table>",
        &["Confirmed Unstated [14/06:00-14/09:00] - (gw-dfw-2)", "Confirmed Unstated [14/22:00-15/01:00] - (gw-fra-1)"],
    ),
    (
        "[EXTENDED] Emergency maintenance",
        "The emergency maintenance on a router that began at Thu, 1 May 2031 06:00:00 GMT and was expected to end at Thu, 1 May 2031 10:00:00 GMT has been extended. It is now expected to end at Thu, 1 May 2031 13:30:00 GMT.\n\nYour services listed below may become unavailable.\n\nabc-0001\nabc-0002",
        &["InProcess Outage [01/06:00-01/13:30] - (abc-0001, abc-0002)"],
    ),
    (
        "Maintenance postponed",
        "The planned maintenance of your server web-7 on 12 May 2031 at 22:00 UTC had to be postponed. It now takes place on 14 May 2031 from 22:00 to 23:30 UTC.",
        &["Rescheduled Unstated [14/22:00-14/23:30] - (web-7)"],
    ),
    (
        "Scheduled Maintenance: store14.web.example",
        "Please note that the store14.web.example hosting server will undergo a scheduled upgrade. The maintenance will start on May 14, 1:00 AM EDT | 5:00 AM UTC and should take 4 hours.",
        &["Confirmed Unstated [14/05:00-] - (store14.web.example)"],
    ),
    (
        "Host reboots for a security update",
        "Scheduled maintenance. We allow 30 minutes for every host.\n\nIf you'd like to do the reboot yourself, start your machine again after 13 May 2031, 09:00 UTC.\n\nThe server web-backup is rebooted on 14 May 2031 between 05:30 and 06:00 UTC.",
        &["Confirmed Outage [14/05:30-14/06:00] - (web-backup)"],
    ),
    (
        "Maintenance programmée",
        "Nous réaliserons une maintenance dans la nuit du mercredi 14 au jeudi 15 mai 2031, de 23h00 à 05h00 (heure de\nParis). Votre liaison ARM-L2-00772 sera coupée pendant 2 heures au maximum.",
        &["Confirmed Outage [14/21:00-15/03:00] - (ARM-L2-00772)"],
    ),
    (
        "Upcoming registry maintenance",
        "<p>The registries below have scheduled maintenance.</p><table><tr><td>TLD</td><td>Start</td><td>End</td></tr><tr><td>.KITE</td><td>05/14/2031 14:00 UTC</td><td>05/14/2031 18:00 UTC</td></tr><tr><td>.CO.XX</td><td>05/15/2031 06:00 UTC</td><td>05/15/2031 08:00 UTC</td></tr></table>",
        &["- Unstated [14/14:00-14/18:00] - (.KITE)", "- Unstated [15/06:00-15/08:00] - (.CO.XX)"],
    ),
    (
        "Planned event PE-0311",
        "Event number: PE-0311\nPrimary date:\n  Start    14 May 2031 16:00 UTC\n  Finish   14 May 2031 22:00 UTC\nAlternate date:\n  Start    15 May 2031 16:00 UTC\n  Finish   15 May 2031 22:00 UTC\nCapacity affected: TLC-AKL-SYD-07 (unprotected) - loss of service, 6 hours\n                   TLC-AKL-SYD-31 (protected) - loss of redundancy",
        &["Confirmed Outage [14/16:00-14/22:00, backup 15/16:00-15/22:00] PE-0311 (TLC-AKL-SYD-07, TLC-AKL-SYD-31) 360m"],
    ),
    (
        "Maintenance MW-61",
        "maintenance: MW-2031-0061\nwindow: 2031-05-14T22:00+02:00/2031-05-15T04:00+02:00\nservices:\n  - GP-IXP-0091\n  - GP-PNI-0040\nimpact: GP-IXP-0091 down up to 30 min, GP-PNI-0040 none",
        &["- Outage [14/20:00-15/02:00] MW-2031-0061 (GP-IXP-0091, GP-PNI-0040)"],
    ),
    (
        "Maintenance notice: generator test",
        "Our team will be completing a scheduled load test of the generators in DC3.\n\nMaintenance Window\nWednesday, May 14, 2031, 03:00 - 05:00 UTC\n\nImpact\nNone expected. UPS systems carry the load while it is transferred, and the cooling restarts.",
        &["- NoImpact [14/03:00-14/05:00] - ()"],
    ),
    (
        "Planned infrastructure maintenance",
        "We need to restart virtual machines.\n\nStart: 2031-05-14 00:00 UTC\nEnd: 2031-05-14 06:00 UTC\n\nAffected resources\nvm-sql-01\nvm-sql-02\n\nRegards",
        &["Confirmed Outage [14/00:00-14/06:00] - (vm-sql-01, vm-sql-02)"],
    ),
];

#[test]
fn reads_the_layouts_of_strangers() {
    let wrong = wrong(CASES);
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), CASES.len());
}

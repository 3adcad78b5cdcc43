//! What looks like a time and is none, alone and beside a real one.

use super::check;

#[test]
fn numbers_that_are_no_times() {
    let cases = [
        "upgrade from version 1.2.3 to 1.2.4",
        "from 4.12 to 5.10",
        "IOS XR 7.5.2 and JunOS 21.4R3-S5.4",
        "kernel 5.10.0-28 to 6.1.0-18",
        "10.0.0.0/8, 172.16.0.0/12 and 203.0.113.5",
        "2001:db8:10:20::1/64 and fe80::1",
        "from 10G to 100G, 1/10/25GbE",
        "call +1 800 555 0199 or +49 30 1234567",
        "Tel. 020 7946 0018, Fax: 030/123456-78",
        "Phone: 1-800-555-0199, ext. 2200",
        "Ticket 20260506-001, SR 2026-0506-0012",
        "CHG0030506, INC-05-06-2026-12",
        "PO 12-05-2026-A1 and RITM2026050600",
        "USD 1,200.00, EUR 12.50, £10.30 a month",
        "99.95 % over 24x7x365, 24/7, 8/5",
        "AS64500, VLAN 2200, port 0600",
        "xe-0/0/1, Gi1/0/24, Te0/1/0/3.2200",
        "rack 12.30, row 3-5, room 4.12",
        "oversubscription 10:1, ratio 16:9",
        "ISO 27001:2013, ISO 9001:2015, PCI DSS 3.2.1",
        "2x10GE and 4 x 100GE, 3 of 5 nodes",
        "floors 2, 3 and 4; page 1 of 2",
        "10115 Berlin, Suite 2030, 1200 Main Street",
        "MAC 00:11:22:33:44:55, 0011.2233.4455",
        "1920x1080, 80-443, 8080/tcp",
        "on a scale of 1 to 10",
        "between 5 and 10 minutes, up to 2 hours",
        "within 24 hours, after 30 days",
        "May I ask, you may 10 times",
        "Sun servers and Mar IT",
        "The second of three, 1st line and 2nd level",
        "Order 4711 - 4712, cable 12-24",
        "log line 12345: error at 0x1200",
        "SHA1 2026ab05cd06, build 20260506",
        "Chapter 3.2. Section 12.5.2026.1",
        "https://status.example/2026/05/06/incident",
        "https://status.example/incidents/2026-05-06-power",
        "report-2026-05-06.pdf",
        "mail <20260506220000.12345@mail.example>",
        "-- \n2200 Example Road, Springfield, 12-14 High Street",
        "load 0.10 0.05 0.01, temperature 22.00 C",
        "latitude 52.30, longitude 13.24",
        "UTC, GMT and CET are zones",
        "BGP timers 30/90, MTU 1500-9000",
        "3-5 ms, 10-20 %",
        "$ ping -c 10 198.51.100.7: 10 packets",
        "HTTP 2.0, TLS 1.2 - 1.3",
        "P1/P2, 1:n protection, N+1",
    ];
    let none: Vec<(&str, &str)> = cases.iter().map(|case| (*case, "")).collect();
    check("2026-04-01", &none);
}

#[test]
fn a_real_time_takes_nothing_that_stands_beside_it() {
    let start = "2026-05-06 22:00";
    let window = "2026-05-06 22:00 > 2026-05-07 04:00";
    check(
        "2026-04-01",
        &[
            ("6 May 2026 22:00 UTC: upgrade from 10G to 100G", start),
            ("On 6 May 2026 at 22:00 UTC we upgrade to 7.2.1 (10 minutes per node)", start),
            ("6 May 2026 22:00 UTC - 10 nodes", start),
            ("6 May 2026 22:00 UTC - 3 racks, 12 servers", start),
            ("6 May 2026 22:00-04:00 UTC - 5 racks", window),
            ("6 May 2026 22:00 UTC, call 0800 123 456", start),
            ("6 May 2026 22:00 UTC to 10.0.0.0/8", start),
            ("6 May 2026 22:00 UTC ticket 4711", start),
            ("6 May 2026 22:00 UTC #2300", start),
            ("6 May 2026 22:00 UTC (CHG-2300)", start),
            ("6 May 2026 22:00 - 04:00 UTC (1.2.3.4)", window),
            ("6 May 2026 22:00 - 04:00 UTC, 5 minutes outage", window),
            ("6 May 2026 22:00 - 04:00 UTC, 2 x 30 minutes", window),
            ("6 May 2026 22:00 UTC. Node 5: 10.0.0.5", start),
            ("10.0.0.5 on 6 May 2026 22:00 UTC", start),
            ("INC-2026-05-05-01: 6 May 2026 22:00 UTC", start),
            ("[2200] 6 May 2026 22:00 UTC", start),
            ("VLAN 2200 6 May 2026 22:00 UTC", start),
            ("6 May 2026 22:00 UTC | 12 | 40G", start),
            ("6 May 2026 22:00 UTC | 203.0.113.12", start),
        ],
    );
}

//! Links, pictures, external bodies and attachments by address are never fetched: in a network without a way out, whatever tried would be
//! counted by the kernel.

use super::{World, sample};
use std::process::Command;

/// Packets that were sent, or that found no way, in this network so far.
const COUNT: &str = "awk '/^Ip: [0-9]/ { print \"count\", $11 + $13 } ' /proc/net/snmp";

fn counts(out: &str) -> Vec<u64> {
    out.lines().filter_map(|line| line.strip_prefix("count ")?.trim().parse().ok()).collect()
}

#[test]
fn m10_nothing_that_a_mail_points_to_is_fetched_or_asked_for() {
    let world = World::harborlight();
    world.once("2020-09-01T15:00:00Z").exits(0);
    let notice = sample("demo/01-host.eml");
    for number in 0..100 {
        let host = format!("tracker{number}.evil.example");
        let links: String = (0..8)
            .map(|link| format!("<a href=\"https://{host}/{link}\">view in browser</a><img src=\"http://{host}/{link}.png\"><link rel=stylesheet href=\"//{host}/{link}.css\">"))
            .collect();
        let text = notice.split_once("\n\n").unwrap().1.replace("48213", &(60_000 + number).to_string());
        let raw = format!(
            "Message-ID: <m{number}@northfield.example>\nFrom: Northfield Cloud <notices@northfield.example>\nTo: noc@harborlight.example\n\
             Subject: Scheduled maintenance for your server mail01\nDate: Tue, 01 Sep 2020 15:02:11 +0000\nList-Unsubscribe: <https://{host}/u>\n\
             Disposition-Notification-To: <spy@{host}>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\
             --b\nContent-Type: text/html; charset=utf-8\n\n<html><body background=\"http://{host}/bg.png\"><iframe src=\"http://{host}/\"></iframe>{links}</body></html>\n\
             --b\nContent-Type: message/external-body; access-type=URL; URL=\"http://{host}/body\"\n\nContent-Type: text/plain\n\n\
             --b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u{number}@{host}\nDTSTAMP:20200901T150000Z\n\
             DTSTART:20200910T040000Z\nDTEND:20200910T120000Z\nSUMMARY:Maintenance\nATTACH:http://{host}/plan.ics\nURL:https://{host}/event\n\
             END:VEVENT\nEND:VCALENDAR\n--b--\n"
        );
        world.drop_mail(&format!("{number:03}"), raw.replace('\n', "\r\n"));
    }
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    let options: &[&str] = if root { &["--net"] } else { &["--map-root-user", "--net"] };
    // At last something that does ask and connect, so that the count can be seen to count.
    let script = format!(
        "{COUNT}; '{binary}' --config '{config}' once --now 2020-09-01T15:05:00Z; {COUNT}\n\
         (echo x > /dev/udp/192.0.2.1/53) 2>/dev/null || true; (echo x > /dev/tcp/192.0.2.1/80) 2>/dev/null || true; {COUNT}\n",
        binary = world.binary.display(),
        config = world.path("forewarn.toml").display(),
    );
    let output = Command::new("unshare").args(options).args(["bash", "-uc", &script]).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let [before, after, control] = counts(&out)[..] else { panic!("{out}\n{}", String::from_utf8_lossy(&output.stderr)) };
    assert!(out.contains("100 considered"), "{out}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(before, after, "something was sent or asked for");
    assert!(control >= after + 2, "the count counts: {before} {after} {control}");

    // What staff get shows no picture and no link of a stranger's.
    let requests = world.out();
    assert!(requests.iter().any(|(to, _)| to == "sam@harborlight.example"));
    for (_, file) in world.in_place() {
        let mail = String::from_utf8(std::fs::read(file).unwrap()).unwrap();
        assert!(!mail.contains("evil.example"), "{mail}");
        assert!(!mail.contains("<img") && !mail.contains("href=3D\"http"), "{mail}");
    }
}

//! Any bytes → the pre-scan → the parser → an answer's word: it is read only from a line that its reader sees and its writer wrote.
#![no_main]

use forewarn::{
    approval,
    mail::{self, reply},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    if mail::prescan::prescan(raw).is_err() {
        return;
    }
    let mail = mail::parse(raw);
    let reply = reply::reply(&mail);
    if approval::verb(&reply).is_some() {
        let stands = |fresh: &str| fresh.lines().any(|line| line.trim() == reply.line);
        let bodies = [&mail.plain, &mail.html].into_iter().flatten();
        assert!(bodies.clone().any(|body| stands(&body.fresh) && !body.no_own_word), "{:?} is nobody's own line", reply.line);
        assert!(!mail.any_veiled && !mail.veiled.contains(&reply.line), "{:?} may not be seen", reply.line);
    }
});

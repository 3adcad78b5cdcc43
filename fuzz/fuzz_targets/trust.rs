//! Any bytes → a mail with the right token, whose sender nobody vouches for: whatever its headers say, it decides nothing.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use chrono::DateTime;
use forewarn::model::{AuthMode, DraftId, Policy, Request, RequestAbout};
use forewarn::{approval, config, mail};
use libfuzzer_sys::fuzz_target;

/// Stand in the seeds.
const TOKEN: &str = "0123456789abcdefghjkmnpqrs";
const CODE: &str = "7kq2-m9xd";
/// What the server in front of the mailbox writes on top.
const ON_TOP: &[u8] = b"Authentication-Results: mx.harborlight.example; dkim=none; dmarc=fail header.from=harborlight.example\r\nReceived: by mx\r\n";

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/forewarn.toml");
    config::load(&path).map_err(|report| report.to_string()).unwrap().policy
});

fuzz_target!(|raw: &[u8]| {
    let raw = [ON_TOP, raw].concat();
    if mail::prescan::prescan(&raw).is_err() {
        return;
    }
    let parsed = mail::parse(&raw);
    let request = Request {
        about: RequestAbout::Draft(DraftId(1)),
        approver: "sam@harborlight.example".to_owned(),
        token_hash: approval::hash(TOKEN),
        code_hash: approval::hash(CODE),
        made_at: DateTime::UNIX_EPOCH,
        helped: 0,
    };
    for auth in [AuthMode::Dkim, AuthMode::Authserv("mx.harborlight.example".to_owned())] {
        let policy = Policy { auth, ..POLICY.clone() };
        let judged = approval::judge(&policy, &parsed, std::slice::from_ref(&request));
        assert!(judged.is_err_and(|refused| !refused.answerable), "{parsed:?}");
    }
});

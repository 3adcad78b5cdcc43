//! Where hostile answers are tried: one open request to Sam and one to Kim, Sam's signing key, and a mail server that checks as most do.

use std::collections::BTreeSet;

use forewarn::approval::{Token, Verb, automatic, carriers, judge, token};
use forewarn::desk::{self, Arrival, Desk};
use forewarn::dkim;
use forewarn::draft::Templates;
use forewarn::mail::{parse, prescan};
use forewarn::model::{
    AuthFact, AuthMode, Change, Decision, DkimCheck, Draft, Effects, Inventory, Known, Mail, MailId, Maintenance, Policy, Reading, Request,
    RequestAbout, Variant, Verdict, Zones,
};
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::DkimSigner;

use crate::drafts;

pub(super) const SAM: &str = "sam@lakeside.example";
pub(super) const KIM: &str = "kim@lakeside.example";
pub(super) const SERVER: &str = "mx.lakeside.example";
const KEY: &[u8] = b"the key of these tests";
/// What most servers sign.
pub(super) const USUAL: &str = "From:To:Subject:Date:Message-ID:In-Reply-To:References";

pub(super) struct Court {
    policies: [Policy; 2],
    inventory: Inventory,
    templates: Templates,
    zones: Zones,
    maintenance: Maintenance,
    draft: Draft,
    requests: Vec<Request>,
    /// Keys of lakeside.example, evil.example and hosting.example, under the selector `s1`.
    signing: Vec<u8>,
    runtime: tokio::runtime::Runtime,
}

/// What a mail came to.
pub(super) struct Heard {
    pub(super) approved: bool,
    /// Everybody who is written to for it.
    pub(super) written_to: BTreeSet<String>,
    /// Whether its sender was proved.
    pub(super) proved: bool,
}

impl Court {
    pub(super) fn new() -> Self {
        let maintenance = drafts::world::maintenance();
        let variants: Vec<Variant> = drafts::notices(&maintenance, &Change::New, &drafts::world::policy(), &[]);
        let draft = drafts::draft(&maintenance, Change::New, variants);
        let dkim = Policy { auth: AuthMode::Dkim, ..drafts::world::policy() };
        let server = Policy { auth: AuthMode::Authserv(SERVER.to_owned()), ..drafts::world::policy() };
        let mut court = Self {
            policies: [dkim, server],
            inventory: drafts::world::inventory(),
            templates: Templates::new(Vec::new()).unwrap(),
            zones: drafts::world::zones(),
            maintenance,
            draft,
            requests: Vec::new(),
            signing: Ed25519Key::generate_pkcs8().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
        };
        court.requests = [SAM, KIM].map(|who| court.request(who, 1)).to_vec();
        court
    }

    /// The token of somebody's request on a revision of the draft.
    pub(super) fn token(&self, who: &str, revision: u32) -> Token {
        token(KEY, &RequestAbout::Draft(self.draft.id), revision, who)
    }

    fn request(&self, who: &str, revision: u32) -> Request {
        let token = self.token(who, revision);
        Request {
            about: RequestAbout::Draft(self.draft.id),
            approver: who.to_owned(),
            token_hash: forewarn::approval::hash(&token.text),
            code_hash: forewarn::approval::hash(&token.code),
            made_at: self.draft.proposed_at,
            helped: 0,
        }
    }

    /// Sam's answer to his request, unsigned: headers, then the text.
    pub(super) fn answer(&self, text: &str) -> String {
        self.answer_of(SAM, &self.token(SAM, 1), text)
    }

    pub(super) fn answer_of(&self, who: &str, token: &Token, text: &str) -> String {
        format!(
            "From: Somebody <{who}>\r\nTo: <notices+{t}@lakeside.example>\r\nSubject: Re: Wed Sep 9 11PM: Mail [FW-1042 v1 {c}]\r\n\
             Date: Mon, 7 Sep 2020 15:00:00 +0000\r\nMessage-ID: <answer-1@lakeside.example>\r\nIn-Reply-To: <fw.{t}.0@lakeside.example>\r\n\
             References: <fw.{t}@lakeside.example> <fw.{t}.0@lakeside.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\r\nOn Mon, Sep 7, 2020 at 9:00 AM Forewarn wrote:\r\n\
             > Answer \"approve\" to tell 4 customers.\r\n> Or: edit | reject WHY | hold until DAY\r\n",
            t = token.text,
            c = token.code,
        )
    }

    /// A mail of Sam's to a colleague that has nothing to do with us.
    pub(super) fn lunch(text: &str) -> String {
        format!(
            "From: Sam Reed <{SAM}>\r\nTo: <luis@lakeside.example>\r\nSubject: Re: the order\r\nDate: Mon, 7 Sep 2020 15:00:00 +0000\r\n\
             Message-ID: <lunch-1@lakeside.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        )
    }

    /// The mail with a signature of a domain over these fields.
    pub(super) fn signed(&self, domain: &str, fields: &str, mail: &str) -> String {
        self.signed_by(domain, fields, mail, |signer| signer)
    }

    pub(super) fn signed_by(
        &self,
        domain: &str,
        fields: &str,
        mail: &str,
        tune: impl FnOnce(DkimSigner<Ed25519Key, mail_auth::dkim::Done>) -> DkimSigner<Ed25519Key, mail_auth::dkim::Done>,
    ) -> String {
        let key = Ed25519Key::from_pkcs8_der(&self.signing).unwrap();
        let signer = tune(DkimSigner::from_key(key).domain(domain).selector("s1").headers(fields.split(':')));
        let signature = signer.sign(mail.as_bytes()).unwrap();
        format!("{}{mail}", signature.to_header())
    }

    /// Sam's server signs as usual.
    pub(super) fn usual(&self, mail: &str) -> String {
        self.signed("lakeside.example", USUAL, mail)
    }

    fn keys(&self, name: &str) -> Vec<String> {
        use base64::Engine as _;
        let key = Ed25519Key::from_pkcs8_der(&self.signing).unwrap().public_key();
        let record = format!("v=DKIM1; k=ed25519; p={}", base64::engine::general_purpose::STANDARD.encode(key));
        match name.trim_end_matches('.') {
            "s1._domainkey.lakeside.example"
            | "s1._domainkey.evil.example"
            | "s1._domainkey.hosting.example"
            | "s1._domainkey.mail.lakeside.example"
            | "s1._domainkey.example"
            | "s1._domainkey.lakesíde.example" => vec![record],
            "test._domainkey.lakeside.example" => vec![format!("t=y; {record}")],
            _ => Vec::new(),
        }
    }

    /// What follows from a mail in both ways of proof; of the second, what a server that checks leniently says on top.
    pub(super) fn hear(&self, raw: &[u8]) -> [Heard; 2] {
        if prescan::prescan(raw).is_err() {
            return [(); 2].map(|()| Heard { approved: false, written_to: BTreeSet::new(), proved: false });
        }
        let [dkim, server] = self.delivered(raw);
        [self.decide(&self.policies[0], &dkim), self.decide(&self.policies[1], &server)]
    }

    /// The mail as it is judged: with our own check of its signatures, and with the word of a server that checks leniently.
    fn delivered(&self, raw: &[u8]) -> [Mail; 2] {
        let served = parse(raw);
        let mut checked = served.clone();
        let ask = async |name: &str| Ok(self.keys(name));
        self.runtime.block_on(dkim::settle_by(ask, raw, &mut checked));
        // RFC 8601 section 5: what names this server is taken away before its own word goes on top.
        let mut served = served;
        let mine = |fact: &AuthFact| matches!(fact, AuthFact::Results(text) if text.trim_start().to_ascii_lowercase().starts_with(SERVER));
        served.auth.retain(|fact| !mine(fact));
        let passes = |fact: &&AuthFact| matches!(fact, AuthFact::Signature(one) if one.check == DkimCheck::Pass);
        let verdict = match checked.auth.iter().find(passes) {
            Some(AuthFact::Signature(one)) => format!("{SERVER}; dkim=pass header.d={0}; dmarc=pass header.from={0}", one.domain),
            _ => format!("{SERVER}; dkim=fail"),
        };
        served.auth.insert(0, AuthFact::Results(verdict));
        [checked, served]
    }

    /// Whether a mail approves in both ways of proof, and nothing else of what follows.
    pub(super) fn judge(&self, raw: &[u8]) -> [bool; 2] {
        if prescan::prescan(raw).is_err() {
            return [false; 2];
        }
        let [dkim, server] = self.delivered(raw);
        [self.approves(&self.policies[0], &dkim), self.approves(&self.policies[1], &server)]
    }

    fn approves(&self, policy: &Policy, mail: &Mail) -> bool {
        let carried = carriers(mail, &policy.from);
        let named = |request: &&Request| carried.iter().any(|(_, carrier)| carrier.names(request));
        let requests: Vec<Request> = self.requests.iter().filter(named).cloned().collect();
        automatic(mail).is_none() && judge(policy, mail, &requests).is_ok_and(|accepted| accepted.verb == Verb::Approve)
    }

    fn decide(&self, policy: &Policy, mail: &Mail) -> Heard {
        let reading = Reading {
            verdict: Verdict::Unread,
            rule: None,
            provider: None,
            own_sender: false,
            kind: None,
            found: Vec::new(),
            evidence: Vec::new(),
            problems: Vec::new(),
        };
        let desk = Desk { policy, inventory: &self.inventory, templates: &self.templates, zones: &self.zones, key: KEY };
        let keys = desk::keys(policy, &self.inventory, mail, &reading);
        let asked = |request: &&Request| keys.token_hashes.contains(&request.token_hash) || keys.code_hashes.contains(&request.code_hash);
        let known = Known {
            requests: self.requests.iter().filter(asked).cloned().collect(),
            drafts: vec![self.draft.clone()],
            maintenances: vec![self.maintenance.clone()],
            next_maintenance: 2000,
            next_draft: 200,
            ..Known::default()
        };
        let now = drafts::world::at("2020-09-07T15:01:00Z");
        let arrival = Arrival { mail: MailId(9), arrived_at: now, backlog: false };
        let effects: Effects = desk::decide(&desk, &known, &arrival, mail, &reading, now);
        Heard {
            approved: effects.decisions.iter().any(|record| record.decision == Decision::Approve),
            written_to: effects.outgoing.iter().map(|row| row.to.address.to_lowercase()).collect(),
            proved: forewarn::mail::auth::proof(mail, &policy.auth).is_ok(),
        }
    }
}

//! Whether others can believe mail of the From domain: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989).

use std::net::SocketAddr;

use super::Finding;
use super::postage::Arrived;
use crate::dns::{Dns, DnsError};

/// Findings on the records of a domain; a DKIM key is looked for where the test mail was signed.
pub(super) async fn findings(domain: &str, arrived: Option<&Arrived>, server: Option<SocketAddr>) -> Vec<Finding> {
    match asked(domain, arrived, server).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::Doubtful(format!("the records of {domain} could not be asked for: {error}"))],
    }
}

async fn asked(domain: &str, arrived: Option<&Arrived>, server: Option<SocketAddr>) -> Result<Vec<Finding>, DnsError> {
    let dns = Dns::new(server)?;
    let mut findings = vec![spf(domain, &dns.txt(domain).await?)];
    findings.push(match arrived.map(|arrived| arrived.signatures.as_slice()) {
        None => Finding::Doubtful("DKIM: no test mail arrived, so it is not known whether mail is signed".to_owned()),
        Some([]) => Finding::Doubtful(format!(
            "DKIM: the test mail arrived unsigned; outside, nobody can tell that it is yours\n  help: let the server that takes your mail sign for {domain}. Some sign only what leaves the house: look at a mail that you sent outside"
        )),
        Some([(signer, selector), ..]) => {
            let name = format!("{selector}._domainkey.{signer}");
            dkim(domain, signer, &name, &dns.txt(&name).await?)
        }
    });
    let organisation = |name: &str| name.split_once('.').map(|(_, parent)| parent.to_owned()).filter(|parent| parent.contains('.'));
    let mut records = dns.txt(&format!("_dmarc.{domain}")).await?;
    if let Some(parent) = organisation(domain).filter(|_| !records.iter().any(|record| record.starts_with("v=DMARC1"))) {
        records = dns.txt(&format!("_dmarc.{parent}")).await?;
    }
    findings.push(dmarc(domain, &records));
    Ok(findings)
}

fn spf(domain: &str, records: &[String]) -> Finding {
    let found: Vec<&String> = records.iter().filter(|record| record.split(' ').next() == Some("v=spf1")).collect();
    match found.as_slice() {
        [] => Finding::Doubtful(format!(
            "SPF: {domain} has no record\n  help: publish a TXT record \"v=spf1 … -all\" that names the servers which send for it"
        )),
        [one] if one.contains("+all") => Finding::Doubtful(format!("SPF: {domain} lets everybody send (\"{one}\")")),
        [one] => Finding::Well(format!("SPF: {one}")),
        more => Finding::Broken(format!("SPF: {domain} has {} records, and then none counts\n  help: make one of them", more.len())),
    }
}

fn dkim(domain: &str, signer: &str, name: &str, records: &[String]) -> Finding {
    let key =
        records.iter().find(|record| record.split(';').any(|tag| tag.trim().strip_prefix("p=").is_some_and(|key| !key.trim().is_empty())));
    match key {
        None => Finding::Broken(format!(
            "DKIM: mail is signed, but no key stands at {name}\n  help: publish the key that your mail server names"
        )),
        Some(_) if !signer.eq_ignore_ascii_case(domain) => Finding::Doubtful(format!(
            "DKIM: mail is signed by {signer}, not by {domain}: that proves nothing about the From address\n  help: let the server sign for {domain}"
        )),
        Some(_) => Finding::Well(format!("DKIM: signed, and the key stands at {name}")),
    }
}

fn dmarc(domain: &str, records: &[String]) -> Finding {
    match records.iter().find(|record| record.starts_with("v=DMARC1")) {
        None => Finding::Doubtful(format!(
            "DMARC: {domain} has no record; large providers want one\n  help: publish \"v=DMARC1; p=none; rua=mailto:…\" at _dmarc.{domain}, and p=quarantine later"
        )),
        Some(record) => Finding::Well(format!("DMARC: {record}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(finding: &Finding) -> &'static str {
        match finding {
            Finding::Well(_) => "well",
            Finding::Doubtful(_) => "doubtful",
            Finding::Broken(_) => "broken",
        }
    }

    #[test]
    fn w38_each_record_is_judged_with_its_mend() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for (records, expected) in [
            (vec!["v=spf1 mx -all"], "well"),
            (vec!["site-verification=1", "v=spf1 include:mail.example ~all"], "well"),
            (vec!["v=spf1 +all"], "doubtful"),
            (vec!["v=spf10 mx"], "doubtful"),
            (vec![], "doubtful"),
            (vec!["v=spf1 mx -all", "v=spf1 a -all"], "broken"),
        ] {
            assert_eq!(word(&spf("harbor.example", &texts(&records))), expected, "{records:?}");
        }
        for (signer, records, expected) in [
            ("harbor.example", vec!["v=DKIM1; k=rsa; p=MIGf"], "well"),
            ("relay.example", vec!["v=DKIM1; p=MIGf"], "doubtful"),
            ("harbor.example", vec!["v=DKIM1; p="], "broken"),
            ("harbor.example", vec![], "broken"),
        ] {
            assert_eq!(word(&dkim("harbor.example", signer, "s._domainkey", &texts(&records))), expected, "{records:?}");
        }
        assert_eq!(word(&dmarc("harbor.example", &texts(&["v=DMARC1; p=reject"]))), "well");
        assert_eq!(word(&dmarc("harbor.example", &[])), "doubtful");
    }
}

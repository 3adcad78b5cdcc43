//! Whether a stranger's mail may matter: maintenance words beside a date, in a mail that looks like a notice.
//!
//! It decides only between "irrelevant, no sign" and "a person looks": doubt is a sign. Invoices, newsletters, meetings, shop mail, our own
//! monitoring and talk among colleagues carry maintenance words and dates too; what they are is told by their own marks.

use super::words;
use crate::model::{Impact, Mail, Status};
use regex::Regex;
use std::sync::LazyLock;

/// Characters of a body that are looked at: a notice says what it is early.
const LOOKED_AT: usize = 12_000;

/// Whether a mail of an unknown sender may announce a maintenance or report an outage.
#[must_use]
pub fn sign(mail: &Mail) -> bool {
    if mail.calendars.iter().any(|event| event.extra.iter().any(|property| property.name.starts_with("X-MAINTNOTE"))) {
        return true;
    }
    let body = body(mail);
    points(&mail.subject, &body).matter()
}

/// What speaks for a notice and what against.
#[derive(Debug, Default, PartialEq, Eq)]
struct Points {
    change: bool,
    bare: bool,
    in_subject: bool,
    work: i32,
    when: i32,
    infrastructure: i32,
    felt: i32,
    form: i32,
    outage: i32,
    against: i32,
}

impl Points {
    fn matter(&self) -> bool {
        let total = self.work + self.when + self.infrastructure + self.felt + self.form - self.against;
        let needed = if self.in_subject && self.when == 2 && self.against == 0 { 5 } else { 6 };
        let dated = self.work > 0 && self.when > 0 && (self.infrastructure + self.form > 0 || self.work >= 4) && total >= needed;
        // Labelled lines of a notice speak for themselves, whatever stands in its footer.
        let formed = self.when == 2 && self.form >= 2 && self.infrastructure + self.felt + self.work >= 5 && self.against < 6;
        // A cancellation or an extension often states no date.
        let changed = self.work >= 3 && self.change && self.infrastructure > 0 && self.against == 0;
        let undated = self.work >= 4 && self.infrastructure + self.felt >= 4 && self.against == 0;
        // The notice stands in a part that was not read.
        let elsewhere = self.bare && self.in_subject && self.against == 0;
        let broken = self.outage > 0
            && self.outage + self.infrastructure + self.felt - self.against >= 4 + i32::from(self.against > 0 || self.outage < 4);
        dated || formed || changed || undated || elsewhere || broken
    }
}

fn body(mail: &Mail) -> String {
    let of = |body: &Option<crate::model::BodyText>| body.as_ref().map_or(String::new(), |body| body.fresh.clone());
    let quoted = [&mail.plain, &mail.html].into_iter().flatten().map(|body| body.quoted.as_str()).find(|text| !text.trim().is_empty());
    let mut text = mail.text().to_owned();
    if text.trim().is_empty() {
        text = of(&mail.plain) + &of(&mail.html);
    }
    // A forward has its notice below the forwarder's line.
    if text.trim().chars().count() < 300 {
        text.push('\n');
        text.push_str(quoted.unwrap_or_default());
    }
    for event in &mail.calendars {
        for part in [&event.summary, &event.description].into_iter().flatten() {
            text.push('\n');
            text.push_str(part);
        }
    }
    text.chars().take(LOOKED_AT).collect()
}

fn points(subject: &str, body: &str) -> Points {
    let text = format!("{subject}\n{body}");
    let has = |table: &LazyLock<Option<Regex>>, text: &str| table.as_ref().is_some_and(|regex| regex.is_match(text));
    let count = |table: &LazyLock<Option<Regex>>, text: &str, most: usize| -> i32 {
        let mut seen = std::collections::BTreeSet::new();
        for found in table.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)) {
            seen.insert(found.as_str().to_lowercase());
            if seen.len() >= most {
                break;
            }
        }
        i32::try_from(seen.len()).unwrap_or_default()
    };
    let work = if has(&NOTICE, subject) {
        4
    } else if has(&NOTICE, body) {
        3
    } else if has(&WORK, subject) {
        2
    } else {
        i32::from(has(&WORK, body))
    };
    let when = match (has(&DATE, &text), has(&CLOCK, &text)) {
        (true, true) => 2,
        (true, false) | (false, true) => 1,
        (false, false) => 0,
    };
    let felt = match words::impact(body).map(|said| said.value) {
        Some(Impact::Outage | Impact::NoImpact) => 2,
        Some(_) => 1,
        None => 0,
    };
    let outage = if has(&OUTAGE, subject) {
        4
    } else if has(&OUTAGE, body) {
        3
    } else {
        0
    };
    let status = words::status(&text).map(|said| said.value);
    Points {
        change: matches!(status, Some(Status::Cancelled | Status::Completed | Status::Rescheduled | Status::InProcess)),
        bare: body.trim().chars().count() < 40,
        in_subject: has(&NOTICE, subject) || has(&WORK, subject),
        work,
        when,
        infrastructure: count(&INFRASTRUCTURE, &text, 3),
        felt,
        form: count(&FORM, body, 4).min(3),
        outage,
        against: 4 * count(&AGAINST, subject, 2)
            + 2 * count(&AGAINST, body, 3)
            + 4 * count(&FOREIGN, subject, 2)
            + 3 * count(&FOREIGN, body, 2),
    }
}

static NOTICE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(NOTICE_WRITTEN));
static WORK: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(WORK_WRITTEN));
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(DATE_WRITTEN));
static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(CLOCK_WRITTEN));
static INFRASTRUCTURE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(INFRASTRUCTURE_WRITTEN));
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(FORM_WRITTEN));
static OUTAGE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(OUTAGE_WRITTEN));
static AGAINST: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(AGAINST_WRITTEN));
static FOREIGN: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(FOREIGN_WRITTEN));

/// Phrases that notices use of themselves.
const NOTICE_WRITTEN: &str = r"(?:\b(?:planned|scheduled|emergency|urgent|upcoming|essential|remedial|preventi\w+|routine|critical|network|electrical|power|service|system|infrastructure|server|platform|datacent(?:er|re)|data cent(?:er|re)|hardware|cooling)(?:[- ]\w+){0,2}?[- ](?:maintenance|maint|works?|outage|outages|downtime|reboot|interruption|shutdown|migration)\b|\bmaintenance (?:window|notification|notice|event|announcement|alert|period|activity|work|reference|id|ticket|scheduled|will)\b|\b(?:perform|undertak|carry(?:ing)? out|conduct|schedul|requir)\w*(?: \w+){0,4}? maintenance\b|\bchange (?:window|notification)\b|\bservice advisory\b|\boutage (?:window|notification|notice)\b|\b(?:instance|host|server) (?:retirement|reboot|migration)\b|\bscheduled (?:for )?(?:retirement|reboot|migration|upgrade)\b|\bmaintenance\b[^.\n]{0,60}\b(?:datacent(?:er|re)|network|server|region|rack|host|router|switch|cluster|backbone|fib(?:er|re)|hypervisor)|wartungs(?:arbeit\w*|fenster|ank[üu]ndigung|meldung|benachrichtigung|zeitraum)|geplante\w* (?:\w+ )?(?:wartung|arbeiten|unterbrechung|abschaltung)|ank[üu]ndigung (?:\w+ )?(?:wartung|arbeiten)|(?:maintenance|intervention|op[ée]ration|travaux) (?:\w+ )?(?:planifi[ée]e?s?|programm[ée]e?s?|pr[ée]vue?s?|technique)|avis (?:de|d['’]) ?(?:maintenance|intervention|travaux)|fen[êe]tre de maintenance|(?:mantenimiento|trabajos|ventana|corte)s? (?:de mantenimiento|programad\w+|planificad\w+|de red)|(?:gepland|preventief) (?:\w+ )?(?:onderhoud|werkzaamheden)|onderhouds(?:werkzaamheden|venster|melding|aankondiging)|gepl\w+ werkzaamheden|manuten[çc][ãa]o (?:programad\w+|planejad\w+|preventiva|emergencial)|janela de manuten[çc][ãa]o|lavori (?:di manutenzione|programmati)|manutenzione (?:programmata|straordinaria)|planlagt (?:vedligehold|arbejde)|planerat (?:underh[åa]ll|arbete)|メンテナンス|prace (?:serwisowe|konserwacyjne|planowe))";

/// Words of work at all.
const WORK_WRITTEN: &str = r"\b(?:maintenance|maint|outage|downtime|upgrades?|upgraded|migrat(?:e|ed|ion|ing)|reboot(?:ed|s)?|restart|patching|cut ?over|relocation|decommission\w*|retire\w*|switched off|powered off|shut ?down|firmware update|moved to|fib(?:er|re) works?|wartung\w*|umbau\w*|austausch\w*|abschaltung|arbeiten|travaux|intervention|maintenance|coupure|mantenimiento|trabajos|corte|onderhoud|werkzaamheden|manuten[çc][ãa]o|manutenzione|vedligehold\w*|underh[åa]ll\w*|konserwac\w+)\b";

const DATE_WRITTEN: &str = r"(?:\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b|\b\d{1,2}[-/]\d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th|\.)?[- ]?(?:of |de )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|m[äa]r|mai|okt|dez|janv|f[ée]v|avr|juin|juil|ao[ûu]t|d[ée]c|ene|abr|ago|dic|mrt|mei|maa|set|out|gen|mag|giu|lug|ott)\w*|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?[- ]\d{1,2}(?:st|nd|rd|th)?\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b|\b(?:tomorrow|tonight)\b|\d{1,2}月\d{1,2}日)";

const CLOCK_WRITTEN: &str = r"(?:\b\d{1,2}[:.]\d{2}\b|\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|uhr|heures|horas|uur|h)\b|\b\d{4} ?(?:utc|gmt|z|hrs|hours)\b|\b\d{1,2}h\d{2}\b|\bmidnight\b|\bmitternacht\b)";

/// Things that providers run. Each counts once.
const INFRASTRUCTURE_WRITTEN: &str = r"(?:\b(?:circuits?|serv(?:er|eur|idor|ers|eurs|idores|ern)s?|servers|network|netzwerk|netwerk|r[ée]seau|red|rede|data ?cent(?:er|re)s?|rechenzentr\w+|datacent(?:er|re|rum)\w*|centro de datos|racks?|routers?|switch(?:es)?|fib(?:er|re)s?|glasfaser\w*|backbone|uplinks?|bgp|peering|transit|colocation|hypervisors?|virtual machines?|vms?|vps|droplets?|instances?|linodes?|hosts?|nodes?|hosting\w*|databases?|datenbank\w*|storage|san|cluster|dns|ups|usv|stromversorgung|power (?:feed|supply|system|distribution)s?|pdus?|generators?|firewall|vpn|dedicated|ip transit|ipv[46]|cloud|platform|region|noc|services? (?:id|affected|impacted)|internet|connectivity|wavelength|cross[- ]?connect|mpls|ethernet|vlan|control panel|api|customers?|kunden|clients?|clientes|klanten)\b|サービス|回線|お客様)";

/// Lines that notices are made of. Each counts once.
const FORM_WRITTEN: &str = r"(?m)(?:^[ \t>|*]*(?:[\w()'/&éèôûüäöçãí-]+ ){0,5}?(?:start|end|begin|beginn|ende|d[ée]but|fin|inicio|in[íi]cio|t[ée]rmino|einde|aanvang|window|fenster|venster|fen[êe]tre|ventana|janela|duration|dauer|dur[ée]e|duraci[óo]n|dura[çc][ãa]o|duur|impact|auswirkung\w*|impacto|location|circuits?|service id|affected \w+|betroffene \w+|services? (?:affected|impacted)|impacted \w+|change (?:id|number|reference|ref)|maintenance (?:id|type|ticket|ref\w*)|ticket (?:number|no|ref\w*)|reason|reference)(?: [\w()&/]+){0,3}[ \t]*[#*]*[ \t]*(?:[:|]|\n))";

const OUTAGE_WRITTEN: &str = r"(?:\b(?:unplanned outage|service disruption|service outage|network outage|power outage|major incident|outage notification|reason for outage|incident report|incident notification|post[- ]?mortem|we are (?:currently |actively )?investigating|(?:systems|servers|services|circuits?) are (?:currently |now )?(?:not reachable|unreachable|down|unavailable)|fib(?:er|re) cut|cable cut|is experiencing (?:an|a) (?:\w+ )?(?:outage|disruption|degradation)|st[öo]rungsmeldung|netzst[öo]rung|panne (?:r[ée]seau|[ée]lectrique)|incident (?:r[ée]seau|en cours)|incidencia (?:en|de) (?:la )?red|aver[íi]a|storingsmelding|netwerkstoring)\b|^(?-i:\W*[A-Z][A-Za-z]+) (?:is|was) down\b)";

/// Marks of ordinary mail. Each counts once.
const AGAINST_WRITTEN: &str = r"\b(?:invoices?|rechnung|factura|facture|factuur|fatura|payment|amount due|vat|total due|purchase|order (?:number|confirmation|#)|your order|delivery|tracking number|parcel|shipment|shipped|webinar|register now|registration|rsvp|save the date|conference|keynote|meetup|workshop|newsletter|digest|weekly|magazine?|terms of service|unattended-upgrades|view (?:this email )?in (?:your )?browser|special offer|discount|% off|promotion|black friday|sale ends|pricing|free trial|book a demo|subscribe now|maintenance (?:plan|contract|agreement|fee|release|renewal|package)s?|support contract|renewal|renew|release notes|changelog|what['’]s new|new features?|is now available|now available|has been released|version \d|v\d+\.\d+|bug ?fix\w*|verification code|reset your password|password reset|sign[- ]in|login attempt|two-factor|zoom\.us|join (?:zoom|the meeting|microsoft teams)|teams meeting|google meet|calendar invitation|invited you|agenda|minutes of|meeting notes|standup|lunch|coffee|birthday|vacation|annual leave|out of office|job (?:offer|opening|opportunity)|applicants?|candidates?|cv|interview|survey|rate your|satisfaction|training|course|certification|pull request|merged|commit|ci build|pipeline|jira|assigned to you|backup (?:job|report|succeeded|completed)|nagios|zabbix|icinga|check_\w+|service alert|host alert|alertmanager|firing|threshold|cron|disk usage|quota|certificate expir\w+|cve-\d+|vulnerabilit(?:y|ies)|proposal|quotation|offer valid|angebot|oferta|promo)\b";

/// Maintenance of other things. Each counts once and heavily.
const FOREIGN_WRITTEN: &str = r"\b(?:car|vehicle|motor|oil change|tyres?|tires?|mileage|garage|brake|garden|landlord|tenants?|apartment|flat|boiler|heating system|plumb\w+|elevators?|lift maintenance|escalator|parking|car park|air ?conditioning (?:service|unit) in (?:the |your )?office|office (?:kitchen|cleaning)|cleaning|roof|road ?works?|trains?|tram|bus lines?|metro line|flights?|hotel|water supply|gas meter|electricity bill|coffee machine|vending|printer|copier|fridge|pool|gym|dentist|doctor|school|website maintenance plans?|wordpress (?:care|maintenance) plan|fahrzeugs?|mileage|auto|werkstatt|aufzug|heizung\w*|mieter|voiture|ascenseur|coche|vitrines?|ascensor|auto onderhoud|lift)\b";

#[cfg(test)]
mod tests;

//! Whether a stranger's mail may matter: maintenance words beside a date, in a mail that looks like a notice.
//!
//! It decides only between "irrelevant, no sign" and "a person looks": doubt is a sign. Invoices, newsletters, meetings, shop mail, our own
//! monitoring and talk among colleagues carry maintenance words and dates too; what they are is told by their own marks.

use super::words;
use crate::model::{CalendarTime, Impact, Mail, Status};
use crate::rules::search::Regex;
use chrono::NaiveTime;
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

/// Whether a phrase that notices use of themselves stands in a text: `scheduled maintenance`, `Wartungsarbeiten`.
#[must_use]
pub fn speaks_of_notice(text: &str) -> bool {
    NOTICE.as_ref().is_some_and(|regex| regex.is_match(text))
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
    upkeep: bool,
    marked: bool,
    upkeep_in_subject: bool,
    deed: bool,
    ahead: bool,
    asked: bool,
    span: bool,
    announced: bool,
    named: bool,
}

impl Points {
    fn matter(&self) -> bool {
        let total = self.work + self.when + self.infrastructure + self.felt + self.form
            - self.against
            - if self.work < 4 && self.asked { 3 } else { 0 };
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
        // However short and in whatever language: a word that only upkeep has, beside any time.
        let told = self.upkeep && self.when > 0;
        // No such word, but what is done to a thing that providers run, on a date.
        let done = self.deed && self.when > 0 && self.infrastructure > 0;
        // Neither, but something lies ahead of such a thing, or the thing stands beside a date and a clock time.
        let ahead = self.infrastructure > 0 && (self.ahead && self.when > 0 || self.when == 2 && self.infrastructure > 1);
        let plain = (told || done || ahead || self.span && self.when == 2) && self.against == 0 && !self.asked;
        // One mark in a footer makes no newsletter of it.
        let footed = self.upkeep
            && self.when == 2
            && self.infrastructure > 0
            && self.against <= if self.upkeep_in_subject && self.ahead { 4 } else { 2 }
            && !self.asked;
        // One sentence says it all: what, when and that it is to come. Marks of other mail beside it are a footer's or a remark's.
        let announced = self.announced && self.against <= if self.upkeep_in_subject || self.work == 4 { 6 } else { 4 };
        // "NQ-12 begins on 13 March": the reference stands for the work.
        let named = self.named && self.when > 0 && self.against == 0 && !self.asked;
        announced || named || dated || formed || changed || undated || elsewhere || broken || plain || footed
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
        // The day and the clock of an invitation stand in its event alone.
        let start = event.start.as_ref().map(|start| match start {
            CalendarTime::Utc(at) => at.naive_utc(),
            CalendarTime::Zoned(at, _) | CalendarTime::Floating(at) => *at,
            CalendarTime::Date(day) => day.and_time(NaiveTime::MIN),
        });
        text.extend(start.map(|start| format!("\n{}", start.format("%Y-%m-%d %H:%M"))));
    }
    text.chars().take(LOOKED_AT).collect()
}

/// `2024-12-04T22:00Z` with its day and its clock set apart.
fn apart(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |index: Option<usize>| index.and_then(|index| chars.get(index)).is_some_and(char::is_ascii_digit);
    let part = |(index, char): (usize, &char)| {
        let between = *char == 'T' && digit(index.checked_sub(1)) && digit(Some(index + 1));
        if between { ' ' } else { *char }
    };
    chars.iter().enumerate().map(part).collect()
}

fn points(subject: &str, body: &str) -> Points {
    // "24/7" is no date.
    let text = apart(&format!("{subject}\n{body}")).replace("24/7", "");
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
        (false, false) => i32::from(has(&VAGUE, &text)),
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
    let infrastructure = count(&INFRASTRUCTURE, &text, 3);
    let foreign = has(&FOREIGN, &text);
    let announced = words::sentences(&text).into_iter().filter_map(|at| text.get(at)).any(|one| {
        let thing = has(&INFRASTRUCTURE, one) || work == 4 && !foreign;
        thing && has(&DATE, one) && has(&AHEAD, one) && (has(&DEED, one) || has(&UPKEEP, one)) && !has(&ASKED, one)
    });
    let status = words::status(&text).map(|said| said.value);
    Points {
        change: matches!(status, Some(Status::Cancelled | Status::Completed | Status::Rescheduled | Status::InProcess)),
        bare: body.trim().chars().count() < 40,
        in_subject: has(&NOTICE, subject) || has(&WORK, subject),
        work,
        when,
        infrastructure,
        felt,
        form: count(&FORM, body, 4).min(3),
        outage,
        against: 4 * count(&AGAINST, subject, 2)
            + 2 * count(&AGAINST, body, 3)
            + 4 * count(&FOREIGN, subject, 2)
            + if infrastructure > 1 { 0 } else { 3 * count(&FOREIGN, body, 2) },
        upkeep: has(&UPKEEP, &text),
        marked: has(&AGAINST, subject) || has(&FOREIGN, subject),
        upkeep_in_subject: has(&UPKEEP, subject),
        deed: has(&DEED, &text),
        ahead: has(&AHEAD, &text),
        asked: has(&ASKED, &text),
        span: has(&SPAN, body),
        announced,
        named: has(&REFERENCE, subject) && (has(&AHEAD, &text) || has(&SETS_OUT, &text)),
    }
}

static NOTICE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(NOTICE_WRITTEN));
static WORK: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(WORK_WRITTEN));
static UPKEEP: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(UPKEEP_WRITTEN));
static DEED: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(DEED_WRITTEN));
static AHEAD: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(AHEAD_WRITTEN));
static ASKED: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(ASKED_WRITTEN));
static SPAN: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(SPAN_WRITTEN));
static VAGUE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(VAGUE_WRITTEN));
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(DATE_WRITTEN));
static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(CLOCK_WRITTEN));
static INFRASTRUCTURE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(INFRASTRUCTURE_WRITTEN));
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(FORM_WRITTEN));
static OUTAGE: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(OUTAGE_WRITTEN));
static AGAINST: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(AGAINST_WRITTEN));
static FOREIGN: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(FOREIGN_WRITTEN));

static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| words::exact_pattern(r"\b(?:[A-Z]{2}|[A-Z][ABD-Z][A-Z]{1,3})-\d{2,}\b"));
static SETS_OUT: LazyLock<Option<Regex>> = LazyLock::new(|| words::pattern(r"\b(?:begins?|starts?|ends?|moves?|moved)\b"));

/// Phrases that notices use of themselves.
const NOTICE_WRITTEN: &str = r"(?:\b(?:planned|scheduled|emergency|urgent|upcoming|essential|remedial|preventi\w+|routine|critical|network|electrical|power|service|system|infrastructure|server|platform|datacent(?:er|re)|data cent(?:er|re)|hardware|cooling)(?:[- ]\w+){0,2}?[- ](?:maintenance|maint|works?|outage|outages|downtime|reboot|interruption|shutdown|migration)\b|\bmaintenance (?:window|notification|notice|event|announcement|alert|period|activity|work|reference|id|ticket|scheduled|will)\b|\b(?:perform|undertak|carry(?:ing)? out|conduct|schedul|requir)\w*(?: \w+){0,4}? maintenance\b|\b(?:change (?:window|notification)|network change|CHG\d{5,})\b|\bservice advisory\b|\boutage (?:window|notification|notice)\b|\b(?:instance|host|server) (?:retirement|reboot|migration)\b|\bscheduled (?:for )?(?:retirement|reboot|migration|upgrade)\b|\bmaintenance\b[^.\n]{0,60}\b(?:datacent(?:er|re)|network|server|region|rack|host|router|switch|cluster|backbone|fib(?:er|re)|hypervisor)|wartungs(?:arbeit\w*|fenster|ank[üu]ndigung|meldung|benachrichtigung|zeitraum)|geplante\w* (?:\w+ )?(?:wartung|arbeiten|unterbrechung|abschaltung)|ank[üu]ndigung (?:\w+ )?(?:wartung|arbeiten)|(?:maintenance|intervention|op[ée]ration|travaux) (?:\w+ )?(?:planifi[ée]e?s?|programm[ée]e?s?|pr[ée]vue?s?|technique)|avis (?:de|d['’]) ?(?:maintenance|intervention|travaux)|fen[êe]tre de maintenance|(?:mantenimiento|trabajos|ventana|corte)s? (?:de mantenimiento|programad\w+|planificad\w+|de red)|(?:gepland|preventief) (?:\w+ )?(?:onderhoud|werkzaamheden)|onderhouds(?:werkzaamheden|venster|melding|aankondiging)|gepl\w+ werkzaamheden|manuten[çc][ãa]o (?:programad\w+|planejad\w+|preventiva|emergencial)|janela de manuten[çc][ãa]o|lavori (?:di manutenzione|programmati)|manutenzione (?:programmata|straordinaria)|planlagt (?:vedligehold|arbejde)|planerat (?:underh[åa]ll|arbete)|メンテナンス|prace (?:serwisowe|konserwacyjne|planowe))";

/// Words of work at all.
const WORK_WRITTEN: &str = r"\b(?:works (?:on|in|at|for|over) (?:\w+ ){0,3}?(?:nights?|days?|\d)|maintenance|maint|outage|downtime|upgrades?|upgraded|migrat(?:e|ed|ion|ing)|reboot(?:ed|s)?|restart|patching|cut ?over|relocation|decommission\w*|retire\w*|switched off|powered off|shut ?down|firmware update|moved to|fib(?:er|re) works?|wartung\w*|umbau\w*|austausch\w*|abschaltung|arbeiten|travaux|intervention|maintenance|coupure|mantenimiento|trabajos|corte|onderhoud|werkzaamheden|manuten[çc][ãa]o|manutenzione|vedligehold\w*|underh[åa]ll\w*|konserwac\w+)\b";

/// Words of upkeep and planned interruption in many languages: one of them beside a time is enough where nothing speaks against.
const UPKEEP_WRITTEN: &str = r"(?:\b(?:maintenance|maint|we (?:will )?maintain|upkeep|windows? (?:for \S+ |of \S+ |on \S+ )?(?:has |is |was |will )?(?:be )?(?:moved|moves?|begins?|starts?|extended|cancelled)|works? (?:on|at) (?:the )?(?:circuit|link|route|cable|fib\w+|network|line|span|segment|service)s?|ventana de trabajo|micro-?cortes?|întrerupe\w*|lucr[ăa]ri|munk[áa]lat\w*|munk[áa]k|\w*kies[ée]s\w*|le[áa]ll[áa]s\w*|niedost[ęe]pn\w*|wymieni\w+|výpad\w+|работ(?:ы|ах|ам)?|отключени\w+|перерыв\w*|недоступн\w+|замен\w+|down ?time|(?:planned|scheduled|emergency|service|power|network) (?:\w+ )?(?:works?|outages?|interruptions?|shut ?downs?|downtime|disruptions?|reboots?|migrations?)|outage (?:is )?planned|(?:technical|power|circuit|fib(?:er|re)|hvac|electrical|network|cable|line|route|service) (?:maintenance |upgrade )?works?|(?:taken?|taking|go(?:es|ing)?|brought) (?:\S+ ){0,6}?(?:down|offline)|patch (?:night|day|window)|wartung\w*|\w*arbeiten|unterbrech\w+|unterbrochen|onderbrek\w+|interrompue?s?|interruption de|interrupci[óo]n|interrup[çc][ãa]o|avbrott|afbrydelse|przerw\w+|arbeiten (?:an|am|im)|instandhaltung\w*|(?:strom)?abschaltung\w*|betriebsunterbrechung|travaux|intervention|(?:coupure|interruption)s? (?:\w+ )?(?:est |sont )?(?:pr[ée]vue|programm[ée]e|planifi[ée]e|[ée]lectrique)s?|mantenimiento|corte (?:programado|de energ[íi]a|el[ée]ctrico|de servicio)|trabajos|onderhoud\w*|werkzaamheden|manuten[çc][ãa]o|manutenzione|interruzione (?:programmata|del servizio)|vedligehold\w*|vedlikehold\w*|underh[åa]ll\w*|service ?arbe(?:te|id|jde)\w*|driftstopp?\w*|huolto\w*|\w*huolto|\w*katko\w*|prac[ey]? (?:serwisow\w+|konserwacyjn\w+|planow\w+|techniczn\w+|modernizacyjn\w+)|przerw\w+ (?:techniczn\w+|serwisow\w+|konserwacyjn\w+)|konserwacj\w+|[úu]dr[žz]b\w+|odst[áa]vk\w+|karbantart\w+|mentenan[țţt]\w*|întreținere|bak[ıi]m(?: [çc]al[ıi][şs]mas[ıi])?|planl[ıi] (?:kesinti|[çc]al[ıi][şs]ma)|одржавање|odr[žz]avanj\w+|vzdr[žz]evanj\w+|hooldust\w*|apkop\w+|prie[žz]i[ūu]r\w+|(?:планов|технич|профилактич|регламентн|ремонтн)\w+ (?:\w+ )?работ\w*|профилактик\w+|обслуживани\w+|технічн\w+ робот\w*|обслуговуванн\w+|поддръжк\w+|профилактик\w+|συντήρησ\w*|bảo trì|pemeliharaan)\b|工事|障害|通信断|停止|交換作業|メンテナンス|保守|点検|計画停止|停電|维护|維護|维修|检修|割接|점검|유지보수|작업 안내|บำรุงรักษา|صيانة|תחזוקה)";

/// What is done to the things that providers run.
const DEED_WRITTEN: &str = r"\b(?:(?:software|firmware|kernel|driver|version|cluster|hypervisor) update|repairs?|inspection|switching|are cut|no \w+ run|stop working|stop building|no \w+ \w+day|goes to|alignment|faults?|(?:rolling|library) update|apag\w+|is migrated|retired|offline|down|mis(?:e|es)? [àa] jour|aggiorn\w+|actualiza\w+|atualiza\w+|bijgewerkt|spost\w+|trasferi\w+|re-?boot(?:s|ed|ing)?|restart(?:s|ed|ing)?|reload|replac(?:e|es|ed|ing|ement)|swap(?:s|ped|ping)?|upgrad(?:e|es|ed|ing)|we (?:\w+ )?update|(?:will|to) be (?:\w+ )?(?:updated|patched|moved|unavailable|down|offline|switched off|turned off|powered (?:off|down)|interrupted|terminated|stopped|disabled|retired|unreachable)|out of service|patch(?:es|ing) (?:will|are|is)|shut(?:s|ting)? ?(?:\w+ ){0,2}?down|mov(?:e|es|ing) (?:you|your|to)|relocat(?:e|es|ed|ing|ion)|migrat(?:e|es|ed|ing|ion)|decommission\w*|splic(?:e|ing)|fail-?over|rotat(?:e|es|ing)|roll(?:ing)? out|load test|generator test|cut ?over|electricians?|will be (?:working|testing|performing|carrying)|tausch(?:en|t|ten)|austausch\w*|umzug\w*|ziehen \w+ (?:\w+ ){0,4}?um\b|umgezogen|neu ?gestartet|neustart|abgeschaltet|schalten|aktualisier(?:en|t)|byter|bytas|udskift\w+|vervang\w+|herstart\w*|verhuiz\w+|remplac\w+|red[ée]marr\w+|d[ée]m[ée]nag\w+|reemplaz\w+|reinici\w+|migraci[óo]n|substitui\w+|sostitu\w+|riavvi\w+|wymian\w+)\b";

/// That something is to come.
const AHEAD_WRITTEN: &str = r"\b(?:will|(?:may|might) (?:be|cut|see|experience|lose|have|occur|take|affect)|we['’]ll|(?:is|are) (?:going )?to be|is closed|are closed|closes|takes? place|need to|we (?:\w+ )?(?:maintain|upgrade|migrate|reboot|restart|update|patch|rotate|switch|shut|retire|remove|close|cut|service)|forces? us|commences?|lasts|(?:is|are) (?:swapped|aligned)|[a-z]+ar[áa]n\b|is cut|instead of \w+day|planned|scheduled|upcoming|we (?:\w+ )?(?:change|move|install|rebuild|test|replace|swap|work)|(?:is|are) (?:re-?booted|restarted|retired|stopped|shut|patched|serviced|migrated|tested|replaced|moved|upgraded|installed|changed|read-only)|starting (?:(?:on|at|from) )?(?:\d|\w+day)|wird|werden|findet|finden|geplant|erfolgt|sera|seront|est pr[ée]vue?|aura lieu|se (?:realizar|llevar|producir)\w*|habr[áa]|ser[áãa]o?|ocorrer[áãa]o?|haver[áa]|faremos|realizaremos|wordt|zal|zullen|gepland|verr[àa]|è previst[oa]|sar[àa]|b[ęe]dzie|b[ęe]d[ąa]|kommer|skal|bliver|utf[öo]r|budou|bude|будет|будут)\b";

/// A question or a wish of a customer or a colleague is no announcement.
const ASKED_WRITTEN: &str = r"\b(?:do (?:others|you have (?:\d+|a few) minutes)|anyone (?:seeing|else|here)|w(?:ho|er) (?:comes|brings|can|joins|has time|kommt|bringt|kann|hat)|est-ce que|wann (?:wird|ist|werden|ziehen|k[öo]nnen) (?:unser\w*|mein\w*|wir|ich)|when (?:will|is|does) (?:our|my)|our (?:shop|students|auditors|pupils|school|webshop)|(?:can|could|would|will) you (?:please |also |maybe )?(?:not |re\w+|do|move|migrate|upgrade|update|shut|swap|check|look|send|give|confirm|let|tell|help|turn|switch|install|schedule|plan|increase|add)|(?:are|is) you(?:r team)? (?:free|available)|what about|i (?:can|could|owe|would)|i['’]ll|shall we|should we|how about|let me know (?:whether|if|when) you|do you (?:announce|send|offer|have time|want to|think|know)|^question about|(?:was|were) (?:our|my)|would it be possible|is it possible|k[öo]nn(?:en|ten) sie|k[öo]nntet ihr|kannst du|k[öo]nntest du|pouvez-vous|pourriez-vous|puede[ns]? (?:por favor|reiniciar|mover|hacer)|kunnen jullie|kunt u|kun je|você pode|podem)\b";

/// A start beside an end on labelled lines.
const SPAN_WRITTEN: &str = r"(?s)(?:(?:start|begin|beginn|d[ée]but|inicio)[^\n|]{0,30}\|[^\n]{0,60}(?:end|ende|fin|finish)[^\n]{0,60}(?:\||\n))|(?:^|\n)[ \t>|*]*(?:[\w/-]+ ){0,3}?(?:start|begin|beginn|d[ée]but|inicio|in[íi]cio|aanvang|inizio|początek)(?: [\w()/]+){0,3}[ \t]*[:|].{0,160}?\n[ \t>|*]*(?:[\w/-]+ ){0,3}?(?:end|finish|ende|fin|einde|t[ée]rmino|fim|fine|koniec)(?: [\w()/]+){0,3}[ \t]*[:|]";

/// Times that no calendar knows.
const VAGUE_WRITTEN: &str = r"\b(?:kw ?\d{1,2}|kalenderwoche \d{1,2}|(?:calendar )?week \d{1,2}|semaine \d{1,2}|during the (?:week|month|night|weekend)|(?:this|next|coming) (?:week|weekend|month|night)|in the (?:coming|next) (?:days|weeks|months|hours)|to be announced|will be (?:announced|communicated)|shortly|immediately|(?:january|february|march|april|may|june|july|august|september|october|november|december) (?:to|and|through|20\d\d)|q[1-4] 20\d\d|(?:diese|n[äa]chste|kommende)[nrm]? (?:woche|nacht|monat|tage[n]?|wochenende)|la semaine prochaine|prochainement|la pr[óo]xima semana|pr[óo]ximamente|volgende week|binnenkort|em breve)\b";

const DATE_WRITTEN: &str = r"(?:\b\d{1,2}\.\d{1,2}\.|\b\d{4}\. ?\d{1,2}\. ?\d{1,2}\b|\d{1,2}월 ?\d{1,2}일|\b(?:the|on the|den|am|dnia|dne) \d{1,2}(?:st|nd|rd|th|\.)?\b|\b\d{1,2}\.? (?:stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrze[śs]nia|pa[źz]dziernika|listopada|grudnia|январ\w+|феврал\w+|март\w+|апрел\w+|ма[яй]|июн\w+|июл\w+|август\w+|сентябр\w+|октябр\w+|ноябр\w+|декабр\w+|ledna|[úu]nora|b[řr]ezna|dubna|kv[ěe]tna|[čc]ervna|[čc]ervence|srpna|z[áa][řr][íi]|[řr][íi]jna|prosince|ianuarie|februarie|martie|aprilie|iunie|iulie|ocak|[şs]ubat|nisan|may[ıi]s|haziran|temmuz|a[ğg]ustos|eyl[üu]l|ekim|kas[ıi]m|aral[ıi]k|tammi\w+|helmi\w+|maalis\w+|huhti\w+|touko\w+|kes[äa]\w+|hein[äa]\w+|elo\w+|syys\w+|loka\w+|marras\w+|joulu\w+)\b|\b(?:mon|tues?|wed|thurs?|thu|fri|sat|sun)\b|\b(?:mandag|tirsdag|onsdag|torsdag|fredag|l[øo]rdag|s[øo]ndag|m[åa]ndag|tisdag|l[öo]rdag|s[öo]ndag|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|sabato|domenica|(?:segunda|ter[çc]a|quarta|quinta|sexta)(?:-feira)?|poniedzia[łl]\w+|wtorek|[śs]rod[aęey]|czwart\w+|pi[ąa]tek|sobot\w+|niedziel\w+)\b|\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b|\b\d{1,2}[-/]\d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th|\.)?[- ]?(?:of |de )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|m[äa]r|mai|okt|dez|janv|f[ée]v|avr|juin|juil|ao[ûu]t|d[ée]c|ene|abr|ago|dic|mrt|mei|maa|set|out|gen|mag|giu|lug|ott)\w*|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?[- ]\d{1,2}(?:st|nd|rd|th)?\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b|\b(?:tomorrow|tonight|today|morgen|heute|demain|ce soir|ma[ñn]ana|amanh[ãa])\b|\d{1,2}月\d{1,2}日)";

const CLOCK_WRITTEN: &str = r"(?:\b\d{1,2}[:.]\d{2}\b|\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|uhr|heures|horas|uur|h)\b|\b\d{4} ?(?:utc|gmt|z|hrs|hours)\b|\b\d{1,2}h\d{2}\b|\bmidnight\b|\bmitternacht\b)";

/// Things that providers run. Each counts once.
const INFRASTRUCTURE_WRITTEN: &str = r"(?:\b(?:halls? \w|stacks?|runtimes?|(?:radio|microwave) links?|masts?|towers?|servidores|traffic|imap|smtp|prox(?:y|ies)|ports?|interfaces?|(?:xe|et|ge|te|gi)-\d\S*|fire dampers?|meet-me room|arrays? \d+|gateways?|(?:core|edge|agg|pe|cr|br|ar|access|spine|leaf|node|hv|esx)-?\d+|enlaces?|liaisons?|sbc|breakers?|feeders?|segment \d+|(?:backup )?vault|prze[łl][ąa]cznik\w*|serwer\w*|коммутатор\w*|сервер\w*|kiszolg[áa]l\w*|szerver\w*|nodul\w*|echipament\w*|(?:dc|pop|ams|fra|lon|par|nyc?|chi)-?\d+|pop|ixp?|ams-ix|de-cix|linx|load balancers?|tls|cdn|edge|caches?|buckets?|object storage|mysql|postgres\w*|pg-\d+|exchange|mail flow|sip|trunks?|telephone|telefon\w*|kabel|cables?|anschluss|verbindung\w*|verbinding\w*|link|fibra|rete|generators?|diesel|raised floor|fire suppression|data hall|loading dock|your ip|websites?|sites|shared hosting|tier \d|\bas\d{4,}|circuits?|leitung\w*|linecards?|line cards?|cabinets?|suites?|cages?|rows?|(?:rack|cabinet) ?[a-z]?\d+|feeds?|chillers?|hvac|crac|electric\w*|strom\w*|trafo|kvm-?\d+|vm\d+|(?:core|edge|dist|access)?-?(?:sw|rtr|router|switch)-?\d+|volumes?|name ?servers?|registry|epp|whois|mail ?server|mail platform|api endpoints?|facility|managed hosts?|machines?|zone [a-z]\b|serv(?:er|eur|idor|ers|eurs|idores|ern)s?|servers|network|netzwerk|netwerk|r[ée]seau|red|rede|data ?cent(?:er|re)s?|rechenzentr\w+|datacent(?:er|re|rum)\w*|centro de datos|racks?|routers?|switch(?:es)?|fib(?:er|re)s?|glasfaser\w*|backbone|uplinks?|bgp|peering|transit|colocation|hypervisors?|virtual machines?|vms?|vps|droplets?|instances?|linodes?|hosts?|nodes?|hosting\w*|databases?|datenbank\w*|storage|san|cluster|dns|ups|usv|stromversorgung|power (?:feed|supply|system|distribution)s?|pdus?|generators?|firewall|vpn|dedicated|ip transit|ipv[46]|cloud|platform|region|noc|services? (?:id|affected|impacted)|internet|connectivity|wavelength|cross[- ]?connect|mpls|ethernet|vlan|control panel|api|customers?|kunden|clients?|clientes|klanten)\b|サービス|回線|お客様)";

/// Lines that notices are made of. Each counts once.
const FORM_WRITTEN: &str = r"(?m)(?:^[ \t>|*]*(?:[\w()'/&éèôûüäöçãí-]+ ){0,5}?(?:start|end|begin|beginn|ende|d[ée]but|fin|inicio|in[íi]cio|t[ée]rmino|einde|aanvang|window|fenster|venster|fen[êe]tre|ventana|janela|duration|dauer|dur[ée]e|duraci[óo]n|dura[çc][ãa]o|duur|impact|auswirkung\w*|impacto|location|circuits?|service id|affected \w+|betroffene \w+|services? (?:affected|impacted)|impacted \w+|change (?:id|number|reference|ref)|maintenance (?:id|type|ticket|ref\w*)|ticket (?:number|no|ref\w*)|reason|reference)(?: [\w()&/]+){0,3}[ \t]*[#*]*[ \t]*(?:[:|]|\n))";

const OUTAGE_WRITTEN: &str = r"(?:\b(?:unplanned outage|service disruption|service outage|network outage|power outage|major incident|outage notification|reason for outage|incident report|incident notification|post[- ]?mortem|we are (?:currently |actively )?investigating|(?:systems|servers|services|circuits?) are (?:currently |now )?(?:not reachable|unreachable|down|unavailable)|fib(?:er|re) cut|cable cut|is experiencing (?:an|a) (?:\w+ )?(?:outage|disruption|degradation)|st[öo]rungsmeldung|netzst[öo]rung|panne (?:r[ée]seau|[ée]lectrique)|incident (?:r[ée]seau|en cours)|incidencia (?:en|de) (?:la )?red|aver[íi]a|storingsmelding|netwerkstoring)\b|^(?-i:\W*[A-Z][A-Za-z]+) (?:is|was) down\b)";

/// Marks of ordinary mail. Each counts once.
const AGAINST_WRITTEN: &str = concat!(
    r"\b(?:invoices?|rechnung|factura|facture|factuur|fatura|payment|amount due|vat|total due|purchase|order (?:number|confirmation|#)|your order|delivery (?:date|note|address|time|window|appointment|on)|deliveries|your delivery|tracking number|parcel|shipment|shipped|webinar|register now|registration|rsvp|save the date|conference|keynote|meetup|workshop|newsletter|digest|weekly (?:report|usage|health|news|summary)|magazine?|terms of service|unattended-upgrades|special offer|discount|\d+ ?% (?:off|discount|rabatt|korting)|trade in|sales team|promotion|black friday|sale ends|pricing|free trial|book a demo|subscribe now|maintenance (?:plan|contract|agreement|fee|release|renewal|package)s?|support contract|renewal|renew|release notes|changelog|what['’]s new|new features?|is now available|now available|has been released|bug ?fix\w*|verification code|reset your password|password reset|sign[- ]in|login attempt|two-factor|zoom\.us|join (?:zoom|the meeting|microsoft teams)|teams meeting|google meet|calendar invitation|invited you|agenda|minutes of|meeting notes|standup|lunch|coffee|birthday|vacation|annual leave|out of office|job (?:offer|opening|opportunity)|apply\s(?:until|by|now)|shifts|applicants?|candidates?|cv|interview|survey|rate your|satisfaction|training|course|certification|pull request|merged|commit|ci build|pipeline|jira|assigned to you|backup (?:job|report|succeeded|completed)|nagios|zabbix|icinga|check_\w+|service alert|host alert|alertmanager|firing|threshold|cron|disk usage|quota|certificate expir\w+|cve-\d+|vulnerabilit(?:y|ies)|proposal|quotation|offer valid|warrant(?:y|ies)|timesheets?|mentions|monitor is|the monitor|problem (?:started|name|id)|original problem|is ready|steps to reproduce|\(?issue #\d+\)?|guided tours?|entry is free|#\d+\)|crontab|review(?:ed|ers?)?|diff|branch|angebot|oferta|promo",
    r"|abuse report|login attempts?|balance|top up|prepaid|kontingent|traffic quota|action: \w+|if this was not you|snapshot \S+ (?:was )?created|verify your|contact data|registrant",
    r"|prices?|preisanpassung|preise|precios?|prezzi|tarif\w*|per month|pro monat|al mes|wholesale|book (?:before|now|a)|for free|free (?:assessment|trial|quote|month)|months free|free of charge|kostenlos\w*|gratis|gratuite?s?|gratuit[oa]|preventivo|fr[üu]hbucher\w*|offre|profitez|d[ée]couvrez|contrate|promoci[óo]n|canone|boleto|(?:wartungs|support)?vertr[äa]ge?|wartungstermin|termin sichern|minute call|companies like yours|on sale|visit us|your trial|nachzahlung|f[äa]llig|abrechnung|take part|win an?|save (?:\d|thousands|up to)|sparen|get solar|installers?|contratti|contrats?|contratos?|unpaid|credit card|reserv(?:a|ation)s?",
    r"|upgrade now|also in this issue|also:|themen dieser ausgabe|nouveaut[ée]s|unsubscribe|abmelden|se d[ée]sinscrire|darse de baja|afmelden|bolet[íi]n|our editors|read (?:more|on our site)|is here\b|commented|view post|people like|see what people|posted:|new reply in|replied|read the topic|stammtisch|followers",
    r"|webcast|speaker|live session|recording|on demand|watch now|seminar\w*|those who signed up|einladung|invitation:|accepted:|declined:|putting this in|dial-in|protokoll|anwesend|next call|n[äa]chste runde|vormerken|r[ée]union|(?:r[äa]umungs|brandschutz)[üu]bung|fire drill",
    r"|processed:|uptime|checked from|acknowledge|sensor:|sensor \w+ was|(?:alarm|alert) cleared|exit status|archive name|fatal:|sicherung|scheduled report|outages: 0|job: |severity ?=|mailing list|mute this",
    r"|reporter|breached|ticket inc\d+|inc\d{5,}|assigned to: \w+|your request|awaiting your|was (?:solved|closed)|please rate|your ticket|how did we do",
    r"|advisory id|cvss|crafted|denial of service|schwachstelle|risikostufe|sicherheitsl[üu]cke|end of maintenance|extended support|your evaluation|buy a licen[cs]e|licen[cs]e expires",
    r"|hiermit bewerbe|bewerbung\w*|years of experience|senior|headhunter|stelle als|out of (?:the )?office|automatic reply|r[ée]ponse automatique|je suis absente?|abwesen\w+|afwezig\w*|fuera de la oficina|ausente|risposta automatica|textbaustein|draft\w*|entwurf|short notes|what we learned|lessons learned|the wiki|watching this page|quick question|page \\x22|clause",
    r"|mailbox(?:es)? (?:are being|has reached|noc|is full)|new voice message|click (?:here|the link below)|log in here|hier anmelden|keep (?:your|same) password|confirm your account|(?:in|within) (?:24|48) hours|lottery|photos",
    r"|lieferung|sendung \d+|palette[ns]?|spedition|env[íi]os?|paquete|warehouse|back in stock|inspektion|reifen\w*|autohaus|chambre|piscine|zimmer|undelivered mail|could not be delivered|mailbox full|service level agreement|sub-processor",
    r"|i (?:started|attached|put|had|owe|replace|would say|have been)|hot spares|we decide on|ok for you|somebody must|annoy\w*",
    r")(?:\b|$|\s)"
);

/// Maintenance of other things. Each counts once and heavily.
const FOREIGN_WRITTEN: &str = r"\b(?:car|vehicle|motor|oil change|tyres?|tires?|mileage|garage|brake|garden|landlord|tenants?|apartment|flat|boiler|heating system|plumb\w+|elevators?|lift maintenance|escalator|parking|car park|air ?conditioning (?:service|unit) in (?:the |your )?office|office (?:kitchen|cleaning)|(?:window|carpet)s? (?:is |are )?clean\w+|windows are cleaned|cleaning (?:lady|staff|service)|roof|road ?works?|trains?|tram|bus lines?|metro line|flights?|hotel|water supply|gas meter|electricity bill|coffee machine|vending|printer|copier|fridge|pool|gym|dentist|doctor|school|website maintenance plans?|wordpress (?:care|maintenance) plan|fahrzeugs?|mileage|auto|werkstatt|aufzug|heizung\w*|mieter|voiture|ascenseur|coche|vitrines?|ascensor|auto onderhoud|lift)\b";

#[cfg(test)]
mod terse;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unknown;

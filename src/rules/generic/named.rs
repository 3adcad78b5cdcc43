//! Names of things in running text: what stands after a noun of a thing (`your VPS vmi118`, `host node chi-vz-12`, `rack A12`), and names whose
//! form alone says what they are (`i-0abc…`, `linode118…`, addresses).

use crate::rules::search::Regex;
use crate::rules::words;
use std::net::IpAddr;
use std::sync::LazyLock;

/// Most names of one text.
const MOST: usize = 500;

/// Nouns of things that have names, in six languages. Longer ones first where one begins another.
const NOUN: &str = r"(?:host[- ]?nodes?|host[- ]?systems?|hostsystems?|hypervisors?|hyperviseurs?|hipervisor(?:es)?|host ?names?|hosts?|nodes?|nodos?|n[œo]uds?|(?:cloud|root|web|mail|name|db|database|dedicated|virtual|game)?[- ]?servers?|servern?s?|serveurs?|servidor(?:es)?|v(?:irtual )?servers?|vps(?:en|es)?|virtual machines?|vms?|machines?|maschinen?|m[áa]quinas?|instances?|instanzen?|instancias?|inst[âa]ncias?|instanties?|droplets?|linodes?|volumes?|volumen?|disks?|databases?|datenbank(?:en)?|clusters?|circuits?|circuitos?|leitung(?:en)?|liens?|liaisons?|lignes?|(?:dark )?fib(?:er|re)s?(?: pairs?)?|pairs?|waves?|private clouds?|infrastructures?|environments?|appliances?|gateways?|terminals?|workspaces?|deployments?|collegament[io]|tratt[ae]|anschl(?:uss|[üu]sse)|verbinding(?:en)?|verbindung(?:en)?|connections?|wavelengths?|cross[- ]?connects?|xconnects?|ports?|racks?|cabinets?|cages?|baies?|armoires?|schr[äa]nke?n?|suites?|switch(?:es)?|routers?|routeurs?|routeadores?|firewalls?|pdus?|feeds?|ups|generators?|chillers?|services?|servicios?|servi[çc]os?|dienste?n?|diensten|subscriptions?|assets?|(?:ip[- ]?)?(?:address(?:es)?|adressen?|adresses?|direcci[óo]n(?:es)?|endere[çc]os?|adres)|ips?|prefix(?:es)?|subnets?|peering|tunnels?|links?|halls?|rooms?|rows?|salles?|buckets?|domains?)";

/// What may stand between noun and name.
const BETWEEN: &str = r#"(?:\(s\))?(?:[ \t]+(?:id|ids|nr\.?|no\.?|n[°º]\.?|number|nummer|num[ée]ro|named|called|namens|nomm[ée]e?|llamad[oa]|labell?ed|with (?:the )?(?:id|name|ip(?: address)?)|mit (?:der|dem) (?:id|namen?|ip)|avec l['’]adresse|con (?:id|ip)|ip|node|instance|server))?[ \t]*(?:[#:=][ \t]*|[ \t])(?:["'“„«»(\[`]+\s?|#[ \t]?)*"#;

static AFTER_NOUN: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(&format!(r"\b({NOUN}){BETWEEN}([\p{{L}}\d][\w.:/@-]*(?:\.\w+)*)")));
static SERIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r#"^["'”“»)\]]*(?:\s*(?:,|;|/|&)\s*(?:(?:and|und|et|y|en|e)\s+)?|\s+(?:and|und|et|y|en|e)\s+)["'“„«#]*([\p{L}\d][\w.:/@-]*)"#,
    )
});
static BY_FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b((?:i|vol|eni|snap|nat|igw|vgw|tgw|lb|db|fs|subnet|vpc|eipalloc)-[0-9a-f]{8,17}|dx(?:con|vif|lag)-[0-9a-z]{8,}|linode\d{4,}|vmi\d{4,}|vps-[0-9a-f]{6,}(?:\.[\w.-]+)?|vps\d{4,}(?:\.[\w.-]+)?|ns\d{5,}(?:\.ip-[\w.-]+)?|v\d{10,}|arn:aws[\w:/.-]+|ocid1\.[\w.-]+|kvm-?\d{2,}|[a-z]{2,6}-(?:vz|kvm|hv|node|host|hyp|esx|pve|xen|sw|rtr|cr|er)-?\d{1,4})\b",
    )
});
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"(?:\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?\b|\b[0-9a-f]{1,4}:[0-9a-f:]{2,38}[0-9a-f:](?:/\d{1,3})?)"));
/// Places inside a building have short names: the noun belongs to them.
static POSITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"\b((?:suites?|halls?|rooms?|rows?|cages?|racks?|cabinets?|(?:power )?feeds?|pdus?|salles?|baies?|schrank|raum|reihe|saal|halle|sala|data halls?|ups|chillers?|generators?) ?(?-i:[A-Z]\b|[A-Z]?\d{1,4}[A-Z]?(?:\.\d{1,3})?\b))",
    )
});

/// Names before their noun: `the premium14.web.example hosting server`, `cam-vmhost23 host`.
static BEFORE_NOUN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"(?:^|[\s(])([a-z][\w-]*(?:\.[\w-]+){2,}|[a-z][a-z0-9]*(?:-[a-z0-9]+)*\d[a-z0-9]*)[ \t]+(?:shared |web |hosting |mail |virtual |dedicated |storage |database ){0,2}(?:servers?|host|node|hypervisor|cluster|instance|machine|vm|vps|switch|router|firewall)\b",
    )
});
/// Names that only a subject gives, mostly behind its last dash: `Scheduled maintenance - az1-ss14`, `… of exa-prod-fra`.
static IN_SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(
        r"(?:^|[\s(:])([a-z][a-z0-9]*(?:-[a-z0-9]+)*-?[a-z0-9]*\d[a-z0-9]*(?:[.-][a-z0-9-]+)*|[a-z][a-z0-9-]*(?:\.[a-z0-9-]+){2,})(?:$|[\s),:;])",
    )
});
static AT_END: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::exact_pattern(r"(?:[-–:]|\bof|\bfor|\bon)\s+([a-z][a-z0-9]*(?:-[a-z0-9]+)+)\s*$"));
/// Circuits and devices that name themselves: capitals and digits in three parts and more, `HMF-WAVE-0311`, `LD5/FRA/LE-118823`.
static SELF_NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::exact_pattern(r"(?:^|[\s(,:;\[])([A-Z][A-Z0-9]{1,9}(?:[-/][A-Z0-9]{1,12}){1,5}[-/][A-Z0-9]*\d[A-Z0-9]*)(?:$|[\s),.:;\]])")
});
/// Registries' zones: `.CA`, `.co.uk` beside words of a registry.
static ZONE_OF_NAMES: LazyLock<Option<Regex>> =
    LazyLock::new(|| words::pattern(r"(?:^|[\s(,])(\.[a-z]{2,12}(?:\.[a-z]{2,3})?)(?:$|[\s),;:])"));

/// The names that a subject gives by their form.
pub(super) fn of_subject(subject: &str) -> Vec<String> {
    let tables = [&IN_SUBJECT, &AT_END];
    let hits = tables.iter().filter_map(|table| table.as_ref()).flat_map(|regex| regex.captures_iter(subject).take(8));
    let names = hits.filter_map(|hit| hit.get(1)).map(|name| trimmed(name.as_str()).to_owned());
    let mut found: Vec<String> = Vec::new();
    for name in
        names.filter(|name| !dated(name) && name.chars().count() >= 4 && name.contains(['-', '.']) && !STANDARDS.contains(&name.as_str()))
    {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Circuits that name themselves by their form, but for the references of the mail.
pub(super) fn self_named(text: &str, references: &[String]) -> Vec<String> {
    let hits = SELF_NAMED.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text)).take(MOST);
    let names = hits.filter_map(|hit| hit.get(1)).map(|name| name.as_str().to_owned());
    names.filter(|name| !dated(name) && !name.starts_with("CVE-") && !references.iter().any(|id| id.contains(name.as_str()))).collect()
}

/// The zones of names that a mail of a registry or registrar names.
pub(super) fn zones_of_names(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    if !["registry", "registrar", "tld", "domain", "nameserver", "epp"].iter().any(|word| lower.contains(word)) {
        return Vec::new();
    }
    let hits = ZONE_OF_NAMES.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text)).take(20);
    let mut found: Vec<String> = Vec::new();
    for zone in hits.filter_map(|hit| hit.get(1)).map(|zone| zone.as_str().to_owned()) {
        if !found.iter().any(|known| known.eq_ignore_ascii_case(&zone)) {
            found.push(zone);
        }
    }
    found
}

static SPARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words::pattern(
        r"^\s+(?:(?:is|are) (?:not|un)|remains?|stays?|will (?:not|remain|stay)|ist nicht|bleibt|n['’]est pas|reste|no se|blijft|n[ãa]o)",
    )
});

/// The names of a text, in the order in which they stand.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for hit in AFTER_NOUN.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text)).take(MOST) {
        let (Some(whole), Some(noun), Some(name)) = (hit.get(0), hit.get(1), hit.get(2)) else { continue };
        let marked = text.get(noun.end()..name.start()).is_some_and(|between| between.contains(['#', '"', '“', '„', '«', '`', '\'']));
        let lists = noun.as_str().to_lowercase();
        if !named(name.as_str(), marked, &lists, text.get(whole.end()..).unwrap_or_default()) {
            continue;
        }
        found.push((name.start(), trimmed(name.as_str()).to_owned()));
        let mut at = name.end();
        for _ in 0..100 {
            let rest = text.get(at..).unwrap_or_default();
            let Some((end, next)) = SERIES.as_ref().and_then(|regex| regex.captures(rest)).and_then(|hit| {
                let next = hit.get(1)?;
                Some((hit.get(0)?.end(), next.as_str().to_owned()))
            }) else {
                break;
            };
            if !named(&next, marked, &lists, rest.get(end..).unwrap_or_default()) {
                break;
            }
            found.push((at, trimmed(&next).to_owned()));
            at += end;
        }
    }
    for hit in POSITION.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)).take(MOST) {
        // "rack A12" was taken as A12 above; a bare number or letter keeps its noun.
        let last = hit.as_str().split(' ').next_back().unwrap_or_default();
        let spared = SPARED.as_ref().is_some_and(|regex| regex.is_match(text.get(hit.end()..).unwrap_or_default()));
        if !spared && !found.iter().any(|(_, known)| known == last) && hit.as_str().contains(' ') {
            found.push((hit.start(), hit.as_str().to_owned()));
        }
    }
    for hit in BEFORE_NOUN.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text)).take(MOST) {
        let Some(name) = hit.get(1) else { continue };
        let fits = !dated(name.as_str()) && name.as_str().chars().count() >= 4 && named(name.as_str(), false, "server", "");
        if fits && !STANDARDS.iter().any(|known| name.as_str().eq_ignore_ascii_case(known)) {
            found.push((name.start(), name.as_str().to_owned()));
        }
    }
    for hit in BY_FORM.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)).take(MOST) {
        found.push((hit.start(), trimmed(hit.as_str()).to_owned()));
    }
    for hit in ADDRESS.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)).take(MOST) {
        let before = text.get(..hit.start()).unwrap_or_default().trim_end_matches([' ', '(', '"']).to_lowercase();
        let target =
            ["to", "new", "new ip", "new address", "from", "auf", "vers", "neue ip", "//", "@"].iter().any(|word| before.ends_with(word));
        if !target && is_address(hit.as_str()) {
            found.push((hit.start(), hit.as_str().to_owned()));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    let mut names: Vec<String> = Vec::new();
    for (_, name) in found {
        if !names.contains(&name) && names.len() < MOST {
            names.push(name);
        }
    }
    names
}

fn trimmed(name: &str) -> &str {
    name.trim_end_matches(['.', '-', '/', ':', '@', '_'])
}

/// Whether a text is an address or a prefix.
pub(super) fn is_address(text: &str) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let bits = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= bits))
        && (address.is_ipv4() || text.contains("::") || text.matches(':').count() == 7)
}

/// Whether a word after a noun is its name: it holds a digit beside letters or enough digits, or is a host's name; no date, time, version, amount.
fn named(word: &str, marked: bool, noun: &str, after: &str) -> bool {
    let word = trimmed(word);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|char| char.is_alphabetic()).count();
    let after = after.trim_start().to_lowercase();
    let amount = UNITS.iter().any(|unit| after.starts_with(unit));
    if word.is_empty() || word.contains("//") || word.contains('@') || dated(word) || is_address(word) {
        return is_address(word);
    }
    let ordinal = ["st", "nd", "rd", "th", "am", "pm", "h", "min", "x", "u", "tb", "gb"].iter().any(|end| {
        word.to_lowercase().strip_suffix(end).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|char| char.is_ascii_digit()))
    });
    let version = letters == 0 && word.contains('.') || letters == 1 && word.starts_with(['v', 'V']) && word.contains('.');
    match (letters, digits) {
        _ if ordinal || version => false,
        (0, 0) => false,
        (0, count) => !amount && (marked && count >= 2 || count >= 5),
        (_, 0) => {
            let host = word.contains('.') && word.split('.').count() >= 3;
            host || word.contains('-')
                && word.chars().all(|char| char.is_ascii_lowercase() || char == '-')
                && !COMPOUND.iter().any(|end| word.ends_with(end))
                && noun_of_host(noun)
        }
        _ if sized(word) => false,
        _ => word.chars().count() >= 2 && !word.starts_with("http") && !STANDARDS.iter().any(|known| word.eq_ignore_ascii_case(known)),
    }
}

/// `c2.medium.x86`, `t3.micro`: the size of a machine, not its name.
fn sized(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [family, size, ..] = parts.as_slice() else { return false };
    let sizes = ["nano", "micro", "small", "medium", "large", "xlarge"];
    family.chars().count() <= 4
        && parts.len() <= 3
        && sizes.iter().any(|known| size.trim_start_matches(|char: char| char.is_ascii_digit()) == *known)
}

fn noun_of_host(noun: &str) -> bool {
    ["server", "host", "node", "vm", "vps", "instance", "droplet", "linode", "machine", "cluster", "database", "volume"]
        .iter()
        .any(|word| noun.contains(word))
}

/// A date or a clock time is no name.
fn dated(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '/', '.', ':', 'h', 'T']).collect();
    let numbers = parts.iter().all(|part| part.chars().all(|char| char.is_ascii_digit()));
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = parts.len() == 3 && parts.get(1).is_some_and(|part| months.iter().any(|month| part.to_lowercase().starts_with(month)));
    numbers && parts.len() > 1 && !(parts.len() == 4 && word.contains('.')) || month
}

const UNITS: [&str; 22] = [
    "minute",
    "min",
    "hour",
    "hrs",
    "day",
    "week",
    "month",
    "second",
    "stund",
    "tag",
    "heure",
    "jour",
    "hora",
    "día",
    "uur",
    "dag",
    "gb",
    "tb",
    "%",
    "customers",
    "times",
    "x ",
];
const COMPOUND: [&str; 13] =
    ["-side", "-based", "-level", "-wide", "-up", "-in", "-off", "-to", "-end", "-time", "-related", "-only", "-by"];
const STANDARDS: [&str; 16] =
    ["ipv4", "ipv6", "php7", "php8", "mysql8", "http2", "http3", "layer2", "layer3", "l2", "l3", "s3", "ec2", "100g", "10g", "24x7"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(BEFORE_NOUN.is_some() && IN_SUBJECT.is_some() && AT_END.is_some() && SELF_NAMED.is_some() && ZONE_OF_NAMES.is_some());
        assert!(AFTER_NOUN.is_some() && SERIES.is_some() && BY_FORM.is_some() && ADDRESS.is_some() && POSITION.is_some());
    }

    #[test]
    fn names_stand_after_nouns_or_by_their_form() {
        let cases: &[(&str, &[&str])] = &[
            ("sur l'hyperviseur hébergeant votre VPS vps-3fe2b7.vps.host.example le mercredi", &["vps-3fe2b7.vps.host.example"]),
            ("am Host-System Ihres VPS vmi118913 durch.", &["vmi118913"]),
            ("am Hostsystem ihres Servers #4711229 durchgeführt", &["4711229"]),
            ("your server mail01 will be rebooted", &["mail01"]),
            ("The droplet web-1 moves. Host node chi-vz-12 is replaced.", &["web-1", "chi-vz-12"]),
            ("Power to rack A12 and suite 4 will be off.", &["A12", "suite 4"]),
            ("Circuit ABC-123 and circuits LD/118/A, LD/119/A and LD/120/B", &["ABC-123", "LD/118/A", "LD/119/A", "LD/120/B"]),
            (
                "Prefix 198.51.100.0/24 and 2001:db8:77::/48 as well as 203.0.113.9.",
                &["198.51.100.0/24", "2001:db8:77::/48", "203.0.113.9"],
            ),
            ("Move to 203.0.113.10 at https://203.0.113.11/x", &[]),
            ("linode7718 with volume vol-0abc12345 on i-0123456789abcdef0", &["linode7718", "vol-0abc12345", "i-0123456789abcdef0"]),
            ("votre serveur ns3118123 et le serveur web2", &["ns3118123", "web2"]),
            ("su servidor srv-22 y los servidores a1, a2 y a3", &["srv-22", "a1", "a2", "a3"]),
            ("seu servidor br-sp-7 no dia 5", &["br-sp-7"]),
            ("uw server nl-118 en de verbinding AM-2201", &["nl-118", "AM-2201"]),
            ("servers 10 minutes; server 2019; host 2 hours; the server on 14 May; instances 2031-05-14 02:00", &[]),
            ("MySQL server 8.0, service 24x7, the server-side cache of the servers", &[]),
            ("the server 02:00 - 04:00 UTC, node 01:00", &[]),
        ];
        let wrong: Vec<_> = cases.iter().map(|(text, want)| (text, names(text), want)).filter(|(_, have, want)| have != *want).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

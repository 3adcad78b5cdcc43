//! What the names of zones mean: abbreviations, written-out names, IANA and Windows ids, cities.
//!
//! A name never gets one meaning by preference where people use it for several: `Meaning::Letters` lists them all.
//! Windows ids follow CLDR's `windowsZones` (territory 001); abbreviations follow tzdata and common practice.

use chrono_tz::Tz;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a zone's name in a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A fixed offset from UTC, in minutes east.
    Offset(i32),
    /// The wall clock of a zone: `Eastern`, `PT`, `Europe/Berlin`.
    Wall(Tz),
    /// Letters for one half of the year (`CDT`), or used in several places (`IST`): each place with its minutes east.
    Letters(Vec<(Tz, i32)>),
    /// `local time`, place not said.
    Local,
}

/// The meaning of a zone's name in lower case, words parted by one space: `est`, `eastern time`, `w europe standard time`.
#[must_use]
pub fn written(name: &str) -> Option<Meaning> {
    NAMES.get(name).cloned()
}

/// Whether some zone's name begins with this word in lower case.
#[must_use]
pub fn begins(word: &str) -> bool {
    FIRST_WORDS.contains(word)
}

/// The zone of an IANA id, whatever its case.
#[must_use]
pub fn iana(id: &str) -> Option<Tz> {
    IANA.get(id.to_lowercase().as_str()).copied()
}

/// The zone of a Windows id (`Romance Standard Time`), whatever its case.
#[must_use]
pub fn windows(id: &str) -> Option<Tz> {
    let plain = id.to_lowercase().replace('.', "");
    WINDOWS.iter().find(|(name, _)| *name == plain).map(|(_, zone)| *zone)
}

/// The zone of an IANA or Windows id, or of a name that means the wall clock of one zone.
#[must_use]
pub fn named(name: &str) -> Option<Tz> {
    iana(name).or_else(|| windows(name)).or_else(|| match written(&name.to_lowercase())? {
        Meaning::Wall(zone) => Some(zone),
        Meaning::Offset(0) => Some(Tz::UTC),
        _ => None,
    })
}

/// The zone of a well-known city or country in lower case, words parted by one space. Used beside "local time" only.
#[must_use]
pub fn place(name: &str) -> Option<Tz> {
    PLACES.get(name).copied()
}

static IANA: LazyLock<HashMap<String, Tz>> =
    LazyLock::new(|| chrono_tz::TZ_VARIANTS.iter().map(|zone| (zone.name().to_lowercase(), *zone)).collect());

static FIRST_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| NAMES.keys().filter_map(|name| name.split(' ').next()).collect());

static NAMES: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (name, zone) in WINDOWS {
        names.insert(*name, Meaning::Wall(*zone));
    }
    for (name, minutes) in FIXED {
        names.insert(*name, Meaning::Offset(*minutes));
    }
    for (name, zone) in WALL {
        names.insert(*name, Meaning::Wall(*zone));
    }
    for (name, places) in LETTERS {
        names.insert(*name, Meaning::Letters(places.to_vec()));
    }
    names
});

static PLACES: LazyLock<HashMap<&'static str, Tz>> = LazyLock::new(|| CITIES.iter().copied().collect());

const FIXED: &[(&str, i32)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("zulu", 0),
    ("ut", 0),
    ("utc time", 0),
    ("gmt time", 0),
    ("zulu time", 0),
    ("coordinated universal time", 0),
    ("universal time coordinated", 0),
    ("universal coordinated time", 0),
    ("universal time", 0),
    ("greenwich mean time", 0),
    ("greenwich time", 0),
    ("temps universel", 0),
    ("temps universel coordonné", 0),
    ("tiempo universal coordinado", 0),
    ("hora universal coordinada", 0),
    ("tempo universal coordenado", 0),
    ("weltzeit", 0),
    ("koordinierte weltzeit", 0),
];

const WALL: &[(&str, Tz)] = &[
    ("et", Tz::America__New_York),
    ("ct", Tz::America__Chicago),
    ("mt", Tz::America__Denver),
    ("pt", Tz::America__Los_Angeles),
    ("eastern", Tz::America__New_York),
    ("central", Tz::America__Chicago),
    ("mountain", Tz::America__Denver),
    ("pacific", Tz::America__Los_Angeles),
    ("eastern time", Tz::America__New_York),
    ("central time", Tz::America__Chicago),
    ("mountain time", Tz::America__Denver),
    ("pacific time", Tz::America__Los_Angeles),
    ("us eastern", Tz::America__New_York),
    ("us central", Tz::America__Chicago),
    ("us mountain", Tz::America__Denver),
    ("us pacific", Tz::America__Los_Angeles),
    ("us eastern time", Tz::America__New_York),
    ("us central time", Tz::America__Chicago),
    ("us mountain time", Tz::America__Denver),
    ("us pacific time", Tz::America__Los_Angeles),
    ("north american eastern time", Tz::America__New_York),
    ("arizona time", Tz::America__Phoenix),
    ("alaska time", Tz::America__Anchorage),
    ("hawaii time", Tz::Pacific__Honolulu),
    ("atlantic time", Tz::America__Halifax),
    ("newfoundland time", Tz::America__St_Johns),
    ("central european time", Tz::Europe__Berlin),
    ("central europe time", Tz::Europe__Berlin),
    ("eastern european time", Tz::Europe__Helsinki),
    ("western european time", Tz::Europe__Lisbon),
    ("uk", Tz::Europe__London),
    ("uk time", Tz::Europe__London),
    ("uk local time", Tz::Europe__London),
    ("british time", Tz::Europe__London),
    ("irish time", Tz::Europe__Dublin),
    ("german time", Tz::Europe__Berlin),
    ("deutsche zeit", Tz::Europe__Berlin),
    ("mitteleuropäische zeit", Tz::Europe__Berlin),
    ("dutch time", Tz::Europe__Amsterdam),
    ("heure de paris", Tz::Europe__Paris),
    ("heure française", Tz::Europe__Paris),
    ("hora de madrid", Tz::Europe__Madrid),
    ("hora de brasília", Tz::America__Sao_Paulo),
    ("horário de brasília", Tz::America__Sao_Paulo),
    ("brasilia time", Tz::America__Sao_Paulo),
    ("brasília time", Tz::America__Sao_Paulo),
    ("brazil time", Tz::America__Sao_Paulo),
    ("argentina time", Tz::America__Argentina__Buenos_Aires),
    ("chile time", Tz::America__Santiago),
    ("colombia time", Tz::America__Bogota),
    ("peru time", Tz::America__Lima),
    ("moscow time", Tz::Europe__Moscow),
    ("israel time", Tz::Asia__Jerusalem),
    ("gulf standard time", Tz::Asia__Dubai),
    ("pakistan standard time", Tz::Asia__Karachi),
    ("singapore time", Tz::Asia__Singapore),
    ("hong kong time", Tz::Asia__Hong_Kong),
    ("beijing time", Tz::Asia__Shanghai),
    ("japan standard time", Tz::Asia__Tokyo),
    ("japan time", Tz::Asia__Tokyo),
    ("korean standard time", Tz::Asia__Seoul),
    ("philippine time", Tz::Asia__Manila),
    ("philippine standard time", Tz::Asia__Manila),
    ("indochina time", Tz::Asia__Bangkok),
    ("malaysia time", Tz::Asia__Kuala_Lumpur),
    ("indian standard time", Tz::Asia__Kolkata),
    ("east africa time", Tz::Africa__Nairobi),
    ("west africa time", Tz::Africa__Lagos),
    ("central africa time", Tz::Africa__Maputo),
];

const EASTERN_STANDARD: &[(Tz, i32)] = &[(Tz::America__New_York, -300)];
const CENTRAL_STANDARD: &[(Tz, i32)] = &[(Tz::America__Chicago, -360)];

/// Letters and names that fix the half of the year. The first place is the likeliest; several mean that the letters alone decide nothing.
const LETTERS: &[(&str, &[(Tz, i32)])] = &[
    ("est", &[(Tz::America__New_York, -300), (Tz::Australia__Sydney, 600)]),
    ("edt", &[(Tz::America__New_York, -240)]),
    ("cst", &[(Tz::America__Chicago, -360), (Tz::Asia__Shanghai, 480)]),
    ("cdt", &[(Tz::America__Chicago, -300)]),
    ("mst", &[(Tz::America__Denver, -420)]),
    ("mdt", &[(Tz::America__Denver, -360)]),
    ("pst", &[(Tz::America__Los_Angeles, -480)]),
    ("pdt", &[(Tz::America__Los_Angeles, -420)]),
    ("akst", &[(Tz::America__Anchorage, -540)]),
    ("akdt", &[(Tz::America__Anchorage, -480)]),
    ("hst", &[(Tz::Pacific__Honolulu, -600)]),
    ("ast", &[(Tz::America__Halifax, -240), (Tz::Asia__Riyadh, 180)]),
    ("adt", &[(Tz::America__Halifax, -180)]),
    ("nst", &[(Tz::America__St_Johns, -210)]),
    ("ndt", &[(Tz::America__St_Johns, -150)]),
    ("eastern standard time", EASTERN_STANDARD),
    ("eastern standard", EASTERN_STANDARD),
    ("us eastern standard", EASTERN_STANDARD),
    ("eastern daylight time", &[(Tz::America__New_York, -240)]),
    ("eastern daylight saving time", &[(Tz::America__New_York, -240)]),
    ("eastern daylight savings time", &[(Tz::America__New_York, -240)]),
    ("central standard time", CENTRAL_STANDARD),
    ("us central standard time", CENTRAL_STANDARD),
    ("central daylight time", &[(Tz::America__Chicago, -300)]),
    ("central daylight saving time", &[(Tz::America__Chicago, -300)]),
    ("mountain standard time", &[(Tz::America__Denver, -420)]),
    ("mountain daylight time", &[(Tz::America__Denver, -360)]),
    ("pacific standard time", &[(Tz::America__Los_Angeles, -480)]),
    ("pacific daylight time", &[(Tz::America__Los_Angeles, -420)]),
    ("pacific daylight saving time", &[(Tz::America__Los_Angeles, -420)]),
    ("alaska standard time", &[(Tz::America__Anchorage, -540)]),
    ("alaska daylight time", &[(Tz::America__Anchorage, -480)]),
    ("atlantic standard time", &[(Tz::America__Halifax, -240)]),
    ("atlantic daylight time", &[(Tz::America__Halifax, -180)]),
    ("wet", &[(Tz::Europe__Lisbon, 0)]),
    ("west", &[(Tz::Europe__Lisbon, 60)]),
    ("western european summer time", &[(Tz::Europe__Lisbon, 60)]),
    ("bst", &[(Tz::Europe__London, 60), (Tz::Asia__Dhaka, 360)]),
    ("british summer time", &[(Tz::Europe__London, 60)]),
    ("uk summer time", &[(Tz::Europe__London, 60)]),
    ("ist", &[(Tz::Asia__Kolkata, 330), (Tz::Asia__Jerusalem, 120), (Tz::Europe__Dublin, 60)]),
    ("irish standard time", &[(Tz::Europe__Dublin, 60)]),
    ("irish summer time", &[(Tz::Europe__Dublin, 60)]),
    ("israel standard time", &[(Tz::Asia__Jerusalem, 120)]),
    ("idt", &[(Tz::Asia__Jerusalem, 180)]),
    ("israel daylight time", &[(Tz::Asia__Jerusalem, 180)]),
    ("cet", &[(Tz::Europe__Berlin, 60)]),
    ("mez", &[(Tz::Europe__Berlin, 60)]),
    ("met", &[(Tz::Europe__Berlin, 60)]),
    ("cest", &[(Tz::Europe__Berlin, 120)]),
    ("mesz", &[(Tz::Europe__Berlin, 120)]),
    ("mest", &[(Tz::Europe__Berlin, 120)]),
    ("central european standard time", &[(Tz::Europe__Berlin, 60)]),
    ("central european summer time", &[(Tz::Europe__Berlin, 120)]),
    ("central european daylight time", &[(Tz::Europe__Berlin, 120)]),
    ("mitteleuropäische sommerzeit", &[(Tz::Europe__Berlin, 120)]),
    ("mitteleuropäische winterzeit", &[(Tz::Europe__Berlin, 60)]),
    ("eet", &[(Tz::Europe__Helsinki, 120)]),
    ("eest", &[(Tz::Europe__Helsinki, 180)]),
    ("eastern european standard time", &[(Tz::Europe__Helsinki, 120)]),
    ("eastern european summer time", &[(Tz::Europe__Helsinki, 180)]),
    ("msk", &[(Tz::Europe__Moscow, 180)]),
    ("trt", &[(Tz::Europe__Istanbul, 180)]),
    ("sast", &[(Tz::Africa__Johannesburg, 120)]),
    ("cat", &[(Tz::Africa__Maputo, 120)]),
    ("eat", &[(Tz::Africa__Nairobi, 180)]),
    ("wat", &[(Tz::Africa__Lagos, 60)]),
    ("gst", &[(Tz::Asia__Dubai, 240), (Tz::Pacific__Guam, 600)]),
    ("sst", &[(Tz::Asia__Singapore, 480), (Tz::Pacific__Pago_Pago, -660)]),
    ("pkt", &[(Tz::Asia__Karachi, 300)]),
    ("npt", &[(Tz::Asia__Kathmandu, 345)]),
    ("ict", &[(Tz::Asia__Bangkok, 420)]),
    ("wib", &[(Tz::Asia__Jakarta, 420)]),
    ("myt", &[(Tz::Asia__Kuala_Lumpur, 480)]),
    ("sgt", &[(Tz::Asia__Singapore, 480)]),
    ("hkt", &[(Tz::Asia__Hong_Kong, 480)]),
    ("pht", &[(Tz::Asia__Manila, 480)]),
    ("jst", &[(Tz::Asia__Tokyo, 540)]),
    ("kst", &[(Tz::Asia__Seoul, 540)]),
    ("awst", &[(Tz::Australia__Perth, 480)]),
    ("acst", &[(Tz::Australia__Adelaide, 570)]),
    ("acdt", &[(Tz::Australia__Adelaide, 630)]),
    ("aest", &[(Tz::Australia__Sydney, 600)]),
    ("aedt", &[(Tz::Australia__Sydney, 660)]),
    ("australian eastern standard time", &[(Tz::Australia__Sydney, 600)]),
    ("australian eastern daylight time", &[(Tz::Australia__Sydney, 660)]),
    ("nzst", &[(Tz::Pacific__Auckland, 720)]),
    ("nzdt", &[(Tz::Pacific__Auckland, 780)]),
    ("brt", &[(Tz::America__Sao_Paulo, -180)]),
    ("brst", &[(Tz::America__Sao_Paulo, -120)]),
    ("art", &[(Tz::America__Argentina__Buenos_Aires, -180)]),
    ("clt", &[(Tz::America__Santiago, -240)]),
    ("clst", &[(Tz::America__Santiago, -180)]),
    ("cot", &[(Tz::America__Bogota, -300)]),
    ("pet", &[(Tz::America__Lima, -300)]),
    ("uyt", &[(Tz::America__Montevideo, -180)]),
];

const WINDOWS: &[(&str, Tz)] = &[
    ("dateline standard time", Tz::Etc__GMTPlus12),
    ("hawaiian standard time", Tz::Pacific__Honolulu),
    ("alaskan standard time", Tz::America__Anchorage),
    ("pacific standard time", Tz::America__Los_Angeles),
    ("pacific standard time (mexico)", Tz::America__Tijuana),
    ("us mountain standard time", Tz::America__Phoenix),
    ("mountain standard time", Tz::America__Denver),
    ("mountain standard time (mexico)", Tz::America__Mazatlan),
    ("central america standard time", Tz::America__Guatemala),
    ("central standard time", Tz::America__Chicago),
    ("central standard time (mexico)", Tz::America__Mexico_City),
    ("canada central standard time", Tz::America__Regina),
    ("sa pacific standard time", Tz::America__Bogota),
    ("eastern standard time", Tz::America__New_York),
    ("us eastern standard time", Tz::America__Indiana__Indianapolis),
    ("venezuela standard time", Tz::America__Caracas),
    ("atlantic standard time", Tz::America__Halifax),
    ("sa western standard time", Tz::America__La_Paz),
    ("pacific sa standard time", Tz::America__Santiago),
    ("newfoundland standard time", Tz::America__St_Johns),
    ("e south america standard time", Tz::America__Sao_Paulo),
    ("argentina standard time", Tz::America__Argentina__Buenos_Aires),
    ("sa eastern standard time", Tz::America__Cayenne),
    ("montevideo standard time", Tz::America__Montevideo),
    ("azores standard time", Tz::Atlantic__Azores),
    ("cape verde standard time", Tz::Atlantic__Cape_Verde),
    ("gmt standard time", Tz::Europe__London),
    ("greenwich standard time", Tz::Atlantic__Reykjavik),
    ("morocco standard time", Tz::Africa__Casablanca),
    ("w europe standard time", Tz::Europe__Berlin),
    ("central europe standard time", Tz::Europe__Budapest),
    ("romance standard time", Tz::Europe__Paris),
    ("central european standard time", Tz::Europe__Warsaw),
    ("w central africa standard time", Tz::Africa__Lagos),
    ("gtb standard time", Tz::Europe__Bucharest),
    ("fle standard time", Tz::Europe__Kyiv),
    ("e europe standard time", Tz::Europe__Chisinau),
    ("egypt standard time", Tz::Africa__Cairo),
    ("south africa standard time", Tz::Africa__Johannesburg),
    ("south african standard time", Tz::Africa__Johannesburg),
    ("israel standard time", Tz::Asia__Jerusalem),
    ("jordan standard time", Tz::Asia__Amman),
    ("middle east standard time", Tz::Asia__Beirut),
    ("turkey standard time", Tz::Europe__Istanbul),
    ("arab standard time", Tz::Asia__Riyadh),
    ("arabic standard time", Tz::Asia__Baghdad),
    ("russian standard time", Tz::Europe__Moscow),
    ("e africa standard time", Tz::Africa__Nairobi),
    ("iran standard time", Tz::Asia__Tehran),
    ("arabian standard time", Tz::Asia__Dubai),
    ("azerbaijan standard time", Tz::Asia__Baku),
    ("georgian standard time", Tz::Asia__Tbilisi),
    ("pakistan standard time", Tz::Asia__Karachi),
    ("west asia standard time", Tz::Asia__Tashkent),
    ("india standard time", Tz::Asia__Kolkata),
    ("sri lanka standard time", Tz::Asia__Colombo),
    ("nepal standard time", Tz::Asia__Kathmandu),
    ("bangladesh standard time", Tz::Asia__Dhaka),
    ("central asia standard time", Tz::Asia__Bishkek),
    ("se asia standard time", Tz::Asia__Bangkok),
    ("china standard time", Tz::Asia__Shanghai),
    ("singapore standard time", Tz::Asia__Singapore),
    ("taipei standard time", Tz::Asia__Taipei),
    ("w australia standard time", Tz::Australia__Perth),
    ("tokyo standard time", Tz::Asia__Tokyo),
    ("korea standard time", Tz::Asia__Seoul),
    ("cen australia standard time", Tz::Australia__Adelaide),
    ("aus central standard time", Tz::Australia__Darwin),
    ("e australia standard time", Tz::Australia__Brisbane),
    ("aus eastern standard time", Tz::Australia__Sydney),
    ("tasmania standard time", Tz::Australia__Hobart),
    ("new zealand standard time", Tz::Pacific__Auckland),
    ("fiji standard time", Tz::Pacific__Fiji),
];

const CITIES: &[(&str, Tz)] = &[
    ("new york", Tz::America__New_York),
    ("new york city", Tz::America__New_York),
    ("nyc", Tz::America__New_York),
    ("new jersey", Tz::America__New_York),
    ("newark", Tz::America__New_York),
    ("secaucus", Tz::America__New_York),
    ("boston", Tz::America__New_York),
    ("washington", Tz::America__New_York),
    ("ashburn", Tz::America__New_York),
    ("reston", Tz::America__New_York),
    ("philadelphia", Tz::America__New_York),
    ("pittsburgh", Tz::America__New_York),
    ("atlanta", Tz::America__New_York),
    ("miami", Tz::America__New_York),
    ("tampa", Tz::America__New_York),
    ("orlando", Tz::America__New_York),
    ("jacksonville", Tz::America__New_York),
    ("charlotte", Tz::America__New_York),
    ("raleigh", Tz::America__New_York),
    ("cleveland", Tz::America__New_York),
    ("cincinnati", Tz::America__New_York),
    ("detroit", Tz::America__Detroit),
    ("toronto", Tz::America__Toronto),
    ("ottawa", Tz::America__Toronto),
    ("montreal", Tz::America__Toronto),
    ("montréal", Tz::America__Toronto),
    ("chicago", Tz::America__Chicago),
    ("dallas", Tz::America__Chicago),
    ("houston", Tz::America__Chicago),
    ("austin", Tz::America__Chicago),
    ("san antonio", Tz::America__Chicago),
    ("minneapolis", Tz::America__Chicago),
    ("kansas city", Tz::America__Chicago),
    ("st louis", Tz::America__Chicago),
    ("nashville", Tz::America__Chicago),
    ("memphis", Tz::America__Chicago),
    ("new orleans", Tz::America__Chicago),
    ("milwaukee", Tz::America__Chicago),
    ("omaha", Tz::America__Chicago),
    ("winnipeg", Tz::America__Winnipeg),
    ("denver", Tz::America__Denver),
    ("salt lake city", Tz::America__Denver),
    ("albuquerque", Tz::America__Denver),
    ("boise", Tz::America__Boise),
    ("phoenix", Tz::America__Phoenix),
    ("calgary", Tz::America__Edmonton),
    ("edmonton", Tz::America__Edmonton),
    ("los angeles", Tz::America__Los_Angeles),
    ("san francisco", Tz::America__Los_Angeles),
    ("san jose", Tz::America__Los_Angeles),
    ("santa clara", Tz::America__Los_Angeles),
    ("palo alto", Tz::America__Los_Angeles),
    ("sacramento", Tz::America__Los_Angeles),
    ("san diego", Tz::America__Los_Angeles),
    ("seattle", Tz::America__Los_Angeles),
    ("las vegas", Tz::America__Los_Angeles),
    ("vancouver", Tz::America__Vancouver),
    ("anchorage", Tz::America__Anchorage),
    ("honolulu", Tz::Pacific__Honolulu),
    ("mexico city", Tz::America__Mexico_City),
    ("querétaro", Tz::America__Mexico_City),
    ("bogota", Tz::America__Bogota),
    ("bogotá", Tz::America__Bogota),
    ("lima", Tz::America__Lima),
    ("santiago", Tz::America__Santiago),
    ("buenos aires", Tz::America__Argentina__Buenos_Aires),
    ("são paulo", Tz::America__Sao_Paulo),
    ("sao paulo", Tz::America__Sao_Paulo),
    ("rio de janeiro", Tz::America__Sao_Paulo),
    ("london", Tz::Europe__London),
    ("slough", Tz::Europe__London),
    ("manchester", Tz::Europe__London),
    ("edinburgh", Tz::Europe__London),
    ("birmingham", Tz::Europe__London),
    ("leeds", Tz::Europe__London),
    ("dublin", Tz::Europe__Dublin),
    ("lisbon", Tz::Europe__Lisbon),
    ("lisboa", Tz::Europe__Lisbon),
    ("madrid", Tz::Europe__Madrid),
    ("barcelona", Tz::Europe__Madrid),
    ("paris", Tz::Europe__Paris),
    ("marseille", Tz::Europe__Paris),
    ("lyon", Tz::Europe__Paris),
    ("brussels", Tz::Europe__Brussels),
    ("amsterdam", Tz::Europe__Amsterdam),
    ("rotterdam", Tz::Europe__Amsterdam),
    ("luxembourg", Tz::Europe__Luxembourg),
    ("frankfurt", Tz::Europe__Berlin),
    ("berlin", Tz::Europe__Berlin),
    ("munich", Tz::Europe__Berlin),
    ("münchen", Tz::Europe__Berlin),
    ("hamburg", Tz::Europe__Berlin),
    ("düsseldorf", Tz::Europe__Berlin),
    ("dusseldorf", Tz::Europe__Berlin),
    ("nuremberg", Tz::Europe__Berlin),
    ("nürnberg", Tz::Europe__Berlin),
    ("falkenstein", Tz::Europe__Berlin),
    ("zurich", Tz::Europe__Zurich),
    ("zürich", Tz::Europe__Zurich),
    ("geneva", Tz::Europe__Zurich),
    ("vienna", Tz::Europe__Vienna),
    ("wien", Tz::Europe__Vienna),
    ("milan", Tz::Europe__Rome),
    ("milano", Tz::Europe__Rome),
    ("rome", Tz::Europe__Rome),
    ("prague", Tz::Europe__Prague),
    ("warsaw", Tz::Europe__Warsaw),
    ("budapest", Tz::Europe__Budapest),
    ("copenhagen", Tz::Europe__Copenhagen),
    ("oslo", Tz::Europe__Oslo),
    ("stockholm", Tz::Europe__Stockholm),
    ("helsinki", Tz::Europe__Helsinki),
    ("tallinn", Tz::Europe__Tallinn),
    ("riga", Tz::Europe__Riga),
    ("vilnius", Tz::Europe__Vilnius),
    ("sofia", Tz::Europe__Sofia),
    ("bucharest", Tz::Europe__Bucharest),
    ("athens", Tz::Europe__Athens),
    ("istanbul", Tz::Europe__Istanbul),
    ("kyiv", Tz::Europe__Kyiv),
    ("moscow", Tz::Europe__Moscow),
    ("tel aviv", Tz::Asia__Jerusalem),
    ("cairo", Tz::Africa__Cairo),
    ("johannesburg", Tz::Africa__Johannesburg),
    ("cape town", Tz::Africa__Johannesburg),
    ("nairobi", Tz::Africa__Nairobi),
    ("lagos", Tz::Africa__Lagos),
    ("dubai", Tz::Asia__Dubai),
    ("abu dhabi", Tz::Asia__Dubai),
    ("riyadh", Tz::Asia__Riyadh),
    ("karachi", Tz::Asia__Karachi),
    ("mumbai", Tz::Asia__Kolkata),
    ("chennai", Tz::Asia__Kolkata),
    ("delhi", Tz::Asia__Kolkata),
    ("new delhi", Tz::Asia__Kolkata),
    ("bangalore", Tz::Asia__Kolkata),
    ("bengaluru", Tz::Asia__Kolkata),
    ("hyderabad", Tz::Asia__Kolkata),
    ("dhaka", Tz::Asia__Dhaka),
    ("bangkok", Tz::Asia__Bangkok),
    ("jakarta", Tz::Asia__Jakarta),
    ("ho chi minh city", Tz::Asia__Ho_Chi_Minh),
    ("hanoi", Tz::Asia__Ho_Chi_Minh),
    ("singapore", Tz::Asia__Singapore),
    ("kuala lumpur", Tz::Asia__Kuala_Lumpur),
    ("manila", Tz::Asia__Manila),
    ("hong kong", Tz::Asia__Hong_Kong),
    ("taipei", Tz::Asia__Taipei),
    ("beijing", Tz::Asia__Shanghai),
    ("shanghai", Tz::Asia__Shanghai),
    ("seoul", Tz::Asia__Seoul),
    ("busan", Tz::Asia__Seoul),
    ("tokyo", Tz::Asia__Tokyo),
    ("osaka", Tz::Asia__Tokyo),
    ("perth", Tz::Australia__Perth),
    ("adelaide", Tz::Australia__Adelaide),
    ("brisbane", Tz::Australia__Brisbane),
    ("sydney", Tz::Australia__Sydney),
    ("melbourne", Tz::Australia__Melbourne),
    ("canberra", Tz::Australia__Sydney),
    ("auckland", Tz::Pacific__Auckland),
    ("wellington", Tz::Pacific__Auckland),
];

#[cfg(test)]
mod tests {
    use super::{Meaning, iana, named, place, windows, written};
    use chrono_tz::Tz;

    #[test]
    fn names_are_found_whatever_their_case() {
        assert_eq!(iana("europe/BERLIN"), Some(Tz::Europe__Berlin));
        assert_eq!(windows("W. Europe Standard Time"), Some(Tz::Europe__Berlin));
        assert_eq!(named("Romance Standard Time"), Some(Tz::Europe__Paris));
        assert_eq!(named("Eastern"), Some(Tz::America__New_York));
        assert_eq!(named("UTC"), Some(Tz::UTC));
        assert_eq!(named("IST"), None);
        assert_eq!(place("chicago"), Some(Tz::America__Chicago));
    }

    #[test]
    fn letters_used_in_several_places_list_them_all() {
        for letters in ["est", "cst", "ist", "bst", "ast", "gst", "sst"] {
            assert!(matches!(written(letters), Some(Meaning::Letters(places)) if places.len() > 1), "{letters}");
        }
        for letters in ["edt", "cdt", "pst", "cet", "sgt", "brt", "jst"] {
            assert!(matches!(written(letters), Some(Meaning::Letters(places)) if places.len() == 1), "{letters}");
        }
    }
}

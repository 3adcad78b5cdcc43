//! What notices ask of us, and what only looks like it.

use super::*;

fn told(text: &str) -> Option<(String, String)> {
    let zones = crate::model::Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded");
    let arrived_at = "2031-05-01T10:00:00Z".parse().unwrap();
    let context = TimeContext { zones: &zones, arrived_at, zone: None, order: None, date: None };
    let list = actions(text, &Times::default(), &context);
    list.first().map(|action| {
        let by = action.by.map_or(String::new(), |at| at.format("%m-%d %H:%M").to_string());
        (by, action.consequence.clone().unwrap_or_default())
    })
}

#[test]
fn reads_what_is_to_be_done() {
    // Sentence, until when, words of the loss.
    let cases: &[(&str, &str, &str)] = &[
        ("Please migrate by 30 June 2031, otherwise your server will be deleted.", "06-30 00:00", "deleted"),
        ("Your servers must be rebooted before 12 May 2031 20:00 UTC.", "05-12 20:00", ""),
        ("Instances that have not been moved by 12 May 2031 20:00 UTC will be terminated.", "05-12 20:00", "terminated"),
        ("Servers which are not migrated by 12 May 2031 will be shut down.", "05-12 00:00", "shut down"),
        ("Any volumes still on the old cluster after 12 May 2031 will be deleted.", "05-12 00:00", "deleted"),
        ("Update your DNS records before 12 May 2031.", "05-12 00:00", ""),
        ("Update your allow-list before 12 May 2031 20:00 UTC, otherwise calls will fail.", "05-12 20:00", "fail"),
        ("Please add the new addresses to your firewall by 12 May 2031.", "05-12 00:00", ""),
        ("Renew by 12 May 2031 or the service will be suspended.", "05-12 00:00", "suspended"),
        ("You need to move your data by 12 May 2031. Otherwise it will be lost.", "05-12 00:00", "lost"),
        ("Action required: rotate your API keys by 12 May 2031.", "05-12 00:00", ""),
        ("Rebuild your droplet before 12 May 2031 or we will do it for you automatically.", "05-12 00:00", "automatically"),
        ("You have until 12 May 2031 to migrate; after that, remaining VMs are stopped.", "05-12 00:00", "stopped"),
        ("Make sure to back up your disk before 12 May 2031.", "05-12 00:00", ""),
        ("We ask you to change your MX records before 12 May 2031.", "05-12 00:00", ""),
        ("Customers must upgrade no later than 12 May 2031.", "05-12 00:00", ""),
        ("Please shut down your VM before the maintenance begins.", "", ""),
        ("If you do not migrate by 12 May 2031, your VPS will be deleted.", "05-12 00:00", "deleted"),
        ("Unless you migrate by 12 May 2031, your VPS will be powered off.", "05-12 00:00", "powered off"),
        ("Failure to migrate by 12 May 2031 will result in loss of data.", "05-12 00:00", "loss of data"),
        ("Please connect both power supplies by 12 May 2031.", "05-12 00:00", ""),
        ("Your instances need to be stopped and started before 12 May 2031.", "05-12 00:00", ""),
        ("Please complete the migration by 12 May 2031 at the latest.", "05-12 00:00", ""),
        ("Please choose a slot before 12 May 2031; otherwise one is assigned automatically.", "05-12 00:00", "assigned automatically"),
        ("Bitte starten Sie Ihren Server vor dem 12.05.2031 neu.", "05-12 00:00", ""),
        ("Bitte ziehen Sie bis zum 12.05.2031 um, andernfalls wird der Server abgeschaltet.", "05-12 00:00", "abgeschaltet"),
        ("Server, die bis zum 12.05.2031 nicht umgezogen sind, werden gelöscht.", "05-12 00:00", "gelöscht"),
        ("Sie müssen Ihre Firewall bis 12.05.2031 anpassen.", "05-12 00:00", ""),
        ("Veuillez mettre à jour vos enregistrements DNS avant le 12 mai 2031.", "05-12 00:00", ""),
        ("Vous devez migrer avant le 12 mai 2031, faute de quoi le serveur sera arrêté.", "05-12 00:00", "arrêté"),
        ("Debe migrar antes del 12 de mayo de 2031.", "05-12 00:00", ""),
        ("Actualice sus registros DNS antes del 12 de mayo de 2031.", "05-12 00:00", ""),
        ("Verplaats uw gegevens vóór 12 mei 2031, anders worden ze verwijderd.", "05-12 00:00", "verwijderd"),
        ("U dient uw server uiterlijk 12 mei 2031 te herstarten.", "05-12 00:00", ""),
        ("Por favor, migre até 12 de maio de 2031, caso contrário os dados serão removidos.", "05-12 00:00", "removidos"),
        ("Si prega di migrare entro il 12 maggio 2031, altrimenti il server sarà spento.", "05-12 00:00", "spento"),
        ("Please move it before Friday or its disk is lost.", "", "its disk is lost"),
        ("Data left on local disks after 12 May 2031 cannot be recovered.", "05-12 00:00", "cannot be recovered"),
        ("You are required to re-issue your certificate before 12 May 2031.", "05-12 00:00", ""),
        ("To avoid data loss, copy your files before 12 May 2031.", "05-12 00:00", ""),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|(text, by, loss)| match told(text) {
            Some((have, said)) if have == *by && said.contains(loss) && loss.is_empty() == said.is_empty() => None,
            have => Some(format!("{text}: {have:?}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), cases.len());
}

#[test]
fn asks_nothing_where_nothing_is_asked() {
    let cases = [
        "We will finish before 06:00 UTC.",
        "Please contact us before 12 May 2031 if you have questions.",
        "Please contact your account manager before the maintenance.",
        "You can reboot earlier at a time of your choice.",
        "No action is required before the maintenance.",
        "You do not need to do anything before 12 May 2031.",
        "There is nothing you need to do before the window.",
        "Customers are not required to act before 12 May 2031.",
        "We must finish this work before 12 May 2031.",
        "We have to replace the battery before it fails.",
        "The work should be finished by 06:00.",
        "Services should be back by 06:00 UTC.",
        "Our engineers need to access the cabinet until 06:00.",
        "The maintenance must be completed before the traffic of Monday.",
        "We recommend reading our status page before you call.",
        "The window lasts until 12 May 2031 06:00 UTC.",
        "The maintenance was planned until 06:00.",
        "We apologise for having to do this before the weekend.",
        "Please note that the window is open until 06:00.",
        "Please accept our apologies; we will be done by 06:00.",
        "Questions? Write to us before 12 May 2031.",
        "The upgrade moves your data before the node is stopped.",
        "Traffic is moved away before the work starts.",
        "Changes are frozen until 12 May 2031.",
        "The old price is valid until 12 May 2031.",
        "This notice is sent ten days before the work.",
        "We will send a reminder before the maintenance.",
        "Updates will be posted until the work is complete.",
        "Bitte beachten Sie, dass die Arbeiten bis 06:00 Uhr dauern.",
        "Bei Fragen wenden Sie sich bitte bis zum 12.05.2031 an uns.",
        "Wir müssen die Batterie vor dem Sommer tauschen.",
        "Sie müssen nichts tun.",
        "Veuillez nous contacter avant le 12 mai 2031.",
        "Aucune action n'est requise avant la maintenance.",
        "Por favor, contacte con nosotros antes del 12 de mayo de 2031.",
        "No es necesario hacer nada antes del mantenimiento.",
        "U hoeft niets te doen vóór het onderhoud.",
        "Não é necessário fazer nada até o fim da manutenção.",
        "Expect the work to be done by 06:00 or earlier.",
        "Power is switched to feed B before feed A is turned off.",
    ];
    let wrong: Vec<_> = cases.iter().filter_map(|text| told(text).map(|have| format!("{text}: {have:?}"))).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), cases.len());
}

#[test]
fn every_pattern_compiles() {
    assert!([&ASKS, &COURTESY, &LIMIT, &CONSEQUENCE, &THEN, &THREAT, &PAST].iter().all(|table| table.is_some()));
}

#[test]
fn says_what_is_to_be_done_and_what_is_lost() {
    let zones = crate::model::Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "embedded");
    let arrived_at = "2031-05-01T10:00:00Z".parse().unwrap();
    let context = TimeContext { zones: &zones, arrived_at, zone: None, order: None, date: None };
    // Sentence, until when, what is lost; none where nothing is asked.
    let cases: &[(&str, Option<(&str, &str)>)] = &[
        ("Please move it before Friday or its disk is lost.", Some(("", "its disk is lost"))),
        ("Move your data before 2031-05-12 20:00 UTC, otherwise it will be deleted.", Some(("2031-05-12T20:00:00Z", "it will be deleted"))),
        (
            "You must migrate by 12 May 2031. After this date remaining instances are terminated.",
            Some(("2031-05-12T00:00:00Z", "After this date remaining instances are terminated")),
        ),
        (
            "Bitte sichern Sie Ihre Daten bis zum 12.05.2031, sonst werden sie gelöscht.",
            Some(("2031-05-12T00:00:00Z", "werden sie gelöscht")),
        ),
        ("Veuillez migrer avant le 12 mai 2031, sinon le disque sera supprimé.", Some(("2031-05-12T00:00:00Z", "le disque sera supprimé"))),
        (
            "Por favor, mueva sus datos antes del 12 de mayo de 2031; de lo contrario serán eliminados.",
            Some(("2031-05-12T00:00:00Z", "serán eliminados")),
        ),
        ("Please ensure that both feeds are connected prior to the maintenance.", Some(("", ""))),
        ("Please contact us before 12 May 2031 if you have questions.", None),
        ("You can reboot earlier at a time of your choice.", None),
        ("We will finish before 06:00 UTC.", None),
    ];
    let told = |text: &str| {
        let list = actions(text, &Times::default(), &context);
        list.first().map(|action| {
            let by = action.by.map_or(String::new(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            (by, action.consequence.clone().unwrap_or_default())
        })
    };
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, want)| (text, told(text), want.map(|(by, loss)| (by.to_owned(), loss.to_owned()))))
        .filter(|(_, have, want)| have != want)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

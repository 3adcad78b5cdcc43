//! Tables of what takes a notice back, what does not, and how far an outage is.

use super::*;
use crate::model::Phase;

fn retracted(text: &str) -> bool {
    is_retraction(&sentences(text))
}

#[test]
fn what_takes_a_notice_back() {
    let mut missed = Vec::new();
    for text in [
        "Our earlier notice about your server was sent in error.",
        "The maintenance notification below was sent by mistake.",
        "This notice was issued in error. No work is planned.",
        "Please disregard our previous notification.",
        "Please ignore the earlier e-mail about this maintenance.",
        "The announcement of this morning was sent out\nin error.",
        "This maintenance was announced in error.",
        "Kindly disregard the prior message.",
        "The notice was erroneously sent to you.",
        "A maintenance email was mistakenly sent yesterday.",
        "Unsere Meldung wurde irrtümlich versandt.",
        "Die Ankündigung wurde versehentlich verschickt.",
        "Bitte ignorieren Sie unsere letzte Meldung.",
        "Cet avis a été envoyé par erreur.",
        "El mensaje fue enviado por error a nuestros clientes: ignore the previous notice.",
        "Deze mail is abusievelijk verzonden.",
        "Please disregard our earlier notification.",
        "Please disregard the maintenance notice we sent you this morning. No work is planned.",
        "The notice below was sent in error.",
        "Our previous email was issued erroneously.",
        "Ignore the previous mail.",
        "Please ignore our last e-mail regarding server maintenance.",
        "The notification you received earlier today was sent in error.",
        "You may have received a maintenance notification from us earlier; it was sent by mistake.",
        "You received a notice from us this morning. That notice was sent in error.",
        "We sent this notification in error. There is no maintenance.",
        "We sent the below notification by accident.",
        "We accidentally sent a maintenance announcement to all customers.",
        "We inadvertently notified you about maintenance that does not affect you.",
        "The earlier maintenance notification was generated in error by our ticket system.",
        "This maintenance was scheduled in error and will not take place.",
        "This maintenance notice is hereby withdrawn.",
        "We hereby withdraw our notification of 3 March.",
        "We are retracting the announcement of yesterday.",
        "Retraction: maintenance notification M-100",
        "The notification was sent to you in error.",
        "Please disregard as this notification was sent in error.",
        "Kindly ignore our notification from yesterday, your services are not affected.",
        "The maintenance notice dated 4 May is null and void.",
        "This message was sent to the wrong recipients, please disregard our previous email.",
        "False alarm: please disregard our last message.",
        "Bitte ignorieren Sie unsere vorherige Nachricht.",
        "Die Wartungsmeldung wurde irrtümlich versandt.",
        "Unsere E-Mail von heute Morgen wurde fälschlicherweise verschickt.",
        "Die Mitteilung ist hinfällig, es findet keine Wartung statt.",
        "Wir ziehen unsere Wartungsankündigung zurück.",
        "Wir haben Ihnen versehentlich eine Wartungsankündigung geschickt.",
        "Veuillez ne pas tenir compte de notre précédent message.",
        "Merci d'ignorer notre précédent e-mail.",
        "Notre notification précédente vous a été envoyée par erreur.",
        "Cette annonce a été publiée par erreur.",
        "Por favor, ignoren nuestro aviso anterior.",
        "El aviso anterior fue enviado por error.",
        "Les rogamos que no tengan en cuenta nuestra notificación anterior.",
        "Gelieve onze eerdere mail te negeren.",
        "Ons vorige bericht werd per vergissing verzonden.",
        "De aankondiging is abusievelijk verstuurd.",
        "Vi preghiamo di ignorare la nostra precedente comunicazione.",
        "La notifica precedente è stata inviata per errore.",
        "Il precedente avviso è stato emesso per errore.",
        "Our notification of Monday was published in error; the maintenance does not exist.",
    ] {
        if !retracted(text) {
            missed.push(text);
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_takes_nothing_back() {
    let mut missed = Vec::new();
    for text in [
        "If you have already moved your data, please disregard this message.",
        "If you received this message in error, please delete it.",
        "You have received this notice in error? Tell us.",
        "Please disregard this mail if you are not the intended recipient.",
        "Please disregard the earlier notice; the correct window is 04:00 to 06:00 UTC.",
        "The previous notice was sent in error. Correction: the maintenance takes place on Friday.",
        "The notice was sent in error with wrong times; the new maintenance window is below.",
        "An error may be shown while the maintenance is under way.",
        "Errors in mail delivery are possible.",
        "You can ignore alerts during the maintenance.",
        "Please ignore monitoring alarms in this window.",
        "Mail that was sent in this time is queued.",
        "The previous maintenance went well.",
        "Wenn Sie diese Meldung irrtümlich erhalten haben, löschen Sie sie.",
        "Si vous avez reçu cet avis par erreur, ignorer ce message.",
        "We apologise for the earlier error in our network.",
        "If you have already done so please disregard this message.",
        "If you have already migrated, please ignore our previous emails.",
        "Disregard this mail if you are not the intended recipient.",
        "Please ignore our earlier reminder emails if the server has been rebooted.",
        "If this e-mail was sent to you in error, please notify the sender.",
        "If this message was sent in error please contact us.",
        "Should this notice have been sent in error, call our NOC.",
        "In case this e-mail was sent in error, destroy it.",
        "This email may have been sent in error; if so delete it.",
        "Any e-mail sent in error must be deleted.",
        "If you believe this notice was sent in error, please open a ticket.",
        "If you feel this notification was sent in error contact support.",
        "Unless you believe the notice was sent in error, no reply is needed.",
        "If the maintenance notice was sent in error or your contact has changed, write to us.",
        "Please disregard previous notices once the migration is done.",
        "Please disregard the earlier times; the correct window is 04:00 to 06:00 UTC.",
        "Please disregard the previous notification. The maintenance will now take place on 5 May from 02:00 to 04:00 UTC.",
        "Please disregard our earlier email, the date was wrong. Start: 2026-05-05 02:00 UTC End: 2026-05-05 04:00 UTC",
        "Please ignore the previous mail, which had a wrong circuit id. Updated details below.",
        "This notice replaces our previous notification; please disregard the earlier one. Window: 5 May 01:00-03:00 UTC",
        "Our earlier notice was sent in error to the wrong group; the maintenance on 5 May goes ahead as planned.",
        "This notice supersedes all prior notices.",
        "Please disregard the time in the earlier notice: work starts at 03:00 UTC, not 02:00.",
        "Bitte ignorieren Sie die vorherige Meldung; das korrekte Wartungsfenster ist 02:00 bis 04:00 Uhr.",
        "Sollten Sie diese E-Mail irrtümlich erhalten haben, informieren Sie bitte den Absender.",
        "Falls Sie diese Nachricht versehentlich erhalten haben, löschen Sie die E-Mail.",
        "Wer diese E-Mail irrtümlich erhält, möge die Meldung löschen.",
        "Wurde Ihnen diese E-Mail irrtümlich zugesandt, löschen Sie sie bitte.",
        "Dieses Kabel wurde versehentlich gezogen, daher ist eine Wartung nötig.",
        "A fiber was cut by mistake; emergency maintenance follows this notice.",
        "Si vous avez reçu ce message par erreur, merci de le supprimer.",
        "Si ce message vous a été envoyé par erreur, veuillez supprimer cet avis.",
        "Si este mensaje le ha sido enviado por error, elimine el mail.",
        "Se questo messaggio le è stato inviato per errore, elimini la mail.",
        "Als deze mail per ongeluk verzonden is, verwijder het bericht.",
        "Indien u dit bericht abusievelijk hebt ontvangen, verwijder de mail.",
        "Please disregard alerts about this maintenance from the previous monitoring system.",
        "You can safely ignore the reboot notification shown in the earlier panel version.",
        "The invoice announced by mistake last week is corrected.",
        "Please do not ignore this notice; our previous maintenance reminder expired.",
        "Do not disregard this message as you did the previous notices.",
        "Traffic was sent in error over the backup path, hence the maintenance.",
        "Ignore list: previous maintenance hosts.",
        "Please ignore duplicate copies of our earlier notification.",
        "You may receive duplicate notifications; please ignore the earlier e-mail copies.",
        "Connections sent to the old address return an error.",
    ] {
        if retracted(text) {
            missed.push(text);
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn how_far_an_outage_is() {
    let mut missed = Vec::new();
    let cases: &[(&str, Option<Stage>)] = &[
        ("Investigating - We are currently investigating this issue.", Some(Stage::Goes(Phase::Investigating))),
        ("We are aware of an outage in Dallas.", Some(Stage::Goes(Phase::Investigating))),
        ("Our engineers are looking into it.", Some(Stage::Goes(Phase::Investigating))),
        ("Troubleshooting is under way.", Some(Stage::Goes(Phase::Investigating))),
        ("Wir untersuchen die Störung.", Some(Stage::Goes(Phase::Investigating))),
        ("Identified - The issue has been identified.", Some(Stage::Goes(Phase::Identified))),
        ("We have found the cause: a failed device.", Some(Stage::Goes(Phase::Identified))),
        ("The root cause is a power supply.", Some(Stage::Goes(Phase::Identified))),
        ("Die Ursache ist gefunden.", Some(Stage::Goes(Phase::Identified))),
        ("Monitoring - A fix has been implemented.", Some(Stage::Goes(Phase::Monitoring))),
        ("The network is stable again and we are monitoring it.", Some(Stage::Goes(Phase::Monitoring))),
        ("We will continue to monitor the situation.", Some(Stage::Goes(Phase::Monitoring))),
        ("We implemented a fix and watch the results.", Some(Stage::Goes(Phase::Monitoring))),
        ("Resolved - This incident has been resolved.", Some(Stage::Over)),
        ("The outage is resolved.", Some(Stage::Over)),
        ("All services are operating normally.", Some(Stage::Over)),
        ("Service has been restored.", Some(Stage::Over)),
        ("Your server is back online.", Some(Stage::Over)),
        ("Die Störung ist behoben.", Some(Stage::Over)),
        ("L'incident est résolu.", Some(Stage::Over)),
        ("El incidente está resuelto.", Some(Stage::Over)),
        ("De storing is opgelost.", Some(Stage::Over)),
        ("We will write again once this is resolved.", None),
        ("The issue is not resolved.", None),
        ("Services are being restored.", None),
        ("It is expected to be fixed by noon.", None),
        ("We are working on it until it is resolved.", Some(Stage::Goes(Phase::Investigating))),
        ("Die Störung ist noch nicht behoben.", None),
        ("Your servers may be unreachable.", None),
        ("We are aware of an issue with web01 and techs are working on it.", Some(Stage::Goes(Phase::Investigating))),
        ("Techs are working on the server now.", Some(Stage::Goes(Phase::Investigating))),
        ("Our technicians are on the way to the data center.", Some(Stage::Goes(Phase::Investigating))),
        ("We are experiencing an outage in Dallas. Our engineers have been dispatched.", Some(Stage::Goes(Phase::Investigating))),
        ("Engineers are engaged and are working to restore service.", Some(Stage::Goes(Phase::Investigating))),
        (
            "We are aware of reports of connectivity problems. The cause is unknown and not identified.",
            Some(Stage::Goes(Phase::Investigating)),
        ),
        ("The cause has not been identified yet; we keep looking.", Some(Stage::Goes(Phase::Investigating))),
        ("The root cause is still unknown.", Some(Stage::Goes(Phase::Investigating))),
        ("We are trying to determine the root cause.", Some(Stage::Goes(Phase::Investigating))),
        ("Monitoring systems show packet loss; we are investigating.", Some(Stage::Goes(Phase::Investigating))),
        ("Our monitoring detected an outage at 15:38 CT and we are investigating.", Some(Stage::Goes(Phase::Investigating))),
        ("Die Ursache ist noch unbekannt, unsere Techniker untersuchen die Störung.", Some(Stage::Goes(Phase::Investigating))),
        ("Wir sind uns der Störung bewusst und arbeiten daran.", Some(Stage::Goes(Phase::Investigating))),
        ("Unsere Techniker arbeiten an der Behebung.", Some(Stage::Goes(Phase::Investigating))),
        ("Nous enquêtons sur cet incident.", Some(Stage::Goes(Phase::Investigating))),
        ("Nos équipes sont en cours d'investigation.", Some(Stage::Goes(Phase::Investigating))),
        ("Estamos investigando el problema.", Some(Stage::Goes(Phase::Investigating))),
        ("We onderzoeken de storing.", Some(Stage::Goes(Phase::Investigating))),
        ("Stiamo indagando sul problema.", Some(Stage::Goes(Phase::Investigating))),
        ("This issue is unresolved. We are investigating.", Some(Stage::Goes(Phase::Investigating))),
        ("Update - We are continuing to investigate this issue.", Some(Stage::Goes(Phase::Investigating))),
        ("Identified - The issue has been identified and a fix is being implemented.", Some(Stage::Goes(Phase::Identified))),
        ("Update - We are continuing to work on a fix for this issue.", Some(Stage::Goes(Phase::Identified))),
        ("The cause of the outage has been found. A fix is being prepared.", Some(Stage::Goes(Phase::Identified))),
        ("We have determined that a failed switch is to blame.", Some(Stage::Goes(Phase::Identified))),
        ("We have isolated the problem to a line card.", Some(Stage::Goes(Phase::Identified))),
        ("A failed power supply was identified as the cause.", Some(Stage::Goes(Phase::Identified))),
        ("Die Ursache wurde gefunden.", Some(Stage::Goes(Phase::Identified))),
        ("La causa ha sido identificada.", Some(Stage::Goes(Phase::Identified))),
        ("L'origine du problème a été trouvée.", Some(Stage::Goes(Phase::Identified))),
        ("Het probleem is geïdentificeerd.", Some(Stage::Goes(Phase::Identified))),
        ("La causa è stata individuata.", Some(Stage::Goes(Phase::Identified))),
        ("Monitoring - A fix has been implemented and we are monitoring the results.", Some(Stage::Goes(Phase::Monitoring))),
        ("A fix has been implemented.", Some(Stage::Goes(Phase::Monitoring))),
        ("The faulty card has been replaced and we are watching the network.", Some(Stage::Goes(Phase::Monitoring))),
        ("Service looks stable; we will keep monitoring.", Some(Stage::Goes(Phase::Monitoring))),
        ("Wir haben eine Lösung eingespielt und beobachten die Lage.", Some(Stage::Goes(Phase::Monitoring))),
        ("Un correctif a été appliqué, nous surveillons la situation.", Some(Stage::Goes(Phase::Monitoring))),
        ("Hemos aplicado una solución y seguimos monitorizando.", Some(Stage::Goes(Phase::Monitoring))),
        ("Er is een oplossing doorgevoerd en we houden de situatie in de gaten.", Some(Stage::Goes(Phase::Monitoring))),
        ("È stata applicata una correzione e monitoriamo la situazione.", Some(Stage::Goes(Phase::Monitoring))),
        ("Service is back.", Some(Stage::Over)),
        ("All services have recovered.", Some(Stage::Over)),
        ("Power was restored at 03:12 UTC and all servers are up again.", Some(Stage::Over)),
        ("Connectivity is restored.", Some(Stage::Over)),
        ("The issue was fixed at 03:00 UTC.", Some(Stage::Over)),
        ("The outage has ended.", Some(Stage::Over)),
        ("Le service est rétabli.", Some(Stage::Over)),
        ("El servicio ha sido restablecido.", Some(Stage::Over)),
        ("Il servizio è stato ripristinato.", Some(Stage::Over)),
        ("De dienst is hersteld.", Some(Stage::Over)),
        ("Der Dienst steht wieder zur Verfügung.", Some(Stage::Over)),
        ("Resolved: we will be sending a report within 48 hours and the incident has been resolved.", Some(Stage::Over)),
        ("Outage web01\nInvestigation started.\n\nUpdate 16:10 CT: a fix has been implemented.", Some(Stage::Goes(Phase::Monitoring))),
        (
            "2021-07-16 at 3:15PM CDT: We are investigating.\n\n2021-07-16 at 3:50PM CDT: We have found the cause.\n\n2021-07-16 at 11:50PM CDT: We have resolved the issue.",
            Some(Stage::Over),
        ),
        ("14:00 UTC - We are investigating an outage.\n\n14:40 UTC - The cause has been identified.", Some(Stage::Goes(Phase::Identified))),
        (
            "Monitoring - A fix has been implemented.\nAug 13, 20:00 UTC\n\nIdentified - The issue has been identified.\nAug 13, 19:00 UTC\n\nInvestigating - We look.\nAug 13, 18:00 UTC",
            Some(Stage::Goes(Phase::Monitoring)),
        ),
        (
            "[Identified] Outage in Dallas\n\nIdentified - We have identified the issue.\n\nInvestigating - We are investigating.",
            Some(Stage::Goes(Phase::Identified)),
        ),
        (
            "Investigating - The incident resolved earlier today has returned; we are investigating again.",
            Some(Stage::Goes(Phase::Investigating)),
        ),
        ("Our services are running on version 2.", None),
        ("We will let you know when this is resolved.", None),
        ("Thank you for your patience.", None),
    ];
    for (text, expected) in cases.iter().copied() {
        let found = newest(&sentences(text));
        if found != expected {
            missed.push((text, expected, found));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn the_first_word_of_a_mail_is_the_newest() {
    let text = "Resolved - This incident has been resolved.\nAug 13, 21:00 UTC\n\nMonitoring - A fix has been implemented.\n\nInvestigating - We look.";
    assert_eq!(newest(&sentences(text)), Some(Stage::Over));
}

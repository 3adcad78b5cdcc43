//! Mail that no person wrote: never acted on, never answered. Some begin with a word that would decide.

use forewarn::approval::automatic;
use forewarn::mail::parse;

/// What absences say in front of the subject that they answer, by language.
const AWAY: [(&str, &str, &str); 26] = [
    ("en", "Automatic reply", "I am out of the office until Monday."),
    ("en", "Out of Office", "OK"),
    ("en", "Out of the office", "Yes"),
    ("de", "Automatische Antwort", "Ich bin bis Montag nicht im Büro."),
    ("de", "Abwesenheitsnotiz", "OK"),
    ("fr", "Réponse automatique", "Je suis absent jusqu'à lundi."),
    ("fr", "Absence du bureau", "OK"),
    ("es", "Respuesta automática", "Estoy fuera de la oficina."),
    ("es", "Fuera de la oficina", "ok"),
    ("it", "Risposta automatica", "Sono fuori sede."),
    ("nl", "Automatisch antwoord", "Ik ben afwezig."),
    ("nl", "Afwezig", "ok"),
    ("pt", "Resposta automática", "Estou fora do escritório."),
    ("pl", "Odpowiedź automatyczna", "Jestem poza biurem."),
    ("sv", "Autosvar", "Jag är inte på kontoret."),
    ("da", "Automatisk svar", "Jeg er ikke på kontoret."),
    ("fi", "Automaattinen vastaus", "Olen poissa."),
    ("cs", "Automatická odpověď", "Jsem mimo kancelář."),
    ("sk", "Automatická odpoveď", "ok"),
    ("hu", "Automatikus válasz", "Nem vagyok az irodában."),
    ("tr", "Otomatik yanıt", "Ofis dışındayım."),
    ("ro", "Răspuns automat", "ok"),
    ("el", "Αυτόματη απάντηση", "ok"),
    ("ru", "Автоответ", "Меня нет в офисе."),
    ("ja", "自動応答", "ok"),
    ("zh", "自动回复", "ok"),
];

const OURS: &str = "Wed Sep 9 11PM: Mail may go DOWN, 14 customers. OK? [FW-1042 v1 7kq2-m9xd]";

fn mail(subject: &str, headers: &str, text: &str) -> String {
    format!(
        "Message-ID: <o1@lakeside.example>\r\nDate: Mon, 7 Sep 2020 09:05:00 -0500\r\nFrom: Sam Reed <sam@lakeside.example>\r\n\
         To: Forewarn <notices@lakeside.example>\r\nSubject: {subject}\r\nIn-Reply-To: <fw.x@lakeside.example>\r\n{headers}MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n\r\n> Answer \"approve\" to tell 14 customers.\r\n"
    )
}

/// Every mail of a machine, with what it is.
fn machines() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (language, words, text) in AWAY {
        all.push((format!("{language} {words}, by its subject alone"), mail(&format!("{words}: {OURS}"), "", text)));
        let headers = "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n";
        all.push((format!("{language} {words}, Exchange"), mail(&format!("{words}: Re: {OURS}"), headers, text)));
        all.push((
            format!("{language} {words}, Sieve under our subject"),
            mail(&format!("Re: {OURS}"), "Auto-Submitted: auto-replied (vacation)\r\nPrecedence: bulk\r\n", text),
        ));
    }
    for headers in [
        "X-Autoreply: yes\r\n",
        "X-Autorespond: vacation\r\n",
        "Precedence: auto_reply\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Precedence: bulk\r\n",
        "List-Id: <all.lakeside.example>\r\n",
        "Precedence: list\r\nList-Post: <mailto:all@lakeside.example>\r\n",
    ] {
        all.push((format!("by {}", headers.trim()), mail(&format!("Re: {OURS}"), headers, "OK")));
    }
    for (subject, text) in
        [("Your request has been received", "OK"), ("Ticket created: 4711", "Yes"), ("Ihre Anfrage ist eingegangen", "OK")]
    {
        all.push((subject.to_owned(), mail(&format!("{subject} {OURS}"), "", text)));
    }
    let parts = |kind: &str, inner: &str| {
        mail(&format!("Re: {OURS}"), "", "x")
            .replace("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit", kind)
            .split_once("\r\n\r\n")
            .map(|(head, _)| format!("{head}\r\n\r\n{inner}"))
            .unwrap()
    };
    all.push(("a read receipt".to_owned(), parts("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "--b\r\n\r\nok\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n")));
    all.push((
        "a delivery report".to_owned(),
        parts(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            "--b\r\n\r\nok\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: delayed\r\n\r\n--b--\r\n",
        ),
    ));
    for answer in ["ACCEPTED", "DECLINED", "TENTATIVE"] {
        all.push((format!("a calendar's {answer}"), parts("Content-Type: multipart/alternative; boundary=b", &format!("--b\r\nContent-Type: text/plain\r\n\r\nok\r\n--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nATTENDEE;PARTSTAT={answer}:mailto:sam@lakeside.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n"))));
    }
    all
}

#[test]
fn a09_w25_no_machines_answer_is_taken_for_a_persons() {
    let machines = machines();
    let languages: std::collections::BTreeSet<&str> = AWAY.iter().map(|(language, ..)| *language).collect();
    let taken: Vec<&String> =
        machines.iter().filter(|(_, raw)| automatic(&parse(raw.as_bytes())).is_none()).map(|(name, _)| name).collect();
    assert!(taken.is_empty(), "{taken:#?}");
    assert!(machines.len() >= 80 && languages.len() >= 15, "{} mails in {} languages", machines.len(), languages.len());
}

#[test]
fn a09_a_reaction_is_no_word_of_approval() {
    // Reactions come in the person's name, without any header that says so.
    for text in [
        "👍",
        "Sam Reed liked your message",
        "Liked “Answer \"approve\" to tell 14 customers.”",
        "Sam reacted to your message:",
        "👍 Sam Reed reacted via Gmail",
    ] {
        let mail = parse(mail(&format!("Re: {OURS}"), "", text).as_bytes());
        assert_eq!(forewarn::approval::verb(&forewarn::mail::reply::reply(&mail)), None, "{text}");
    }
}

//! The stage: a folder as inbox, a folder as outbox, the service between them, and a narrator.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use super::script::Step;
use crate::{
    cli::init,
    clock::Clock,
    config::{self, Config},
    mail,
    model::{AuthMode, Mail, MaintenanceId},
    service::{self, Service},
};

const CONFIGURATION: &str = include_str!("../../../fixtures/forewarn.toml");
const SERVICES: &str = include_str!("../../../fixtures/services.toml");

/// Bold, dim, green, yellow, cyan, off.
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const OFF: &str = "\x1b[0m";

/// Whether the narrator is heard at a terminal, or only writes the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Heard and written.
    Aloud,
    /// Written only.
    Silent,
}

/// Plays a story in a folder and leaves everything there: configuration, store, mails, `transcript.txt`. `file` gives the mails by name.
///
/// # Errors
/// When a step fails or names what is not there.
pub async fn play(dir: &Path, voice: Voice, steps: Vec<Step>, file: impl Fn(&str) -> anyhow::Result<String>) -> anyhow::Result<()> {
    let mut stage = Stage::set(dir, voice, &steps, &file).await?;
    for step in steps {
        stage.play(step, &file).await?;
    }
    stage.close().await
}

/// Everything that the story is played with.
struct Stage {
    dir: PathBuf,
    voice: Voice,
    service: Service,
    clock: Clock,
    lock: File,
    /// Whether the story has told when it is.
    begun: bool,
    /// Files of the outbox that were shown.
    shown: BTreeSet<PathBuf>,
    /// Maintenances as they were told last: number and revision.
    told: BTreeSet<(MaintenanceId, u32)>,
    transcript: String,
    /// Why nothing is printed any more.
    unheard: Option<io::Error>,
    /// Texts that were printed whole.
    texts: BTreeSet<String>,
    whole: bool,
    arrived: u32,
    replies: u32,
}

impl Stage {
    /// Writes configuration, key and folders, opens the service, and lays into its inbox what came before.
    async fn set(dir: &Path, voice: Voice, steps: &[Step], file: &impl Fn(&str) -> anyhow::Result<String>) -> anyhow::Result<Self> {
        init::begin(dir)?;
        fs::create_dir_all(dir.join("replies"))?;
        // Customers are really written to, into folders: the story is about what they get.
        let mut configuration = CONFIGURATION.replacen("mode = \"rehearsal\"", "mode = \"live\"", 1);
        for step in steps.iter().take_while(|step| !matches!(step, Step::At(..))) {
            if let Step::Config(line) = step {
                configuration = with_line(&configuration, line, dir)?;
            }
        }
        fs::write(dir.join("forewarn.toml"), configuration)?;
        let own = steps.iter().take_while(|step| !matches!(step, Step::At(..)));
        let own = own.filter_map(|step| if let Step::Services(name) = step { Some(file(name)) } else { None }).last();
        fs::write(dir.join("services.toml"), own.transpose()?.as_deref().unwrap_or(SERVICES))?;
        let first = steps.iter().find_map(|step| if let Step::At(at, _) = step { Some(*at) } else { None });
        let clock = Clock::fixed(first.context("the story never says when it is")? - chrono::TimeDelta::minutes(5));
        let (service, lock) = service::open(load(dir)?, clock.clone()).await?;
        let mut stage = Self {
            dir: dir.to_owned(),
            voice,
            service,
            clock,
            lock,
            begun: false,
            shown: BTreeSet::new(),
            texts: BTreeSet::new(),
            whole: false,
            told: BTreeSet::new(),
            transcript: String::new(),
            unheard: None,
            arrived: 0,
            replies: 0,
        };
        for step in steps {
            if let Step::Before(name) = step {
                stage.drop_mail(&file(name)?)?;
            }
        }
        Ok(stage)
    }

    async fn play(&mut self, step: Step, file: &impl Fn(&str) -> anyhow::Result<String>) -> anyhow::Result<()> {
        match step {
            Step::Title(text) => self.title(&text),
            Step::Say(text) => self.say(&text),
            Step::Config(line) if self.begun => self.start_anew(&line).await?,
            Step::Config(_) | Step::Before(_) => {}
            Step::At(time, what) => self.at(time, &what).await?,
            Step::Mail(names) => self.arrive(&names.iter().map(|name| file(name)).collect::<anyhow::Result<Vec<_>>>()?).await?,
            Step::Reply(who, about, text) => self.answers(&who, &about, &text).await?,
            Step::Answer(who, name, about) => self.answers_with(&who, &file(&name)?, &about).await?,
            Step::Write(who, subject, text) => self.writes(&who, &subject, &text).await?,
            Step::Settle(about, words) => self.settles(&about, &words).await?,
            Step::Services(name) if self.begun => self.start_with_services(&file(&name)?, &name).await?,
            Step::Services(_) => {}
            Step::Round => self.round().await?,
            Step::Whole => self.whole = true,
            Step::Brief => self.whole = false,
            Step::ShowMail(who) => self.show_mail(&who)?,
            Step::ShowRequest(who) => self.show_request(&who)?,
            Step::ShowNotices => self.show_notices()?,
            Step::ShowDigest(who) => self.show_digest(&who)?,
            Step::ShowFile(name) => self.show_file(&name),
            Step::Ledger => self.ledger().await?,
        }
        Ok(())
    }

    /// The service ends and starts again with another configuration.
    async fn start_anew(&mut self, line: &str) -> anyhow::Result<()> {
        self.print(CYAN, &format!("  forewarn is stopped and started with {line}"));
        let path = self.dir.join("forewarn.toml");
        fs::write(&path, with_line(&fs::read_to_string(&path)?, line, &self.dir)?)?;
        self.reopen().await
    }

    /// The service ends and starts again with another inventory.
    async fn start_with_services(&mut self, services: &str, name: &str) -> anyhow::Result<()> {
        self.print(CYAN, &format!("  forewarn is stopped and started with {name} for services.toml"));
        fs::write(self.dir.join("services.toml"), services)?;
        self.reopen().await
    }

    async fn reopen(&mut self) -> anyhow::Result<()> {
        self.service.store().clone().close().await;
        self.lock.unlock()?;
        (self.service, self.lock) = service::open(load(&self.dir)?, self.clock.clone()).await?;
        Ok(())
    }

    fn print(&mut self, colour: &str, text: &str) {
        for line in text.lines() {
            self.line(line, &format!("{colour}{line}{OFF}"));
        }
    }

    fn blank(&mut self) {
        self.line("", "");
    }

    /// One line for the transcript, and as it is printed. Whoever reads along may have enough: the story still goes on to its end.
    fn line(&mut self, line: &str, printed: &str) {
        if self.voice == Voice::Aloud && self.unheard.is_none() {
            self.unheard = writeln!(anstream::stdout(), "{printed}").err();
        }
        self.transcript.push_str(line);
        self.transcript.push('\n');
    }

    fn title(&mut self, text: &str) {
        self.print(BOLD, text);
        self.print(BOLD, &"=".repeat(text.chars().count()));
    }

    fn say(&mut self, text: &str) {
        self.print("", &wrapped(text, ""));
    }

    /// Sets the clock and says what comes. Before the first time the service sees its inbox: what lies there is the past.
    async fn at(&mut self, time: DateTime<Utc>, what: &str) -> anyhow::Result<()> {
        if !self.begun {
            self.round().await?;
            self.begun = true;
        }
        self.clock.set(time);
        let zone = self.service.config().policy.zone;
        let (local, name) = self.service.zones().local(zone, self.clock.now());
        self.blank();
        self.print(BOLD, &format!("{} {name}  {what}", local.format("%a %b %-d %-I:%M %p")));
        Ok(())
    }

    /// Providers' mails fall into the inbox, before the next look at it.
    async fn arrive(&mut self, mails: &[String]) -> anyhow::Result<()> {
        for raw in mails {
            let mail = mail::parse(raw.as_bytes());
            let sender = mail.from.first().map(|from| if from.name.is_empty() { from.address.clone() } else { from.name.clone() });
            self.print(CYAN, &format!("  in   {}: {}", sender.unwrap_or_default(), mail.subject));
            self.drop_mail(raw)?;
        }
        self.round().await
    }

    fn drop_mail(&mut self, raw: &str) -> anyhow::Result<()> {
        self.arrived += 1;
        self.drop_in(&format!("provider-{:02}", self.arrived), raw)
    }

    /// Somebody answers the newest request that they got, as a mail client would.
    async fn answers(&mut self, who: &str, about: &str, text: &str) -> anyhow::Result<()> {
        let (_, request) = self
            .newest(who, |mail| mail.subject.contains(&format!("[{about} ")))?
            .with_context(|| format!("{who} has no request about {about} to answer"))?;
        let to = request.reply_to.first().or(request.from.first()).map(|to| to.address.clone()).unwrap_or_default();
        let quoted: String = request.plain.iter().flat_map(|body| body.fresh.lines()).take(6).map(|line| format!("> {line}\n")).collect();
        let raw = format!(
            "Message-ID: <reply-{}@harborlight.example>\nFrom: <{who}>\nTo: <{to}>\nSubject: Re: {}\nIn-Reply-To: <{}>\nDate: {}\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n\nOn {}, Forewarn wrote:\n{quoted}",
            self.replies + 1,
            request.subject,
            request.message_id.clone().unwrap_or_default(),
            self.clock.now().to_rfc2822(),
            self.clock.now().format("%a, %b %-d, %Y at %-I:%M %p"),
        );
        let first = text.lines().next().unwrap_or_default();
        self.print(GREEN, &format!("  {} answers: {first}", who.split('@').next().unwrap_or(who)));
        self.drop_reply(&raw)?;
        self.round().await
    }

    /// A mail program's own form of an answer to the newest mail that somebody got about a maintenance.
    async fn answers_with(&mut self, who: &str, raw: &str, about: &str) -> anyhow::Result<()> {
        let (_, answered) =
            self.newest(who, |mail| mail.subject.contains(about))?.with_context(|| format!("{who} has no mail about {about} to answer"))?;
        let to = answered.reply_to.first().or(answered.from.first()).map(|to| to.address.clone()).unwrap_or_default();
        let raw = raw
            .replace("{to}", &to)
            .replace("{subject}", &answered.subject)
            .replace("{message-id}", answered.message_id.as_deref().unwrap_or_default());
        let mail = mail::parse(raw.as_bytes());
        let from = mail.from.first().map(|from| from.address.clone()).unwrap_or_default();
        let first = mail.text().lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        self.print(GREEN, &format!("  {from} answers: {first}"));
        self.drop_reply(&raw)?;
        self.round().await
    }

    /// Somebody of staff writes to Forewarn without being asked.
    async fn writes(&mut self, who: &str, subject: &str, text: &str) -> anyhow::Result<()> {
        let to = self.service.config().policy.from.address.clone();
        let raw = format!(
            "Message-ID: <own-{}@harborlight.example>\nFrom: <{who}>\nTo: <{to}>\nSubject: {subject}\nDate: {}\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n",
            self.replies + 1,
            self.clock.now().to_rfc2822(),
        );
        self.print(GREEN, &format!("  {} writes: {subject}", who.split('@').next().unwrap_or(who)));
        self.drop_reply(&raw)?;
        self.round().await
    }

    /// The admin settles something on the command line.
    async fn settles(&mut self, about: &str, words: &str) -> anyhow::Result<()> {
        self.print(GREEN, &format!("  $ forewarn settle {about} {words}"));
        let said = match crate::cli::settle::settle(&self.service, crate::cli::settle::case(about)?, words).await {
            Ok(said) => said,
            Err(why) => why.to_string(),
        };
        self.print("", &format!("       {said}"));
        self.round().await
    }

    /// Puts an answer into the inbox, as the mail server of a house that checks senders would: staff sign in to it.
    fn drop_reply(&mut self, raw: &str) -> anyhow::Result<()> {
        let vouched = match &self.service.config().policy.auth {
            AuthMode::Authserv(server) => {
                let from = mail::parse(raw.as_bytes()).author().map(|author| author.address.clone()).unwrap_or_default();
                format!("Authentication-Results: {server}; auth=pass smtp.auth={from}\n{raw}")
            }
            _ => raw.to_owned(),
        };
        let raw = &vouched;
        self.replies += 1;
        let name = format!("reply-{:02}", self.replies);
        fs::write(self.dir.join("replies").join(format!("{name}.eml")), raw)?;
        self.drop_in(&name, raw)
    }

    fn drop_in(&self, name: &str, raw: &str) -> anyhow::Result<()> {
        let temporary = self.dir.join("in/tmp").join(name);
        fs::write(&temporary, raw.replace('\n', "\r\n"))?;
        let now = std::time::SystemTime::from(self.clock.now());
        File::options().write(true).open(&temporary)?.set_modified(now)?;
        fs::rename(&temporary, self.dir.join("in/new").join(name))?;
        Ok(())
    }

    /// One round of the service, with what came of it.
    async fn round(&mut self) -> anyhow::Result<()> {
        let round = self.service.once().await?;
        anyhow::ensure!(round.faults.is_empty(), "the story failed: {}", round.faults.join("; "));
        for (_, outcome) in &round.considered {
            self.print(YELLOW, &format!("       {}", crate::cli::words::outcome(outcome)));
        }
        let now = self.clock.now();
        for maintenance in self.service.store().maintenances(now - chrono::TimeDelta::days(90), now + chrono::TimeDelta::days(90)).await? {
            if self.told.insert((maintenance.id, maintenance.revision)) {
                for line in crate::cli::words::maintenance(
                    &maintenance,
                    &self.service.inventory(),
                    self.service.config().policy.zone,
                    self.service.zones(),
                ) {
                    self.print("", &format!("       {line}"));
                }
            }
        }
        for (path, to, mail) in self.unseen()? {
            self.print(DIM, &format!("  out  {to}: {}", mail.subject));
            let text = mail.plain.as_ref().map_or("", |body| body.fresh.as_str());
            if self.whole && self.texts.insert(without_codes(text)) {
                self.show(&mail);
            }
            self.shown.insert(path);
        }
        Ok(())
    }

    /// Mails of the outbox that were not shown, in order of recipient.
    fn unseen(&self) -> anyhow::Result<Vec<(PathBuf, String, Mail)>> {
        let mut found = Vec::new();
        for recipient in fs::read_dir(self.dir.join("out"))? {
            let recipient = recipient?;
            for file in fs::read_dir(recipient.path().join("new"))? {
                let path = file?.path();
                if !self.shown.contains(&path) {
                    let mail = mail::parse(&fs::read(&path)?);
                    found.push((path, recipient.file_name().to_string_lossy().into_owned(), mail));
                }
            }
        }
        found.sort_by(|a, b| (&a.1, &a.2.subject, a.2.text()).cmp(&(&b.1, &b.2.subject, b.2.text())));
        Ok(found)
    }

    /// The newest mail to somebody that fits, by its Date.
    fn newest(&self, who: &str, fits: impl Fn(&Mail) -> bool) -> anyhow::Result<Option<(PathBuf, Mail)>> {
        let mut newest: Option<(PathBuf, Mail)> = None;
        let Ok(files) = fs::read_dir(self.dir.join("out").join(who).join("new")) else { return Ok(None) };
        for file in files {
            let path = file?.path();
            let mail = mail::parse(&fs::read(&path)?);
            let later = newest.as_ref().is_none_or(|(_, seen)| (mail.date, &mail.subject) > (seen.date, &seen.subject));
            if fits(&mail) && later {
                newest = Some((path, mail));
            }
        }
        Ok(newest)
    }

    /// The newest mail to somebody, to its last line.
    fn show_mail(&mut self, who: &str) -> anyhow::Result<()> {
        let (_, mail) = self.newest(who, |_| true)?.context("no mail was written")?;
        self.show(&mail);
        let below = mail.plain.as_ref().map_or("", |body| body.quoted.as_str()).to_owned();
        for line in below.trim_end().lines() {
            self.print(DIM, format!("  | {line}").trim_end());
        }
        Ok(())
    }

    /// The newest request to somebody, up to the notice.
    fn show_request(&mut self, who: &str) -> anyhow::Result<()> {
        let (_, mail) = self.newest(who, |mail| mail.subject.contains("[FW"))?.context("no request was written")?;
        self.show(&mail);
        Ok(())
    }

    /// The digest, whole.
    fn show_digest(&mut self, who: &str) -> anyhow::Result<()> {
        let (_, mail) = self
            .newest(who, |mail| mail.subject.contains(" ahead, ") && !mail.subject.contains("[FW"))?
            .context("no digest was written")?;
        fs::write(
            self.dir.join("digest.txt"),
            format!("Subject: {}\n\n{}", mail.subject, mail.plain.as_ref().map_or("", |body| body.fresh.as_str())),
        )?;
        self.show(&mail);
        Ok(())
    }

    /// The customer mails of this moment: each different text once.
    fn show_notices(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut texts: BTreeSet<String> = BTreeSet::new();
        let staff: BTreeSet<String> = {
            let policy = &self.service.config().policy;
            policy
                .approvers
                .iter()
                .map(|approver| approver.mailbox.address.clone())
                .chain(policy.escalation.iter().map(|to| to.address.clone()))
                .collect()
        };
        let mut written = Vec::new();
        for recipient in fs::read_dir(self.dir.join("out"))? {
            let recipient = recipient?;
            if staff.contains(recipient.file_name().to_string_lossy().as_ref()) {
                continue;
            }
            for file in fs::read_dir(recipient.path().join("new"))? {
                let mail = mail::parse(&fs::read(file?.path())?);
                if mail.date.is_some_and(|date| now - date < chrono::TimeDelta::minutes(30)) {
                    written.push(mail);
                }
            }
        }
        written.sort_by(|a, b| a.to.cmp(&b.to));
        let count = written.len();
        for mail in written {
            let text = mail.plain.as_ref().map_or(String::new(), |body| body.fresh.clone());
            if texts.is_empty() && texts.insert(text) {
                self.print("", "  The notice, as the first of them reads it:");
                self.show(&mail);
            }
        }
        self.print("", &format!("  {count} customer mails left, each once; the others differ in zone or services."));
        Ok(())
    }

    /// A file of the story's folder, line by line.
    fn show_file(&mut self, name: &str) {
        let text = fs::read_to_string(self.dir.join(name)).unwrap_or_else(|_| "(there is none)".to_owned());
        self.print("", &format!("  {name}:"));
        for line in text.lines() {
            self.print(DIM, format!("  | {line}").trim_end());
        }
    }

    fn show(&mut self, mail: &Mail) {
        let text = mail.plain.as_ref().map_or("", |body| body.fresh.as_str()).to_owned();
        self.print(DIM, &format!("  | Subject: {}", mail.subject));
        self.print(DIM, "  |");
        for line in text.trim_end().lines() {
            self.print(DIM, format!("  | {line}").trim_end());
        }
    }

    /// The counts that must add up, and what waits.
    async fn ledger(&mut self) -> anyhow::Result<()> {
        self.blank();
        self.print(BOLD, "The ledger: every mail has one end");
        let counts = self.service.store().counts().await?;
        self.print(
            "",
            &format!("  listed {} = stored {} + vanished {} + waiting {}", counts.listed, counts.stored, counts.vanished, counts.waiting),
        );
        let ends: Vec<String> = counts.outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
        self.print("", &format!("  stored {} = {} + pending {}", counts.stored, ends.join(" + "), counts.pending));
        for item in self.service.store().queue().await? {
            self.print(YELLOW, &format!("  waits for a person: {} ({})", item.subject, item.why));
        }
        anyhow::ensure!(counts.adds_up(), "the ledger does not add up");
        Ok(())
    }

    /// Writes the transcript and closes the store.
    async fn close(self) -> anyhow::Result<()> {
        fs::write(self.dir.join("transcript.txt"), &self.transcript)?;
        self.service.store().clone().close().await;
        Ok(self.unheard.map_or(Ok(()), Err)?)
    }
}

fn load(dir: &Path) -> anyhow::Result<Config> {
    config::load(&dir.join("forewarn.toml")).map_err(|report| anyhow::anyhow!("{report}"))
}

/// The configuration with a line in place of the one that has its key, or with the line on top.
fn with_line(configuration: &str, line: &str, dir: &Path) -> anyhow::Result<String> {
    let line = line.replace("{dir}", &dir.display().to_string()).replace("\\n", "\n");
    let key = line.split('=').next().context("a configuration line has a key")?.trim();
    let is_it = |old: &str| old.split('=').next().is_some_and(|old| old.trim() == key);
    Ok(if configuration.lines().any(is_it) {
        configuration.lines().map(|old| if is_it(old) { format!("{line}\n") } else { format!("{old}\n") }).collect()
    } else {
        format!("{line}\n{configuration}")
    })
}

/// A request's text without the short codes, so that the same text to two approvers is printed once.
fn without_codes(text: &str) -> String {
    text.lines().filter(|line| !line.contains("[FW-")).collect::<Vec<_>>().join("\n")
}

/// Text in lines of at most 96 characters.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 96 => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

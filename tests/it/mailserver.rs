//! A real Exim and a real Dovecot for one test, in one temporary folder, on loopback, without root; both end with the test.
//!
//! Every address below `.example` has a mailbox and the one [`PASSWORD`]. Exim takes a provider's mail on a plain port, staff mail on
//! two ports with login, names what it knows of the sender as [`AUTHSERV`], and hands all of it to Dovecot by LMTP. Some local parts
//! fare otherwise: `refused` (550), `deferred` (451), `bounces` (taken, then sent back), `locked` (may not log in).

pub(crate) mod dkim;
mod mailbox;
pub(crate) mod names;
mod post;
mod proof;

use forewarn::model::{Security, Server};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

use crate::certificates::Authority;

/// What everybody signs in with.
pub(crate) const PASSWORD: &str = "correct-horse-7281";
/// May read every mailbox: signs in with this name and acts as the mailbox's owner (the authorization identity of SASL PLAIN).
pub(crate) const READER: (&str, &str) = ("reader@harborlight.example", "only-for-reading-4410");
/// The name under which Exim says what it knows of a sender.
pub(crate) const AUTHSERV: &str = "mx.harborlight.example";
/// The domain that no mail from outside may claim.
const DOMAIN: &str = "harborlight.example";
/// What the signatures of tokens are made with.
const TOKEN_KEY: &[u8] = b"known to the test and to Dovecot";

/// The two servers.
pub(crate) struct MailServer {
    folder: TempDir,
    authority: Authority,
    ports: Ports,
    account: Account,
    running: Vec<Child>,
}

#[derive(Clone, Copy)]
struct Ports {
    imap: u16,
    imaps: u16,
    smtp: u16,
    submission: u16,
    submissions: u16,
    lmtp: u16,
}

/// Who the servers run as.
struct Account {
    user: String,
    group: String,
    /// Its numbers, where the test runs as root and gives its rights up for them.
    instead_of_root: Option<(u32, u32)>,
}

impl MailServer {
    /// Starts both, and waits until they answer.
    pub(crate) fn start() -> Self {
        let programs = Programs::find(&search_path()).unwrap();
        let folder = TempDir::with_prefix("fw").unwrap();
        let authority = Authority::new(folder.path());
        let account = Account::of(folder.path());
        let mut server = Self { folder, authority, ports: Ports::free(), account, running: Vec::new() };
        server.lay_out();
        // A port that was free a moment ago may be taken by now.
        let started = (0..5).any(|_| {
            server.write_configurations();
            server.launch(&programs);
            let answers = server.answers();
            if !answers {
                server.end();
                server.ports = Ports::free();
            }
            answers
        });
        assert!(started, "the mail servers do not start:\n{}", server.logs());
        server
    }

    /// IMAP, as a client meets it.
    pub(crate) fn imap(&self, security: Security) -> Server {
        let port = if security == Security::Implicit { self.ports.imaps } else { self.ports.imap };
        self.server(port, security)
    }

    /// Submission, as a client meets it; without TLS it offers no login.
    pub(crate) fn submission(&self, security: Security) -> Server {
        let port = if security == Security::Implicit { self.ports.submissions } else { self.ports.submission };
        self.server(port, security)
    }

    fn server(&self, port: u16, security: Security) -> Server {
        Server { host: "localhost".into(), port, security, ca_file: Some(self.authority.file.clone()) }
    }

    /// The authority that both certificates come from, for `ca_file`.
    pub(crate) fn ca_file(&self) -> &Path {
        &self.authority.file
    }

    /// What IMAP takes as a token for this user (a JWT with HMAC-SHA-256), good until an instant in Unix seconds.
    pub(crate) fn token(user: &str, until: i64) -> String {
        let claims = format!(r#"{{"email":"{user}","sub":"{user}","iat":{},"exp":{until}}}"#, until - 7200);
        let signed = format!("{}.{}", base64(br#"{"alg":"HS256","typ":"JWT"}"#), base64(claims.as_bytes()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, TOKEN_KEY);
        format!("{signed}.{}", base64(ring::hmac::sign(&key, signed.as_bytes()).as_ref()))
    }

    /// What both servers have logged; a failing test prints its end.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for name in ["dovecot.out", "dovecot.log", "exim.out", "exim-main.log", "exim-panic.log"] {
            let log = fs::read_to_string(self.path(name)).unwrap_or_default();
            let lines: Vec<&str> = log.lines().filter(|line| !line.ends_with(" queue run") && !line.contains(" queue run: ")).collect();
            for line in lines.iter().skip(lines.len().saturating_sub(60)) {
                writeln!(text, "{name}: {line}").unwrap();
            }
        }
        text
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Everything but what names ports.
    fn lay_out(&self) {
        for folder in ["run", "spool", "mail", "keys/default/HS256"] {
            fs::create_dir_all(self.path(folder)).unwrap();
        }
        let issued = self.authority.issue(&["localhost", "127.0.0.1"]);
        let folder = self.folder.path().display();
        for (name, text) in [
            ("server.pem", issued.certificate),
            ("server.key", issued.key),
            ("locked", format!("locked@{DOMAIN}:::::::\n")),
            ("readers", format!("{}:{{PLAIN}}{}\n", READER.0, READER.1)),
            ("keys/default/HS256/default", padded(TOKEN_KEY)),
            (
                "oauth2.conf",
                format!(
                    "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={folder}/keys/\nusername_attribute = email\n"
                ),
            ),
        ] {
            fs::write(self.path(name), text).unwrap();
        }
        fs::set_permissions(self.path("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
        self.hand_over(self.folder.path());
    }

    fn write_configurations(&self) {
        let (ports, folder) = (self.ports, self.folder.path().display().to_string());
        for (name, text) in [("dovecot.conf", include_str!("mailserver/dovecot.conf")), ("exim.conf", include_str!("mailserver/exim.conf"))]
        {
            let mut text = text.to_owned();
            for (mark, value) in [
                ("DIR", folder.as_str()),
                ("USER", &self.account.user),
                ("GROUP", &self.account.group),
                ("GREETING", &self.greeting()),
                ("PASSWORD", PASSWORD),
                ("AUTHSERV", AUTHSERV),
                ("DOMAIN", DOMAIN),
                ("IMAP", &ports.imap.to_string()),
                ("IMAPS", &ports.imaps.to_string()),
                ("SMTP", &ports.smtp.to_string()),
                ("SUBMISSION", &ports.submission.to_string()),
                ("SUBMISSIONS", &ports.submissions.to_string()),
                ("LMTP", &ports.lmtp.to_string()),
            ] {
                text = text.replace(&format!("@{mark}@"), value);
            }
            fs::write(self.path(name), text).unwrap();
            self.hand_over(&self.path(name));
        }
    }

    /// No other server greets so.
    fn greeting(&self) -> String {
        format!("{AUTHSERV} {}", self.folder.path().file_name().unwrap().display())
    }

    fn launch(&mut self, programs: &Programs) {
        for (name, program, arguments) in [
            ("dovecot", &programs.dovecot, ["-F", "-c"].as_slice()),
            // The queue is looked at every second, so that what was put off is tried again soon.
            ("exim", &programs.exim, &["-bdf", "-q1s", "-C"]),
        ] {
            let out = fs::File::create(self.path(&format!("{name}.out"))).unwrap();
            let mut command = self.account.command(program);
            command.args(arguments).arg(self.path(&format!("{name}.conf")));
            command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out);
            // A group of their own, by which all their children end with them.
            command.current_dir(self.folder.path()).process_group(0);
            self.running.push(command.spawn().unwrap());
        }
    }

    /// Whether both came to greet; false as soon as one has ended, or after ten seconds.
    fn answers(&mut self) -> bool {
        let greeting = self.greeting();
        let greets = |port| {
            let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).is_ok() && line.contains(&greeting)
        };
        soon(Duration::from_secs(10), || {
            if self.running.iter_mut().any(|child| child.try_wait().unwrap().is_some()) {
                return Some(false);
            }
            (greets(self.ports.imap) && greets(self.ports.smtp)).then_some(true)
        })
        .unwrap_or_default()
    }

    /// Gives a file or a folder, and all in it, to the account of the servers.
    fn hand_over(&self, path: &Path) {
        self.account.hand_over(path);
    }

    /// Kills both with all their children, and waits until none is left. What they hold is thrown away, so nothing is gained by asking.
    fn end(&mut self) {
        for mut child in self.running.drain(..) {
            let group = Pid::from_child(&child);
            // Where it is gone already, its children may not be.
            kill_process_group(group, Signal::KILL).unwrap_or_default();
            child.wait().unwrap();
            soon(Duration::from_secs(5), || {
                let left = processes(group, self.folder.path());
                for process in &left {
                    kill_process(*process, Signal::KILL).unwrap_or_default();
                }
                left.is_empty().then_some(())
            });
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
        self.end();
    }
}

impl Ports {
    /// Ports that nobody holds at this moment.
    fn free() -> Self {
        let held: [TcpListener; 6] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let [imap, imaps, smtp, submission, submissions, lmtp] = held.each_ref().map(|listener| listener.local_addr().unwrap().port());
        Self { imap, imaps, smtp, submission, submissions, lmtp }
    }
}

impl Account {
    /// The owner of a new folder, or nobody in place of root.
    fn of(folder: &Path) -> Self {
        let about = fs::metadata(folder).unwrap();
        let root = about.uid() == 0;
        let name = |file: &str, number: u32| {
            let table = fs::read_to_string(file).unwrap();
            let line = table.lines().find(|line| line.split(':').nth(2) == Some(number.to_string().as_str()));
            line.and_then(|line| line.split(':').next()).unwrap().to_owned()
        };
        let (user, group) = if root { (NOBODY, NOBODY) } else { (about.uid(), about.gid()) };
        Self { user: name("/etc/passwd", user), group: name("/etc/group", group), instead_of_root: root.then_some((user, group)) }
    }

    /// Gives a file or a folder, and all in it, to this account.
    fn hand_over(&self, path: &Path) {
        let Some((user, group)) = self.instead_of_root else { return };
        chown(path, Some(user), Some(group)).unwrap();
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                self.hand_over(&entry.unwrap().path());
            }
        }
    }

    /// A program that runs as this account.
    fn command(&self, program: &Path) -> Command {
        if self.instead_of_root.is_none() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={}", self.user)).arg(format!("--regid={}", self.group)).arg("--clear-groups").arg("--").arg(program);
        command
    }
}

/// The user and the group that own nothing.
const NOBODY: u32 = 65534;

/// Where the servers lie.
struct Programs {
    dovecot: PathBuf,
    doveadm: PathBuf,
    exim: PathBuf,
}

impl Programs {
    /// Looks for them in these folders.
    ///
    /// # Errors
    /// A sentence that says what to install.
    fn find(folders: &[PathBuf]) -> Result<Self, String> {
        let find = |program: &str, package: &str| {
            let found = folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file());
            found.ok_or_else(|| format!("{program} is needed: apt-get install {package}, as root"))
        };
        find("lmtp", "dovecot-lmtpd")?;
        Ok(Self {
            dovecot: find("dovecot", "dovecot-imapd")?,
            doveadm: find("doveadm", "dovecot-imapd")?,
            exim: find("exim4", "exim4-daemon-light")?,
        })
    }
}

/// Where programs lie, those that are not in everybody's path among them.
fn search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(["/usr/sbin", "/usr/bin", "/usr/lib/dovecot"].map(PathBuf::from)).collect()
}

/// Processes that still run and are of a group or name a folder: an Exim that delivers leaves the group of the one that listens.
fn processes(group: Pid, folder: &Path) -> Vec<Pid> {
    let folder = folder.to_str().unwrap();
    let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let ours = |number: &i32| {
        let about = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        let words = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
        // State, parent and group stand behind the name, which may hold anything.
        let fields: Vec<&str> = about.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let of_group = fields.get(2).is_some_and(|field| field.parse() == Ok(group.as_raw_nonzero().get()));
        let runs = fields.first().is_some_and(|state| *state != "Z");
        runs && (of_group || String::from_utf8_lossy(&words).contains(folder))
    };
    numbers.filter(ours).filter_map(Pid::from_raw).collect()
}

/// Asks again and again until there is an answer, for so long at most.
pub(crate) fn soon<T>(at_most: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    const PAUSE: Duration = Duration::from_millis(5);
    for _ in 0..=at_most.as_millis() / PAUSE.as_millis() {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        std::thread::sleep(PAUSE);
    }
    None
}

/// Base64 for the web, without padding (RFC 4648 section 5).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        text.extend((0..=chunk.len()).map(|place| char::from(*LETTERS.get(bits >> (18 - 6 * place) & 63).unwrap())));
    }
    text
}

/// Base64 with padding (RFC 4648 section 4).
fn padded(bytes: &[u8]) -> String {
    let text = base64(bytes).replace('-', "+").replace('_', "/");
    let missing = (4 - text.len() % 4) % 4;
    text + &"=".repeat(missing)
}

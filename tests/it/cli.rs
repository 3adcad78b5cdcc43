//! The real binary in real folders: exit codes, messages, files untouched, nothing lost and nothing sent twice.

mod crash;
mod demo;
mod disk;
mod extract;
mod faults;
mod first_steps;
mod inventory;
mod killed;
mod links;
mod live;
mod memory;
mod monday;
mod rewind;
mod service;
mod settle;
mod slow;
mod steadfast;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use forewarn::mail;
use forewarn::model::Mail;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_forewarn");
/// Columns of a terminal that nobody has widened.
const COLUMNS: usize = 80;

/// What a run of the binary came to.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Fails unless the exit code is this one; gives standard output.
    #[track_caller]
    fn exits(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "\nout: {}\nerr: {}", self.out, self.err);
        self.out
    }

    /// Fails unless the exit code is this one and standard error has each of the texts.
    #[track_caller]
    fn complains(self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "\nout: {}\nerr: {}", self.out, self.err);
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not said:\n{}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

/// The binary with arguments, in no folder in particular and with no surroundings that could change what it says.
fn forewarn(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env_remove("FOREWARN_LOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Ran {
    Ran::of(forewarn(arguments).output().unwrap())
}

#[track_caller]
fn fits_the_terminal(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= COLUMNS, "{} columns: {line}", line.chars().count());
    }
}

/// A folder with a configuration, an inbox and an outbox.
struct World {
    folder: TempDir,
    /// Where the binary lies, and whether it runs as nobody, where permissions count for root as well.
    binary: PathBuf,
    as_nobody: bool,
}

/// The user and group that own nothing.
const NOBODY: u32 = 65534;

impl World {
    /// What `forewarn init` writes.
    fn begun() -> Self {
        let folder = TempDir::new().unwrap();
        run(&["init", folder.path().join("w").to_str().unwrap()]).exits(0);
        Self { folder, binary: BINARY.into(), as_nobody: false }
    }

    /// The invented company of the fixtures, which really writes to its customers.
    fn harborlight() -> Self {
        let world = Self::begun();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let configuration = fs::read_to_string(fixtures.join("forewarn.toml")).unwrap();
        fs::write(world.path("forewarn.toml"), configuration.replacen("mode = \"rehearsal\"", "mode = \"live\"", 1)).unwrap();
        fs::copy(fixtures.join("services.toml"), world.path("services.toml")).unwrap();
        world
    }

    /// Hands everything to nobody where the test runs as root, whom no permission stops.
    fn without_privileges(mut self) -> Self {
        let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(self.folder.path()).unwrap());
        if owner == 0 {
            // The binary may lie in a folder that nobody may not enter.
            self.binary = self.folder.path().join("forewarn");
            fs::copy(BINARY, &self.binary).unwrap();
            for path in everything(self.folder.path()) {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
            self.as_nobody = true;
        }
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("w").join(name)
    }

    /// The binary with this world's configuration.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = forewarn(&[]);
        if self.as_nobody {
            command = Command::new(&self.binary);
            command.uid(NOBODY).gid(NOBODY).env("NO_COLOR", "1").stdin(Stdio::null());
        }
        command.arg("--config").arg(self.path("forewarn.toml")).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// One round as of a moment.
    fn once(&self, now: &str) -> Ran {
        self.run(&["once", "--now", now])
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{from:?} is not in {name}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    /// A mail falls into the inbox, whole at once, as a delivery agent does it.
    fn drop_mail(&self, name: &str, raw: impl AsRef<[u8]>) {
        let temporary = self.path("in/tmp").join(name);
        fs::write(&temporary, raw).unwrap();
        fs::rename(temporary, self.path("in/new").join(name)).unwrap();
    }

    /// Every file that whoever reads the outbox sees: whose folder it lies in, and where.
    fn in_place(&self) -> Vec<(String, PathBuf)> {
        let mut files = everything(&self.path("out"));
        files.retain(|path| path.is_file() && path.parent().unwrap().ends_with("new"));
        let to = |file: &Path| file.ancestors().nth(2).unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        files.into_iter().map(|file| (to(&file), file)).collect()
    }

    /// Everything that lies in the outbox: whose folder, and the mail.
    fn out(&self) -> Vec<(String, Mail)> {
        let mut found = Vec::new();
        for (to, file) in self.in_place() {
            found.push((to, mail::parse(&fs::read(file).unwrap())));
        }
        found
    }

    /// The mails in the outbox that are notices to customers.
    fn notices(&self) -> Vec<(String, Mail)> {
        let mut out = self.out();
        out.retain(|(to, _)| !to.ends_with("@harborlight.example") && !to.ends_with("@example.net"));
        out
    }

    /// Somebody answers the request that they got about a maintenance.
    fn answer(&self, name: &str, who: &str, about: &str, text: &str) {
        let requests: Vec<Mail> = self.out().into_iter().filter(|(to, _)| to == who).map(|(_, mail)| mail).collect();
        let request = requests.iter().find(|mail| mail.subject.contains(&format!("[{about} "))).unwrap();
        self.answer_to(request, name, who, text);
    }

    /// Somebody answers this request.
    fn answer_to(&self, request: &Mail, name: &str, who: &str, text: &str) {
        let to = request.reply_to.first().or(request.from.first()).unwrap();
        self.drop_mail(
            name,
            format!(
                "Message-ID: <{name}@harborlight.example>\r\nFrom: <{who}>\r\nTo: <{}>\r\nSubject: Re: {}\r\nIn-Reply-To: <{}>\r\n\r\n{text}\r\n",
                to.address,
                request.subject,
                request.message_id.as_deref().unwrap(),
            ),
        );
    }
}

/// A folder and all below it.
fn everything(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.to_owned()];
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        found.extend(entries.iter().flat_map(|entry| everything(entry)));
    }
    found
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Asks again and again until it is so: a moment on a machine at rest, thirty seconds at most.
#[track_caller]
fn until(what: &str, mut it_is_so: impl FnMut() -> bool) {
    let came = (0..1200).any(|_| {
        it_is_so() || {
            std::thread::sleep(std::time::Duration::from_millis(25));
            false
        }
    });
    assert!(came, "thirty seconds have passed, and still not: {what}");
}

/// Sends a signal as `kill` does.
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}

/// Waits for a process to end by itself.
#[track_caller]
fn ended(mut child: Child) -> Ran {
    until("the process has ended", || child.try_wait().unwrap().is_some());
    Ran::of(child.wait_with_output().unwrap())
}

/// What a process prints when it gets this on standard input.
fn fed(mut command: Command, input: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// The notice of September 2020 about mail01, and what else lies beside it.
fn sample(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

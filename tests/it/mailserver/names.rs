//! A real name server (NSD), beside the mail servers or alone.

use super::{Account, MailServer, search_path, soon};
use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// NSD, ended with the test.
pub(crate) struct Names {
    child: Option<Child>,
    folder: PathBuf,
    account: Account,
    pub(crate) address: SocketAddr,
    /// Where it has a folder of its own.
    _alone: Option<TempDir>,
}

impl MailServer {
    /// Starts a name server that knows these TXT records and nothing else.
    pub(crate) fn names(&self, records: &[(&str, &str)]) -> Names {
        Names::start(self.folder.path().join("nsd"), None, records)
    }
}

impl Names {
    /// Starts a name server that knows these TXT records and nothing else, where no mail server is needed.
    pub(crate) fn alone(records: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("fw").unwrap();
        Account::of(folder.path()).hand_over(folder.path());
        Self::start(folder.path().join("nsd"), Some(folder), records)
    }

    fn start(folder: PathBuf, alone: Option<TempDir>, records: &[(&str, &str)]) -> Self {
        fs::create_dir(&folder).unwrap();
        // NSD wants a number; the kernel names one that is free at this moment.
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let account = Account::of(folder.parent().unwrap());
        let mut names = Self { child: None, folder, account, address, _alone: alone };
        names.serve(records);
        names
    }

    /// Knows these records from now on, in place of the former ones.
    pub(crate) fn serve(&mut self, records: &[(&str, &str)]) {
        let mut zone = "$ORIGIN .\n$TTL 0\n@ SOA ns. admin. 1 60 60 60 0\n@ NS ns.\nns. A 127.0.0.1\n".to_owned();
        for (name, text) in records {
            // One string of a record holds 255 bytes at most.
            let strings: Vec<String> = text.as_bytes().chunks(200).map(|part| format!("\"{}\"", String::from_utf8_lossy(part))).collect();
            writeln!(zone, "{name}. TXT {}", strings.join(" ")).unwrap();
        }
        self.launch(&zone);
    }

    /// Answers SERVFAIL to everything from now on.
    pub(crate) fn fail(&mut self) {
        self.launch("this is no zone\n");
    }

    /// Answers nothing from now on.
    pub(crate) fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It ends its own children on SIGTERM, not when it is killed.
            let number = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(number, rustix::process::Signal::TERM).unwrap();
            child.wait().unwrap();
        }
    }

    fn launch(&mut self, zone: &str) {
        self.end();
        let folder = &self.folder;
        fs::write(folder.join("zone"), zone).unwrap();
        let dir = folder.display();
        let conf = format!(
            "server:\n  ip-address: 127.0.0.1\n  port: {port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{dir}\"\n  pidfile: \"{dir}/pid\"\n  \
             xfrdfile: \"{dir}/xfrd\"\n  xfrdir: \"{dir}\"\n  zonelistfile: \"{dir}/zones\"\n  database: \"\"\n  logfile: \"{dir}/log\"\n  server-count: 1\n\
             remote-control:\n  control-enable: no\nzone:\n  name: \".\"\n  zonefile: \"zone\"\n",
            port = self.address.port()
        );
        fs::write(folder.join("conf"), conf).unwrap();
        self.account.hand_over(folder);
        let mut command = self.account.command(&program());
        command.arg("-d").arg("-c").arg(folder.join("conf")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let answers = || self.answers().then_some(());
        assert!(soon(Duration::from_secs(10), answers).is_some(), "{}", fs::read_to_string(self.folder.join("log")).unwrap_or_default());
    }

    /// Whether a question (the root's SOA) gets any answer.
    fn answers(&self) -> bool {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let question = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1];
        socket.send_to(&question, self.address).is_ok() && socket.recv(&mut [0; 512]).is_ok()
    }
}

fn program() -> PathBuf {
    let nsd = search_path().into_iter().map(|folder: PathBuf| folder.join("nsd")).find(|path: &PathBuf| Path::is_file(path));
    nsd.ok_or("nsd is needed: apt-get install nsd, as root").unwrap()
}

impl Drop for Names {
    fn drop(&mut self) {
        self.end();
    }
}

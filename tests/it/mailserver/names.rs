//! A real name server (NSD) for one zone, beside the mail servers.

use super::{MailServer, search_path, soon};
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

/// NSD, ended with the test.
pub(crate) struct Names {
    child: Option<Child>,
    pub(crate) address: SocketAddr,
    program: PathBuf,
    conf: PathBuf,
}

impl MailServer {
    /// Starts a name server that knows these TXT records of `harborlight.example` and nothing else.
    pub(crate) fn names(&self, records: &[(&str, &str)]) -> Names {
        let nsd = search_path().into_iter().map(|folder| folder.join("nsd")).find(|path| path.is_file());
        let nsd = nsd.ok_or("nsd is needed: apt-get install nsd, as root").unwrap();
        let folder = self.folder.path().join("nsd");
        fs::create_dir(&folder).unwrap();
        let mut zone = "$ORIGIN .\n$TTL 60\n@ SOA ns. admin. 1 60 60 60 60\n@ NS ns.\nns. A 127.0.0.1\n".to_owned();
        for (name, text) in records {
            // A string of a record has 255 characters at most.
            let strings: Vec<String> = text.as_bytes().chunks(250).map(|part| format!("\"{}\"", String::from_utf8_lossy(part))).collect();
            zone.push_str(&format!("{name}. TXT {}\n", strings.join(" ")));
        }
        fs::write(folder.join("zone"), zone).unwrap();
        // NSD wants a number; the kernel names one that is free at this moment.
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let dir = folder.display();
        let conf = format!(
            "server:\n  ip-address: 127.0.0.1\n  port: {port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{dir}\"\n  pidfile: \"{dir}/pid\"\n  \
             xfrdfile: \"{dir}/xfrd\"\n  xfrdir: \"{dir}\"\n  zonelistfile: \"{dir}/zones\"\n  database: \"\"\n  logfile: \"{dir}/log\"\n  server-count: 1\n\
             remote-control:\n  control-enable: no\nzone:\n  name: \".\"\n  zonefile: \"zone\"\n",
            port = address.port()
        );
        fs::write(folder.join("conf"), conf).unwrap();
        self.hand_over(&folder);
        let mut names = Names { child: None, address, program: nsd, conf: folder.join("conf") };
        names.start(self);
        names
    }
}

impl Names {
    /// Starts it, for the first time or again.
    pub(crate) fn start(&mut self, server: &MailServer) {
        let mut command = server.account.command(&self.program);
        command.arg("-d").arg("-c").arg(&self.conf).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let log = || fs::read_to_string(self.conf.with_file_name("log")).unwrap_or_default();
        assert!(soon(Duration::from_secs(10), || self.answers().then_some(())).is_some(), "{}", log());
    }

    /// Ends it: nobody answers at its address.
    pub(crate) fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // It ends its own children on SIGTERM, not when it is killed.
        let number = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(number, rustix::process::Signal::TERM).unwrap();
        child.wait().unwrap();
    }

    /// Whether a question (the root's SOA) gets any answer.
    fn answers(&self) -> bool {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let question = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1];
        socket.send_to(&question, self.address).is_ok() && socket.recv(&mut [0; 512]).is_ok()
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.stop();
    }
}

//! The disk is full, an fsync fails, another process holds the store, the file is damaged: nothing acknowledged is lost, a person hears of
//! it by the path that needs no disk, and it goes on as soon as it can.

use super::crash::copied;
use super::service::notice;
use super::{Ran, World};
use forewarn::clock::Clock;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The company whose store lies in a folder of its own, and whose alarms end in a file elsewhere.
fn with_state() -> World {
    let world = World::harborlight();
    fs::create_dir(world.path("state")).unwrap();
    let text = fs::read_to_string(world.path("forewarn.toml")).unwrap();
    let text =
        text.replace("store = \"forewarn.sqlite\"", "store = \"state/forewarn.sqlite\"").replace("undo_seconds = 120", "undo_seconds = 0");
    let alarm = format!("\n[alarm]\ncommand = [\"/bin/sh\", \"-c\", \"cat >> '{}'\"]\n", world.path("alarms").display());
    fs::write(world.path("forewarn.toml"), text + &alarm).unwrap();
    world
}

fn alarms(world: &World) -> String {
    fs::read_to_string(world.path("alarms")).unwrap_or_default()
}

/// Runs a script as one who may mount, in a mount namespace of its own.
fn in_a_namespace(script: &str) -> Ran {
    let root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0;
    let options: &[&str] = if root { &["--mount", "--propagation", "private"] } else { &["--map-root-user", "--mount"] };
    Ran::of(Command::new("unshare").args(options).args(["sh", "-euc", script]).output().unwrap())
}

#[test]
fn s08_a_full_disk_at_any_write_ends_it_cleanly_and_is_told() {
    let world = with_state();
    world.drop_mail("1", notice());
    let (state, binary) = (world.path("state"), world.binary.clone());
    // Less and less room is left; each time what the round could not do is done as soon as there is room again.
    let script = format!(
        "mount -t tmpfs -o size=2m,nr_inodes=64 none '{state}'\n\
         run() {{ '{binary}' --config '{config}' \"$@\"; }}\n\
         for room in 0 1 2 4 8 16 24 32 48 64 96 128 160 192 224 256 320 384; do\n\
           rm -rf '{state}'/* '{out}'/*; rm -f '{alarms}'\n\
           run once --now {early} >/dev/null 2>&1\n\
           touch '{state}/fill'; dd if=/dev/zero of='{state}/fill' bs=1k 2>/dev/null || true\n\
           size=$(stat -c %s '{state}/fill'); truncate -s $((size - room * 1024)) '{state}/fill'\n\
           set +e; timeout 20 '{binary}' --config '{config}' run > '{log}' 2>&1 & pid=$!\n\
           i=0; while [ $i -lt 60 ] && kill -0 $pid 2>/dev/null && ! ls '{out}'/sam@*/new/* >/dev/null 2>&1; do sleep 0.1; i=$((i+1)); done\n\
           kill -0 $pid 2>/dev/null && kill -TERM $pid; wait $pid; code=$?; set -e\n\
           told=no; grep -q 'Forewarn stopped' '{alarms}' 2>/dev/null && told=yes\n\
           rm '{state}/fill'\n\
           run once > /dev/null 2>&1 || true; run once > /dev/null 2>&1 || true\n\
           asked=$(ls '{out}'/sam@*/new/ 2>/dev/null | wc -l)\n\
           ledger=$(run status 2>/dev/null | grep -E '^  (listed|stored)' | tr -s ' ' | tr '\\n' ' ')\n\
           echo \"room=$room code=$code told=$told asked=$asked $ledger\"\n\
         done\n",
        state = state.display(),
        binary = binary.display(),
        config = world.path("forewarn.toml").display(),
        out = world.path("out").display(),
        alarms = world.path("alarms").display(),
        log = world.path("log").display(),
        early = (Clock::System.now() - chrono::TimeDelta::days(1)).format("%FT%TZ"),
    );
    fs::remove_file(world.path("in/new/1")).unwrap();
    world.run(&["check"]).exits(0);
    // What is there before the first look is the past: the notice comes after it, in every turn anew.
    let script = script.replace("touch '", &format!("cp '{0}/notice' '{0}/in/new/1'; touch '", world.path("").display()));
    fs::write(world.path("notice"), notice()).unwrap();
    let script = script.replacen("rm -rf '", &format!("rm -f '{}'; rm -rf '", world.path("in/new/1").display()), 1);
    let ran = in_a_namespace(&script);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    let turns: Vec<String> = ran.out.lines().map(|turn| turn.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(turns.len(), 18, "{}", ran.out);
    for turn in &turns {
        assert!(turn.contains("listed 1 = 1 stored + 0 vanished + 0 waiting stored 1 = 1 ended + 0 pending"), "{}", ran.out);
        assert!(turn.contains("asked=1 "), "asked once, in the end: {}", ran.out);
        let failed = turn.contains("code=1 ");
        assert!(failed == turn.contains("told=yes"), "a person hears of each: {}", ran.out);
        assert!(failed || turn.contains("code=0 "), "it ends cleanly or goes on: {}", ran.out);
    }
    assert!(turns.iter().filter(|turn| turn.contains("code=1 ")).count() >= 4, "some turns really met a full disk: {}", ran.out);
    assert!(turns.iter().any(|turn| turn.contains("code=0 ")), "and some did not: {}", ran.out);
}

/// A library that lets the n-th fsync or fdatasync fail as a disk would.
fn failing_sync(world: &World) -> PathBuf {
    let (source, library) = (world.path("sync.c"), world.path("sync.so"));
    fs::write(
        &source,
        "#include <errno.h>\n#include <stdlib.h>\n#include <unistd.h>\n#include <sys/syscall.h>\nstatic int seen;\n\
         static int fails(void) { const char *at = getenv(\"FAIL_SYNC_AT\"); return at && ++seen == atoi(at); }\n\
         int fsync(int fd) { if (fails()) { errno = EIO; return -1; } return syscall(SYS_fsync, fd); }\n\
         int fdatasync(int fd) { if (fails()) { errno = EIO; return -1; } return syscall(SYS_fdatasync, fd); }\n",
    )
    .unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status().unwrap();
    assert!(built.success());
    library
}

#[test]
fn s10_a_failed_fsync_ends_the_process_and_loses_nothing() {
    let world = with_state();
    let library = failing_sync(&world);
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", super::sample("demo/01-host.eml").replace('\n', "\r\n"));
    let before = world.folder.path().join("before");
    copied(&world.path(""), &before);
    let mut failed = 0;
    for number in 1..24 {
        copied(&before, &world.path(""));
        let mut command = world.command(&["once", "--now", "2020-09-01T15:05:00Z"]);
        let ran = Ran::of(command.env("LD_PRELOAD", &library).env("FAIL_SYNC_AT", number.to_string()).output().unwrap());
        failed += u32::from(ran.code != Some(0));
        assert!(ran.code == Some(0) || ran.err.contains("cannot be read or written") && !ran.err.contains("panicked"), "{number}: {ran:?}");
        // A request that did not get out is tried again within the half hour.
        world.once("2020-09-01T15:36:00Z").exits(0);
        let status = world.run(&["status", "--now", "2020-09-01T15:37:00Z"]).exits(0);
        assert!(status.contains("listed       1  = 1 stored + 0 vanished + 0 waiting"), "{number}: {status}");
        let asked = world.out().into_iter().filter(|(to, mail)| to == "sam@harborlight.example" && mail.subject.contains("[FW-1 ")).count();
        assert_eq!(asked, 1, "fsync {number}");
    }
    assert!(failed >= 5, "{failed} rounds met the failure");
}

#[test]
fn s09_a_store_that_is_held_for_a_while_is_waited_for() {
    let world = with_state();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", super::sample("demo/01-host.eml").replace('\n', "\r\n"));
    let store = rusqlite::Connection::open(world.path("state/forewarn.sqlite")).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Clock::System.now();
    let child = world.start(&["once", "--now", "2020-09-01T15:05:00Z"]);
    std::thread::sleep(std::time::Duration::from_secs(4));
    store.execute_batch("ROLLBACK").unwrap();
    let ran = super::ended(child);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!((Clock::System.now() - began).num_seconds() >= 4);
    assert!(world.out().iter().any(|(_, mail)| mail.subject.contains("[FW-1 ")));
}

#[test]
fn s09_a_damaged_store_sends_nothing_and_wakes_a_person() {
    let world = with_state();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", super::sample("demo/01-host.eml").replace('\n', "\r\n"));
    world.once("2020-09-01T15:05:00Z").exits(0);
    let store = world.path("state/forewarn.sqlite");
    let whole = fs::read(&store).unwrap();
    world.answer("2", "sam@harborlight.example", "FW-1", "approve");
    for spoil in [|bytes: &mut Vec<u8>| bytes.truncate(9_000), |bytes: &mut Vec<u8>| bytes[4_096 * 3..4_096 * 9].fill(0x5a)] {
        let mut bytes = whole.clone();
        spoil(&mut bytes);
        fs::write(&store, &bytes).unwrap();
        drop(fs::remove_file(world.path("alarms")));
        fs::File::options()
            .write(true)
            .open(store.with_extension("lock"))
            .unwrap()
            .set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
        let ran = world.run(&["run"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("damaged") && ran.err.contains("restore a backup"), "{ran:?}");
        assert!(alarms(&world).contains("Forewarn stopped: the store is damaged"), "{:?}", alarms(&world));
        // Its supervisor starts it at once; the person is not woken every five seconds.
        world.run(&["run"]);
        assert_eq!(alarms(&world).matches("Forewarn stopped").count(), 1);
        assert_eq!(world.notices().len(), 0);
    }
    fs::write(&store, &whole).unwrap();
    world.once("2020-09-01T15:10:00Z").exits(0);
    assert_eq!(world.notices().len(), 8, "what was approved leaves from a whole store");
}

#[test]
fn s09_a_log_that_is_gone_loses_what_it_held_and_nothing_is_sent_twice() {
    let world = with_state();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("1", super::sample("demo/01-host.eml").replace('\n', "\r\n"));
    world.once("2020-09-01T15:05:00Z").exits(0);
    world.answer("2", "sam@harborlight.example", "FW-1", "approve");
    let before = fs::read(world.path("state/forewarn.sqlite")).unwrap();
    world.once("2020-09-01T15:10:00Z").exits(0);
    assert_eq!(world.notices().len(), 8);
    // What stood in the write-ahead log alone is gone with it: the file is that of before.
    fs::write(world.path("state/forewarn.sqlite"), before).unwrap();
    for side in ["wal", "shm"] {
        drop(fs::remove_file(world.path(&format!("state/forewarn.sqlite-{side}"))));
    }
    world.once("2020-09-01T15:15:00Z").exits(0);
    assert_eq!(world.notices().len(), 8, "each once");
    assert!(alarms(&world).contains("this store is older than what was sent"), "{}", alarms(&world));
}

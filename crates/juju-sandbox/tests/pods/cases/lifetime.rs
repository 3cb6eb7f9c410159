//! How a container ends, and that nothing of it stays.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use juju_sandbox::pods::{Exit, Isolation, Mount, spawn};

use super::with_mounts;
use crate::host::{
    descendants, is_mounted_anywhere, lives, open_folder, run, said, shell, shell_exec, until,
};

pub(super) fn the_end_is_told_as_it_was(isolation: Isolation) {
    let root = open_folder();
    let end = |script: &str| run(&shell(root.path(), script), isolation).exit;
    assert_eq!(
        end("exit 7"),
        Exit {
            code: Some(7),
            signal: None
        }
    );
    assert_eq!(
        end("kill -9 $$"),
        Exit {
            code: None,
            signal: Some(9)
        }
    );
    assert!(end("true").success());
}

pub(super) fn orphans_are_reaped_and_end_with_it(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "exec sleep 60"), isolation).unwrap();
    for _ in 0..3 {
        said(
            &container
                .exec(&shell_exec("(true &) ; (sleep 4243 > /dev/null 2>&1 &)", 0, 0))
                .unwrap(),
        );
    }
    let init = u32::try_from(container.pid()).unwrap();
    // The sleeping program itself and the three that were left to process 1; nobody dead among them.
    until("only the living are left", || {
        let children = descendants(init);
        children.len() == 4 && children.into_iter().all(lives)
    });
    let inside = descendants(init);
    drop(container);
    assert!(inside.into_iter().all(|pid| !lives(pid)));
}

pub(super) fn terminate_asks_and_kill_does_not(isolation: Isolation) {
    let root = open_folder();
    let script = "trap 'exit 7' TERM; echo ready > /ready; while true; do sleep 0.01; done";
    for (kill, expect) in [
        (
            false,
            Exit {
                code: Some(7),
                signal: None,
            },
        ),
        (
            true,
            Exit {
                code: None,
                signal: Some(9),
            },
        ),
    ] {
        let mut container = spawn(&shell(root.path(), script), isolation).unwrap();
        until("the script is ready", || root.path().join("ready").exists());
        assert_eq!(container.try_wait().unwrap(), None);
        let handle = container.handle();
        assert!(handle.is_running());
        std::thread::spawn(move || if kill { handle.kill() } else { handle.terminate() });
        assert_eq!(container.wait().unwrap(), expect);
        assert_eq!(container.try_wait().unwrap(), Some(expect));
        assert!(!container.handle().is_running());
        fs::remove_file(root.path().join("ready")).unwrap();
    }
}

pub(super) fn dropping_it_ends_it(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "sleep 60"), isolation).unwrap();
    let init = u32::try_from(container.pid()).unwrap();
    assert!(lives(init) && is_mounted_anywhere(root.path()));
    drop(container);
    assert!(!lives(init) && !is_mounted_anywhere(root.path()));
}

pub(super) fn twenty_at_once(isolation: Isolation) {
    let (root, data) = (open_folder(), open_folder());
    let start = |number: u32| {
        let script = format!(
            "echo {number} > /data/{number}; until [ -e /data/go ]; do sleep 0.01; done; exit {number}"
        );
        spawn(
            &with_mounts(shell(root.path(), &script), [Mount::new(data.path(), "/data")]),
            isolation,
        )
        .unwrap()
    };
    let started: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|number| scope.spawn(move || start(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    until("all have written", || {
        fs::read_dir(data.path()).unwrap().count() == 20
    });
    fs::write(data.path().join("go"), "").unwrap();
    for (number, mut container) in (0..20).zip(started) {
        assert_eq!(container.wait().unwrap().code, Some(number));
    }
}

pub(super) fn killing_the_host_program_leaves_nothing(_: Isolation) {
    let root = open_folder();
    let this = std::env::current_exe().unwrap();
    let mut host = Command::new(this)
        .arg("host")
        .arg(root.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(host.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ready\n");
    let everything = descendants(host.id());
    assert!(is_mounted_anywhere(root.path()));
    // SIGKILL: the host program has no chance to tidy up.
    host.kill().unwrap();
    host.wait().unwrap();
    until("every process is gone", || !everything.iter().copied().any(lives));
    until("every mount is gone", || !is_mounted_anywhere(root.path()));
}

//! The host's side of the tests: folders, specs, a host program to be killed, and what the host's `/proc` says.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use juju_sandbox::pods::{ContainerSpec, Exec, Isolation, Mount, Network, Output, PodNetwork, spawn};
use tempfile::TempDir;

use crate::inside;

const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A folder that everybody may enter and write, as a provisioner of local volumes makes it.
pub(crate) fn open_folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("pods").tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

pub(crate) fn shell_argv(script: &str) -> Vec<String> {
    ["/bin/sh", "-c", script].map(String::from).to_vec()
}

/// A container as root with this root folder, that runs a shell script.
pub(crate) fn shell(root: &Path, script: &str) -> ContainerSpec {
    ContainerSpec {
        name: "radarr".into(),
        hostname: "radarr-0".into(),
        root: root.into(),
        host_system: true,
        mounts: vec![Mount::read_only(
            std::env::current_exe().unwrap(),
            inside::PROGRAM,
        )],
        network: Network::Host,
        env: environment(),
        cwd: "/".into(),
        argv: shell_argv(script),
        uid: 0,
        gid: 0,
        log: None,
    }
}

pub(crate) fn shell_exec(script: &str, uid: u32, gid: u32) -> Exec {
    Exec {
        argv: shell_argv(script),
        env: environment(),
        cwd: "/".into(),
        uid,
        gid,
    }
}

pub(crate) fn environment() -> BTreeMap<String, String> {
    BTreeMap::from([("PATH".into(), PATH.into())])
}

pub(crate) fn run(spec: &ContainerSpec, isolation: Isolation) -> Output {
    spawn(spec, isolation).unwrap().wait_with_output().unwrap()
}

/// What a successful program printed.
pub(crate) fn said(output: &Output) -> String {
    assert!(output.success(), "{output:?} {}", complained(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn complained(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Waits for something that must come true.
pub(crate) fn until(what: &str, true_at_last: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !true_at_last() {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A host program that waits for its death with a container, a network and an entered program running.
pub(crate) fn main(folder: &Path) -> ExitCode {
    let isolation = Isolation::probe();
    let network = PodNetwork::new(isolation, &[]).unwrap();
    let mut spec = shell(folder, "sleep 4242 & sleep 4242");
    spec.network = Network::Pod(network);
    let container = spawn(&spec, isolation).unwrap();
    let entered = container.handle();
    std::thread::spawn(move || entered.exec(&shell_exec("sleep 4242", 0, 0)));
    until("everything runs", || descendants(std::process::id()).len() >= 8);
    println!("ready");
    std::io::stdout().flush().unwrap();
    loop {
        std::thread::park();
    }
}

/// The processes below this one.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut unseen = vec![pid];
    while let Some(pid) = unseen.pop() {
        let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let children = children
                .split_whitespace()
                .map(|child| child.parse::<u32>().unwrap());
            for child in children {
                found.push(child);
                unseen.push(child);
            }
        }
    }
    found
}

/// Whether a process is there and not just a dead one that nobody has waited for.
pub(crate) fn lives(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.starts_with(" Z") && !rest.starts_with(" X"))
}

/// Whether any process of this machine sees a mount that has to do with this folder.
pub(crate) fn is_mounted_anywhere(folder: &Path) -> bool {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.into_iter().any(|process| {
        fs::read_to_string(process.path().join("mountinfo")).is_ok_and(|mounts| mounts.contains(name))
    })
}

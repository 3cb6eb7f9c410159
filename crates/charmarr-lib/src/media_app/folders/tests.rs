//! Folders on volumes of several owners, made through a Pebble that is a process of its own: the real one where `PEBBLE` names
//! it, as in `./run test`, else the sandbox's. They need root, and say so elsewhere.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "these tests start a program"
)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use pebble_client::Pebble;

use super::{denied_to, make};
use crate::media_app::container::{Found, WorkloadContainer};
use crate::media_app::desired::Folder;
use crate::media_app::facts::Unprepared;
use crate::types::{Gid, Uid};

/// What root may do with files of others. Without it root is to them what it is to an export that squashes root.
const OVER_OTHERS: &str = "-chown,-dac_override,-dac_read_search,-fowner";

/// Tells this program that it was started again.
const AGAIN: &str = "CHARMARR_TEST_PEBBLE";

/// Not a test of its own: the others start this program again, and then it is Pebble.
#[test]
fn pebble_entry() {
    if std::env::var_os(AGAIN).is_some() {
        let arguments = ["run", "--create-dirs"].map(str::to_owned).to_vec();
        let ended = pebble_sandbox::main(arguments);
        std::process::exit(i32::from(ended != ExitCode::SUCCESS));
    }
}

/// A workload container's Pebble and a volume beside it.
struct Rig {
    folder: tempfile::TempDir,
    process: Child,
}

impl Rig {
    /// The volume belongs to `owner` and has this mode. `squashed`: root has no rights over files of others.
    fn start(owner: (u32, u32), mode: u32, squashed: bool) -> Option<Self> {
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            eprintln!("LEFT OUT: folders of other users; run it as root");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), 0o755);
        let volume = folder.path().join("reels");
        std::fs::create_dir(&volume).unwrap();
        open(&volume, mode);
        chown(&volume, Some(owner.0), Some(owner.1)).unwrap();

        let mut command = Command::new("setpriv");
        if squashed {
            command.args(["--bounding-set", OVER_OTHERS]);
        }
        match std::env::var_os("PEBBLE") {
            Some(program) => command.arg(program).args(["run", "--create-dirs", "--hold"]),
            None => command.arg(std::env::current_exe().unwrap()).args([
                "--exact",
                "media_app::folders::tests::pebble_entry",
                "--nocapture",
            ]),
        };
        let process = command
            .env(AGAIN, "1")
            .env("PEBBLE", folder.path().join("pebble"))
            .env("PEBBLE_SOCKET", folder.path().join("pebble.socket"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let rig = Self { folder, process };
        for _ in 0..1000 {
            if rig.pebble().system_info().is_ok() {
                return Some(rig);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("Pebble does not answer");
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("pebble.socket")
    }

    fn pebble(&self) -> Pebble {
        Pebble::new(self.socket())
    }

    fn path(&self, below: &str) -> String {
        let volume = format!("{}/reels", self.folder.path().display());
        match below {
            "" => volume,
            below => format!("{volume}/{below}"),
        }
    }

    fn make(&self) -> Option<Unprepared> {
        let paths = ["media", "media/radio"].map(|below| self.path(below));
        make(&self.pebble(), &paths, uid(), gid()).unwrap()
    }

    /// Why the user cannot use a folder that is there.
    fn denied(&self, below: &str, written: bool) -> Option<Unprepared> {
        let path = self.path(below);
        let container = WorkloadContainer::with("jukebox", self.socket());
        let Found::There(info) = container.find(&path).unwrap() else {
            panic!("`{path}` is not there");
        };
        denied_to(&self.pebble(), &Folder { path, written }, info, uid(), gid()).unwrap()
    }

    /// Owner, group and mode of every folder, or that it is not there.
    fn made(&self) -> Vec<Option<(u32, u32, u32)>> {
        let facts = |below| {
            let found = std::fs::metadata(self.path(below)).ok()?;
            Some((found.uid(), found.gid(), found.mode() & 0o7777))
        };
        ["media", "media/radio"].into_iter().map(facts).collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn uid() -> Uid {
    1234.try_into().unwrap()
}

fn gid() -> Gid {
    4321.try_into().unwrap()
}

fn open(folder: &Path, mode: u32) {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
}

const MADE: Option<(u32, u32, u32)> = Some((1234, 4321, 0o775));

#[track_caller]
fn makes_all(owner: (u32, u32), mode: u32, squashed: bool) {
    let Some(rig) = Rig::start(owner, mode, squashed) else {
        return;
    };
    assert_eq!(rig.make(), None);
    assert_eq!(rig.made(), [MADE, MADE]);
    assert_eq!(rig.make(), None, "and once more");
}

#[test]
fn on_a_volume_of_the_user_root_needs_no_rights() {
    makes_all((1234, 4321), 0o755, true);
    makes_all((0, 4321), 0o775, true);
    makes_all((99, 99), 0o777, true);
}

#[test]
fn on_a_volume_of_root_root_makes_them() {
    makes_all((0, 0), 0o755, false);
}

#[test]
fn on_a_volume_of_another_user_root_makes_them_if_it_may() {
    makes_all((99, 99), 0o755, false);
    let Some(rig) = Rig::start((99, 98), 0o755, true) else {
        return;
    };
    let Some(Unprepared::Denied {
        folder,
        found: Some(found),
    }) = rig.make()
    else {
        panic!("nobody may make a folder there");
    };
    assert_eq!(folder, rig.path(""));
    let owner = (found.user_id, found.group_id, found.permissions.as_str());
    assert_eq!(owner, (Some(99), Some(98), "755"));
    assert_eq!(rig.made(), [None, None]);
}

#[test]
fn what_is_no_folder_is_told() {
    let Some(rig) = Rig::start((0, 0), 0o755, false) else {
        return;
    };
    std::fs::write(rig.path("media"), "a file").unwrap();
    let Some(Unprepared::Folders(text)) = rig.make() else {
        panic!("a file was taken for a folder");
    };
    let begins = format!("cannot make directory `{}`", rig.path("media"));
    assert!(text.starts_with(&begins), "{text}");
}

/// Root cannot tell whether they are there.
#[test]
fn where_root_may_not_look_the_user_makes_sure() {
    let Some(rig) = Rig::start((1234, 4321), 0o700, true) else {
        return;
    };
    let path = rig.path("media");
    let mut container = WorkloadContainer::with("jukebox", rig.socket());
    assert_eq!(container.find(&path).unwrap(), Found::Missing);
    let paths = [path.clone()];
    container.make_folders(&paths, uid(), gid()).unwrap();
    assert_eq!(container.find(&path).unwrap(), Found::Unseen);
    assert_eq!(rig.made(), [MADE, None]);
}

#[test]
fn a_folder_that_was_there_must_be_the_users_to_write() {
    let Some(rig) = Rig::start((0, 0), 0o755, false) else {
        return;
    };
    let media = PathBuf::from(rig.path("media"));
    std::fs::create_dir(&media).unwrap();
    // Owner, group, mode; whether the user may write into it and go through it.
    let cases = [
        ((1234, 99), 0o755, true, true),
        ((99, 4321), 0o775, true, true),
        ((99, 98), 0o777, true, true),
        ((99, 98), 0o755, false, true),
        ((1234, 4321), 0o577, false, true),
        ((99, 4321), 0o740, false, false),
    ];
    for ((user, group), mode, writes, passes) in cases {
        chown(&media, Some(user), Some(group)).unwrap();
        open(&media, mode);
        let case = format!("{user}:{group} {mode:o}");
        assert_eq!(rig.denied("media", true).is_none(), writes, "write, {case}");
        assert_eq!(rig.denied("media", false).is_none(), passes, "pass, {case}");
    }
    let Some(Unprepared::Denied { folder, found }) = rig.denied("media", true) else {
        panic!("the last one may not be written");
    };
    assert_eq!(folder, rig.path("media"));
    assert_eq!(found.unwrap().permissions, "740");
}

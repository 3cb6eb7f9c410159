//! What a container does with files: mounts, links, and whose they are.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use juju_sandbox::pods::{Isolation, Mount};

use super::{FILM_LOVER, as_user, seen_outside, with_mounts};
use crate::host::{complained, open_folder, run, said, shell};

pub(super) fn a_link_is_real_and_the_users_own(isolation: Isolation) {
    let (root, data) = (open_folder(), open_folder());
    let script = "umask 002 && mkdir -p /data/torrents /data/media && echo film > /data/torrents/f && ln /data/torrents/f /data/media/f";
    let spec = as_user(
        with_mounts(shell(root.path(), script), [Mount::new(data.path(), "/data")]),
        FILM_LOVER,
    );
    said(&run(&spec, isolation));
    let [downloaded, imported] =
        ["torrents/f", "media/f"].map(|path| fs::metadata(data.path().join(path)).unwrap());
    assert_eq!((downloaded.ino(), downloaded.nlink()), (imported.ino(), 2));
    assert_eq!(imported.uid(), seen_outside(FILM_LOVER.0, isolation));
    if isolation == Isolation::Full {
        assert_eq!(imported.gid(), FILM_LOVER.1);
    }
}

pub(super) fn two_containers_see_one_inode(isolation: Isolation) {
    let data = open_folder();
    fs::write(data.path().join("film"), "film").unwrap();
    let inode = || {
        let root = open_folder();
        let spec = shell(root.path(), "stat -c %i /data/film");
        said(&run(
            &with_mounts(spec, [Mount::new(data.path(), "/data")]),
            isolation,
        ))
        .trim()
        .parse::<u64>()
        .unwrap()
    };
    let outside = fs::metadata(data.path().join("film")).unwrap().ino();
    assert_eq!([inode(), inode()], [outside, outside]);
}

pub(super) fn no_link_from_one_mount_to_another(isolation: Isolation) {
    let (root, data) = (open_folder(), open_folder());
    let mounts = [
        Mount::new(data.path(), "/data"),
        Mount::new(data.path(), "/downloads"),
    ];
    let script = "echo film > /downloads/f; LC_ALL=C ln /downloads/f /data/g";
    let output = run(&with_mounts(shell(root.path(), script), mounts), isolation);
    assert!(
        complained(&output).contains("Invalid cross-device link"),
        "{}",
        complained(&output)
    );
    assert!(!data.path().join("g").exists());
}

pub(super) fn the_system_cannot_be_written(isolation: Isolation) {
    let root = open_folder();
    let script = "for d in /usr /usr/bin /etc /bin; do LC_ALL=C touch $d/pods-test; done; true";
    let output = run(&shell(root.path(), script), isolation);
    assert_eq!(
        complained(&output).matches("Read-only file system").count(),
        4,
        "{}",
        complained(&output)
    );
}

pub(super) fn a_read_only_mount_cannot_be_written(isolation: Isolation) {
    let (root, films, new) = (open_folder(), open_folder(), open_folder());
    fs::write(films.path().join("film"), "film").unwrap();
    fs::create_dir(films.path().join("new")).unwrap();
    let script = "cat /films/film; echo more > /films/new/film; LC_ALL=C sh -c 'echo more > /films/film'; rm -f /films/film";
    let mounts = [
        Mount::read_only(films.path(), "/films"),
        Mount::new(new.path(), "/films/new"),
    ];
    let output = run(&with_mounts(shell(root.path(), script), mounts), isolation);
    assert_eq!(output.stdout, b"film");
    assert_eq!(
        complained(&output).matches("Read-only file system").count(),
        2,
        "{}",
        complained(&output)
    );
    assert_eq!(fs::read_to_string(new.path().join("film")).unwrap(), "more\n");
}

pub(super) fn what_the_root_has_wins(isolation: Isolation) {
    let root = open_folder();
    fs::create_dir(root.path().join("etc")).unwrap();
    fs::write(root.path().join("etc/passwd"), "radarr:x:1000:1000::/:/bin/sh\n").unwrap();
    let spec = shell(root.path(), "cat /etc/passwd; ls /etc; test -d /usr/bin");
    // Twice: what the first one made is no content of the root.
    for _ in 0..2 {
        assert_eq!(
            said(&run(&spec, isolation)),
            "radarr:x:1000:1000::/:/bin/sh\npasswd\n"
        );
    }
}

pub(super) fn links_in_the_root_stay_inside(isolation: Isolation) {
    let (root, token) = (open_folder(), open_folder());
    fs::write(token.path().join("token"), "secret").unwrap();
    fs::create_dir_all(root.path().join("var")).unwrap();
    symlink("/run", root.path().join("var/run")).unwrap();
    symlink("../../../../..", root.path().join("out")).unwrap();
    fs::create_dir(root.path().join("run")).unwrap();
    let mounts = [
        Mount::read_only(token.path(), "/var/run/secrets/account"),
        Mount::read_only(token.path().join("token"), "/out/pods-test-token"),
    ];
    let script = "cat /run/secrets/account/token /pods-test-token";
    assert_eq!(
        said(&run(&with_mounts(shell(root.path(), script), mounts), isolation)),
        "secretsecret"
    );
    assert!(root.path().join("run/secrets/account").is_dir());
    assert!(!fs::exists("/pods-test-token").unwrap());
}

pub(super) fn a_log_gets_both_streams(isolation: Isolation) {
    let (root, logs) = (open_folder(), open_folder());
    let mut spec = shell(root.path(), "echo one; echo two >&2; echo three");
    spec.log = Some(logs.path().join("radarr.log"));
    for _ in 0..2 {
        let output = run(&spec, isolation);
        assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
    }
    assert_eq!(
        fs::read_to_string(logs.path().join("radarr.log")).unwrap(),
        "one\ntwo\nthree\n".repeat(2)
    );
}

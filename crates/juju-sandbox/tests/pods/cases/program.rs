//! What the program of a container sees and says.

use juju_sandbox::pods::{ContainerSpec, Error, Isolation, Mount, spawn};

use super::{FILM_LOVER, as_user, with_mounts};
use crate::host::{is_mounted_anywhere, open_folder, run, said, shell, shell_exec};

pub(super) fn probe_finds_it(isolation: Isolation) {
    let full = Isolation::probe() == Isolation::Full;
    assert_eq!(full, nix::unistd::getuid().is_root());
    isolation.attempt().unwrap();
    assert_eq!(isolation.hint(), None);
}

pub(super) fn the_environment_is_what_was_given(isolation: Isolation) {
    let root = open_folder();
    let mut spec = shell(root.path(), "");
    spec.argv = vec!["/usr/bin/env".into()];
    spec.env = [("JUJU_UNIT_NAME", "radarr/0"), ("EMPTY", "")]
        .map(|(key, value)| (key.into(), value.into()))
        .into();
    assert_eq!(said(&run(&spec, isolation)), "EMPTY=\nJUJU_UNIT_NAME=radarr/0\n");
}

pub(super) fn users_and_groups(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "exec sleep 60"), isolation).unwrap();
    let ids = "echo $(id -u) $(id -g)";
    let started = said(&run(&as_user(shell(root.path(), ids), FILM_LOVER), isolation));
    let entered = said(
        &container
            .exec(&shell_exec(ids, FILM_LOVER.0, FILM_LOVER.1))
            .unwrap(),
    );
    let expect = if isolation == Isolation::Full {
        "1000 1001\n"
    } else {
        "0 0\n"
    };
    assert_eq!([started.as_str(), entered.as_str()], [expect, expect]);
    if isolation == Isolation::Full {
        let groups = container
            .exec(&shell_exec("id -G", FILM_LOVER.0, FILM_LOVER.1))
            .unwrap();
        assert_eq!(said(&groups), "1001\n");
    }
}

pub(super) fn it_sees_only_itself(isolation: Isolation) {
    let root = open_folder();
    let script = "cat /proc/sys/kernel/hostname; echo $$; ls -d /proc/[0-9]*; ls /; echo hidden > /dev/null; test -c /dev/urandom";
    let output = said(&run(&shell(root.path(), script), isolation));
    let lines: Vec<&str> = output.lines().collect();
    // Process 1 is ours, 2 the shell, which looks before it starts `ls`.
    assert_eq!(lines[..4], ["radarr-0", "2", "/proc/1", "/proc/2"]);
    assert!(
        lines.contains(&"pods-test") && !lines.contains(&"home") && !lines.contains(&"root"),
        "{output}"
    );
    assert!(
        !root.path().join("dev/null").exists(),
        "devices are left in the root"
    );
}

pub(super) fn output_is_whole_and_apart(isolation: Isolation) {
    let root = open_folder();
    // More than a pipe holds, on both streams.
    let script = "i=0; while [ $i -lt 20000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done";
    let output = run(&shell(root.path(), script), isolation);
    for (stream, word) in [(&output.stdout, "out"), (&output.stderr, "err")] {
        let expect = (0..20000)
            .map(|i| format!("{word} {i}\n"))
            .collect::<Vec<_>>()
            .concat();
        assert!(
            *stream == expect.as_bytes(),
            "lines of {word} are missing or out of order"
        );
    }
}

pub(super) fn a_spec_that_cannot_be_is_refused(isolation: Isolation) {
    let root = open_folder();
    let good = || shell(root.path(), "true");
    let refused = |spec: ContainerSpec| spawn(&spec, isolation).unwrap_err().to_string();
    let missing = || "No such file or directory (os error 2)";
    assert_eq!(
        refused(ContainerSpec {
            cwd: "/no/folder".into(),
            ..good()
        }),
        format!(
            "cannot start container `radarr`: cannot enter the working directory `/no/folder`: {}",
            missing()
        )
    );
    assert_eq!(
        refused(ContainerSpec {
            argv: vec!["no-such-program".into()],
            ..good()
        }),
        format!(
            "cannot start container `radarr`: cannot start `no-such-program`: {}",
            missing()
        )
    );
    assert_eq!(
        refused(ContainerSpec {
            argv: vec![],
            ..good()
        }),
        "cannot start container `radarr`: no program was given"
    );
    assert_eq!(
        refused(with_mounts(good(), [Mount::new("/no/source", "/data")])),
        "cannot use `/no/source` for container `radarr`"
    );
    for target in ["/", "data", "/data/../../etc"] {
        let expect = format!(
            "cannot start container `radarr`: mount target `{target}` is not an absolute path below `/`"
        );
        assert_eq!(
            refused(with_mounts(good(), [Mount::new(root.path(), target)])),
            expect
        );
    }
    assert!(matches!(
        spawn(&good(), Isolation::None),
        Err(Error::NoIsolation { .. })
    ));
    assert!(!is_mounted_anywhere(root.path()));
}

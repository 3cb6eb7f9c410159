//! What must hold of a container.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::{Command, Stdio};

use juju_sandbox::pods::{ContainerSpec, Door, Error, Exit, Isolation, Mount, Network, PodNetwork, spawn};

use crate::host::{
    complained, descendants, is_mounted_anywhere, lives, open_folder, run, said, shell, shell_exec, until,
};
use crate::inside;

type Case = (&'static str, fn(Isolation));

pub(crate) const ALL: &[Case] = &[
    ("probe_finds_it", probe_finds_it),
    (
        "a_link_is_real_and_the_users_own",
        a_link_is_real_and_the_users_own,
    ),
    ("two_containers_see_one_inode", two_containers_see_one_inode),
    (
        "no_link_from_one_mount_to_another",
        no_link_from_one_mount_to_another,
    ),
    ("the_system_cannot_be_written", the_system_cannot_be_written),
    (
        "a_read_only_mount_cannot_be_written",
        a_read_only_mount_cannot_be_written,
    ),
    ("what_the_root_has_wins", what_the_root_has_wins),
    ("links_in_the_root_stay_inside", links_in_the_root_stay_inside),
    (
        "the_environment_is_what_was_given",
        the_environment_is_what_was_given,
    ),
    ("users_and_groups", users_and_groups),
    ("it_sees_only_itself", it_sees_only_itself),
    ("the_end_is_told_as_it_was", the_end_is_told_as_it_was),
    ("output_is_whole_and_apart", output_is_whole_and_apart),
    ("a_log_gets_both_streams", a_log_gets_both_streams),
    (
        "orphans_are_reaped_and_end_with_it",
        orphans_are_reaped_and_end_with_it,
    ),
    (
        "terminate_asks_and_kill_does_not",
        terminate_asks_and_kill_does_not,
    ),
    ("dropping_it_ends_it", dropping_it_ends_it),
    ("exec_runs_next_to_it", exec_runs_next_to_it),
    ("exec_does_not_wait_for_a_daemon", exec_does_not_wait_for_a_daemon),
    ("exec_says_why_not", exec_says_why_not),
    ("a_pod_shares_its_network", a_pod_shares_its_network),
    ("a_door_leads_to_the_host", a_door_leads_to_the_host),
    ("twenty_at_once", twenty_at_once),
    (
        "a_spec_that_cannot_be_is_refused",
        a_spec_that_cannot_be_is_refused,
    ),
    (
        "killing_the_host_program_leaves_nothing",
        killing_the_host_program_leaves_nothing,
    ),
];

const FILM_LOVER: (u32, u32) = (1000, 1001);

/// The user that a file of `uid` has on the host: our own where there is only one.
fn seen_outside(uid: u32, isolation: Isolation) -> u32 {
    if isolation == Isolation::Full {
        uid
    } else {
        nix::unistd::getuid().as_raw()
    }
}

fn as_user(mut spec: ContainerSpec, (uid, gid): (u32, u32)) -> ContainerSpec {
    (spec.uid, spec.gid) = (uid, gid);
    spec
}

fn with_mounts(mut spec: ContainerSpec, mounts: impl IntoIterator<Item = Mount>) -> ContainerSpec {
    spec.mounts.extend(mounts);
    spec
}

fn in_network(mut spec: ContainerSpec, network: &PodNetwork) -> ContainerSpec {
    spec.network = Network::Pod(network.clone());
    spec
}

fn probe_finds_it(isolation: Isolation) {
    let full = Isolation::probe() == Isolation::Full;
    assert_eq!(full, nix::unistd::getuid().is_root());
    isolation.attempt().unwrap();
    assert_eq!(isolation.hint(), None);
}

fn a_link_is_real_and_the_users_own(isolation: Isolation) {
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

fn two_containers_see_one_inode(isolation: Isolation) {
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

fn no_link_from_one_mount_to_another(isolation: Isolation) {
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

fn the_system_cannot_be_written(isolation: Isolation) {
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

fn a_read_only_mount_cannot_be_written(isolation: Isolation) {
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

fn what_the_root_has_wins(isolation: Isolation) {
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

fn links_in_the_root_stay_inside(isolation: Isolation) {
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

fn the_environment_is_what_was_given(isolation: Isolation) {
    let root = open_folder();
    let mut spec = shell(root.path(), "");
    spec.argv = vec!["/usr/bin/env".into()];
    spec.env = [("JUJU_UNIT_NAME", "radarr/0"), ("EMPTY", "")]
        .map(|(key, value)| (key.into(), value.into()))
        .into();
    assert_eq!(said(&run(&spec, isolation)), "EMPTY=\nJUJU_UNIT_NAME=radarr/0\n");
}

fn users_and_groups(isolation: Isolation) {
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

fn it_sees_only_itself(isolation: Isolation) {
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

fn the_end_is_told_as_it_was(isolation: Isolation) {
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

fn output_is_whole_and_apart(isolation: Isolation) {
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

fn a_log_gets_both_streams(isolation: Isolation) {
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

fn orphans_are_reaped_and_end_with_it(isolation: Isolation) {
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

fn terminate_asks_and_kill_does_not(isolation: Isolation) {
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

fn dropping_it_ends_it(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "sleep 60"), isolation).unwrap();
    let init = u32::try_from(container.pid()).unwrap();
    assert!(lives(init) && is_mounted_anywhere(root.path()));
    drop(container);
    assert!(!lives(init) && !is_mounted_anywhere(root.path()));
}

fn exec_runs_next_to_it(isolation: Isolation) {
    let (root, data) = (open_folder(), open_folder());
    let spec = with_mounts(
        shell(root.path(), "exec sleep 60"),
        [Mount::new(data.path(), "/data")],
    );
    let container = spawn(&spec, isolation).unwrap();
    let mut exec = shell_exec(
        "pwd; hostname; readlink /proc/1/exe > /dev/null; echo $WORD; echo x > /data/x; echo oops >&2; exit 3",
        0,
        0,
    );
    exec.cwd = "/data".into();
    exec.env.insert("WORD".into(), "given".into());
    let output = container.exec(&exec).unwrap();
    assert_eq!(output.exit.code, Some(3));
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.as_slice()),
        (&b"/data\nradarr-0\ngiven\n"[..], &b"oops\n"[..])
    );
    assert!(data.path().join("x").exists());
    let killed = container.exec(&shell_exec("kill -9 $$", 0, 0)).unwrap();
    assert_eq!(killed.exit.signal, Some(9));
}

fn exec_does_not_wait_for_a_daemon(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "exec sleep 60"), isolation).unwrap();
    // It keeps the output open; if it were waited for, this would take a minute and the harness would tell.
    assert_eq!(
        said(&container.exec(&shell_exec("sleep 60 & echo done", 0, 0)).unwrap()),
        "done\n"
    );
    assert!(container.handle().is_running());
}

fn exec_says_why_not(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "exec sleep 60"), isolation).unwrap();
    let mut exec = shell_exec("true", 0, 0);
    exec.argv = vec!["/no/such/program".into()];
    let error = container.exec(&exec).unwrap_err().to_string();
    assert_eq!(
        error,
        "cannot start container `radarr`: cannot start `/no/such/program`: No such file or directory (os error 2)"
    );
    let running = container.handle();
    drop(container);
    assert!(matches!(
        running.exec(&shell_exec("true", 0, 0)),
        Err(Error::Ended { .. })
    ));
}

fn a_pod_shares_its_network(isolation: Isolation) {
    let (root, other) = (open_folder(), open_folder());
    let network = PodNetwork::new(isolation, &[]).unwrap();
    let mut server = in_network(shell(root.path(), ""), &network);
    server.argv = [inside::PROGRAM, "inside", "serve", "127.0.0.1:8989", "sonarr"]
        .map(String::from)
        .into();
    server.log = Some(root.path().join("log"));
    let _server = spawn(&server, isolation).unwrap();
    until("the server listens", || {
        fs::read_to_string(root.path().join("log"))
            .unwrap()
            .contains("listening")
    });
    let ask = shell(
        other.path(),
        &format!("{} inside ask 127.0.0.1:8989", inside::PROGRAM),
    );
    assert_eq!(
        said(&run(&in_network(ask.clone(), &network), isolation)),
        "sonarr"
    );
    assert!(
        TcpStream::connect("127.0.0.1:8989").is_err(),
        "the host is in the pod's network"
    );
    let elsewhere = PodNetwork::new(isolation, &[]).unwrap();
    assert!(
        !run(&in_network(ask, &elsewhere), isolation).success(),
        "two pods are in one network"
    );
}

fn a_door_leads_to_the_host(isolation: Isolation) {
    let root = open_folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            stream.unwrap().write_all(b"from the host").unwrap();
        }
    });
    let inside = "127.0.0.1:6443".parse().unwrap();
    let network = PodNetwork::new(isolation, &[Door { inside, host }]).unwrap();
    let ask = |address: &str| {
        let spec = shell(root.path(), &format!("{} inside ask {address}", inside::PROGRAM));
        run(&in_network(spec, &network), isolation)
    };
    assert_eq!(
        [said(&ask("127.0.0.1:6443")), said(&ask("127.0.0.1:6443"))],
        ["from the host", "from the host"]
    );
    assert!(
        !ask(&host.to_string()).success(),
        "the host can be reached without a door"
    );
    let taken = PodNetwork::new(isolation, &[Door { inside, host }, Door { inside, host }]).unwrap_err();
    assert!(
        taken.to_string().contains("cannot listen on `127.0.0.1:6443`"),
        "{taken}"
    );
}

fn twenty_at_once(isolation: Isolation) {
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

fn a_spec_that_cannot_be_is_refused(isolation: Isolation) {
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

fn killing_the_host_program_leaves_nothing(_: Isolation) {
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

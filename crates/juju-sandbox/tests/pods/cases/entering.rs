//! Running something in a container that is there.

use juju_sandbox::pods::{Error, Isolation, Mount, spawn};

use super::with_mounts;
use crate::host::{open_folder, said, shell, shell_exec};

pub(super) fn exec_runs_next_to_it(isolation: Isolation) {
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

pub(super) fn exec_does_not_wait_for_a_daemon(isolation: Isolation) {
    let root = open_folder();
    let container = spawn(&shell(root.path(), "exec sleep 60"), isolation).unwrap();
    // It keeps the output open; if it were waited for, this would take a minute and the harness would tell.
    assert_eq!(
        said(&container.exec(&shell_exec("sleep 60 & echo done", 0, 0)).unwrap()),
        "done\n"
    );
    assert!(container.handle().is_running());
}

pub(super) fn exec_says_why_not(isolation: Isolation) {
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

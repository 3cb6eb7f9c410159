//! From a hook of Juju's agent into the pod: the agent starts this program as `dispatch`, which has the test run the charm's real
//! `dispatch` in the charm's container, and ends as that did.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

/// The argument that makes this program the way into a pod.
const WORD: &str = "enter-pod";

/// A hook that Juju's agent wants run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The whole environment.
    pub(crate) env: BTreeMap<String, String>,
}

/// How it ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Writes a `dispatch` that asks at `socket`.
pub(crate) fn write_dispatch(path: &Path, socket: &Path) {
    let program = std::env::current_exe().unwrap();
    let script = format!("#!{} {WORD}={}\n", program.display(), socket.display());
    fs_err::write(path, script).unwrap();
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// This program as that `dispatch`.
pub(crate) fn entry() -> Option<ExitCode> {
    let argument = std::env::args().nth(1)?;
    let socket = argument.strip_prefix(WORD)?.strip_prefix('=')?;
    let asked = Asked {
        env: std::env::vars().collect(),
    };
    let mut stream = UnixStream::connect(socket).unwrap();
    serde_json::to_writer(&stream, &asked).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let ended: Ended = serde_json::from_str(&answer).unwrap();
    print!("{}", ended.stdout);
    eprint!("{}", ended.stderr);
    Some(ExitCode::from(ended.code))
}

/// Answers those who ask at `socket`, until the process ends.
pub(crate) fn serve(socket: &Path, run: impl Fn(Asked) -> Ended + Send + Sync + 'static) {
    let listener = UnixListener::bind(socket).unwrap();
    let run = std::sync::Arc::new(run);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let run = std::sync::Arc::clone(&run);
            std::thread::spawn(move || {
                let asked = serde_json::from_reader(&stream).unwrap();
                let ended = run(asked);
                // An agent that was killed meanwhile does not listen any more.
                let _unheard = stream.write_all(&serde_json::to_vec(&ended).unwrap());
            });
        }
    });
}

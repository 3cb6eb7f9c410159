//! The host program's side of running something in a container that is there already.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::container::{ready, stage_process};
use super::control::{Control, ExecPlan, Exit, Program, Report};
use super::plan::identity;
use super::stage::Stage;
use super::{Error, Isolation};

/// How long output is waited for after the program has ended: a process that it left behind may hold the stream open for ever.
const GRACE: Duration = Duration::from_millis(100);

/// A program to run in a container.
#[derive(Clone, Debug)]
pub struct Exec {
    /// The program and its arguments; a name without a slash is looked up in the `PATH` of `env`.
    pub argv: Vec<String>,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// Its working directory, inside.
    pub cwd: PathBuf,
    /// Its user; ignored where there is only one.
    pub uid: u32,
    /// Its only group; ignored as `uid`.
    pub gid: u32,
}

/// What a program left when it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Whether the program ended with code 0.
    pub fn success(&self) -> bool {
        self.exit.success()
    }
}

/// The container to enter.
pub(super) struct Target<'a> {
    pub(super) container: &'a str,
    pub(super) isolation: Isolation,
    /// Its process 1, as the host numbers it.
    pub(super) init: i32,
    /// Whether its network is another than this process'.
    pub(super) joins_network: bool,
}

/// Runs a program in a container that this program did not make, and waits for it: as a user of this machine, next to what runs
/// there. `init` is the container's process 1 as this machine numbers it; `is_running` tells whether that is still so.
///
/// # Errors
/// When the container has ended, this process may not enter it, or the program cannot be started.
pub fn enter(
    init: i32,
    container: &str,
    program: &Exec,
    is_running: impl Fn() -> bool,
) -> Result<Output, Error> {
    let target = Target {
        container,
        isolation: Isolation::Full,
        init,
        joins_network: true,
    };
    exec(program, &target, is_running)
}

pub(super) fn exec(exec: &Exec, target: &Target<'_>, is_running: impl Fn() -> bool) -> Result<Output, Error> {
    let Target {
        container, isolation, ..
    } = *target;
    let at = |source| Error::Start {
        container: container.into(),
        source,
    };
    let ended = || Error::Ended {
        container: container.into(),
        program: exec.argv.join(" "),
    };
    let namespaces = open_namespaces(target).map_err(|_gone| ended())?;
    // Asked after the files were opened: while init was alive its number belonged to nobody else.
    if !is_running() {
        return Err(ended());
    }
    let plan = ExecPlan {
        namespaces: namespaces.iter().map(path_for_a_child).collect(),
        program: Program {
            argv: exec.argv.clone(),
            env: exec.env.clone(),
            cwd: exec.cwd.clone(),
            identity: identity(exec.uid, exec.gid, isolation),
        },
    };
    let (control, stdin) = Control::pair().map_err(at)?;
    let mut stage = stage_process(Stage::Exec, stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(at)?;
    let streams = Streams::of(&mut stage);
    let started = control.send(&plan).and_then(|()| control.receive());
    drop(namespaces);
    let exit = ready(started, container).and_then(|_program| last_word(&control).map_err(at));
    stage.wait().map_err(at)?;
    let exit = exit?;
    let (stdout, stderr) = streams.collect(Some(GRACE));
    Ok(Output { exit, stdout, stderr })
}

/// Both output streams of a process, read as they come, so that it never waits for us.
pub(super) struct Streams {
    stdout: Stream,
    stderr: Stream,
}

struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Disconnected when the stream has ended.
    reading: Receiver<()>,
}

impl Streams {
    pub(super) fn of(process: &mut Child) -> Self {
        Self {
            stdout: Stream::of(process.stdout.take()),
            stderr: Stream::of(process.stderr.take()),
        }
    }

    /// What was read until both streams ended, or `grace` was over.
    pub(super) fn collect(self, grace: Option<Duration>) -> (Vec<u8>, Vec<u8>) {
        let until = grace.map(|grace| Instant::now() + grace);
        (self.stdout.collect(until), self.stderr.collect(until))
    }
}

impl Stream {
    fn of(stream: Option<impl Read + Send + 'static>) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (open, reading) = channel();
        if let Some(stream) = stream {
            let bytes = Arc::clone(&bytes);
            thread::spawn(move || {
                read_all(stream, &bytes);
                drop(open);
            });
        }
        Self { bytes, reading }
    }

    fn collect(self, until: Option<Instant>) -> Vec<u8> {
        // Nothing is ever sent: both return when the reader has ended, the second also when the time is over.
        match until {
            None => drop(self.reading.recv()),
            Some(until) => drop(
                self.reading
                    .recv_timeout(until.saturating_duration_since(Instant::now())),
            ),
        }
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read_all(mut stream: impl Read, into: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 8192];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return,
            Ok(n) => into
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(chunk.iter().take(n)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_broken) => return,
        }
    }
}

/// The user namespace comes first: it gives the right to join the others. The host's network is ours already, and not theirs to join.
fn open_namespaces(target: &Target<'_>) -> io::Result<Vec<File>> {
    let user = (target.isolation == Isolation::OneUid).then_some("user");
    let network = target.joins_network.then_some("net");
    let kinds = user
        .into_iter()
        .chain(network)
        .chain(["ipc", "uts", "pid", "mnt"]);
    kinds
        .map(|kind| File::open(format!("/proc/{}/ns/{kind}", target.init)))
        .collect()
}

fn path_for_a_child(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()))
}

fn last_word(control: &Control) -> io::Result<Exit> {
    Ok(match control.receive()? {
        Some(Report::Exited(exit)) => exit,
        Some(Report::Ready(_) | Report::Failed(_)) | None => Exit::KILLED,
    })
}

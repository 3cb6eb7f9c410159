//! One started subject. A program and a folder enter; a process that serves a socket leaves, ended when dropped.

use std::{
    fs::{self, File},
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use super::{
    Subject,
    case::Case,
    http::{Asked, Request},
};

/// Far more than a loaded machine needs.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a condition.
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// A running daemon and its folder.
pub(super) struct Daemon {
    subject: Subject,
    process: Child,
    folder: TempDir,
    pub(super) port: Option<u16>,
}

impl Daemon {
    /// Starts the program for a case and waits until it answers.
    pub(super) fn start(case: &Case, subject: &Subject) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("pebble-case-").tempdir()?;
        fs::create_dir_all(folder.path().join("pebble/layers"))?;
        fs::create_dir(folder.path().join("work"))?;
        for (name, text) in &case.layers {
            fs::write(folder.path().join("pebble/layers").join(name), text)?;
        }
        let port = case.http.then(free_port).transpose()?;
        let process = spawn(subject, folder.path(), port)?;
        let mut daemon = Self {
            subject: subject.clone(),
            process,
            folder,
            port,
        };
        daemon.wait_until_it_answers()?;
        Ok(daemon)
    }

    /// Ends it with SIGTERM and starts it on the same folder.
    pub(super) fn restart(&mut self) -> io::Result<()> {
        kill(self.pid(), Signal::SIGTERM)?;
        let code = self.exit()?;
        if code != Some(0) {
            return Err(io::Error::other(format!(
                "SIGTERM ended it with {code:?}, not with 0"
            )));
        }
        self.process = spawn(&self.subject, self.folder.path(), self.port)?;
        self.wait_until_it_answers()
    }

    pub(super) fn socket(&self) -> PathBuf {
        socket(self.folder.path())
    }

    /// The folder that the case may use.
    pub(super) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// What the daemon printed so far.
    pub(super) fn printed(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_raw(self.process.id().cast_signed())
    }

    /// Waits for its end; the exit code.
    pub(super) fn exit(&mut self) -> io::Result<Option<i32>> {
        let start = Instant::now();
        loop {
            match self.process.try_wait()? {
                Some(status) => return Ok(status.code()),
                None if start.elapsed() > PATIENCE => return Err(io::Error::other("it did not end")),
                None => thread::sleep(PAUSE),
            }
        }
    }

    fn wait_until_it_answers(&mut self) -> io::Result<()> {
        let question = Request {
            method: "GET".into(),
            path: "/v1/system-info".into(),
            ..Request::default()
        };
        let start = Instant::now();
        loop {
            let asked = Asked::on_socket(&self.socket(), &question).and_then(|asked| asked.answer(|_| false));
            if asked.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                return Err(io::Error::other(format!(
                    "it ended at once, {status}: {}",
                    self.printed()
                )));
            }
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other(format!(
                    "it does not answer: {}",
                    self.printed()
                )));
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Daemon {
    /// Asks it to stop its services and end; kills it when it does not.
    fn drop(&mut self) {
        if kill(self.pid(), Signal::SIGTERM).is_err() || self.exit().is_err() {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

/// The environment is the same everywhere: nothing of the machine's shows in an answer.
fn spawn(subject: &Subject, folder: &Path, port: Option<u16>) -> io::Result<Child> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))?;
    let mut command = Command::new(&subject.program);
    command.args(["run", "--create-dirs", "--hold", "--verbose"]);
    if let Some(port) = port {
        command.args(["--http", &format!("127.0.0.1:{port}")]);
    }
    command
        .env_clear()
        .env(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        )
        .env("HOME", folder.join("work"))
        .env("USER", "keeper")
        .env("PEBBLE", folder.join("pebble"))
        .env("PEBBLE_SOCKET", socket(folder))
        .current_dir(folder.join("work"))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}

/// A port that nobody listens on just now.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

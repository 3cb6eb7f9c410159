//! The daemon: all rooms together, from the first line of its log to the last service that it stops.

use crate::change::{Changes, Select};
use crate::check::{self, Checks};
use crate::exec::Execs;
use crate::identity::Identities;
use crate::log::Log;
use crate::notice::Notices;
use crate::plan::{AddError, Addition, Layer, Layers, Plan, ReadError};
use crate::process::{Environment, Powers};
use crate::random;
use crate::rules::Rules;
use crate::server::{bind_tcp, bind_unix, serve_tcp, serve_unix};
use crate::service::{self, Ending, ServiceAction, Services};
use crate::service_log::ServiceLogs;
use crate::sync::locked;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// The Pebble that is played; clients decide by it what they can ask for.
pub(crate) const VERSION: &str = "v1.26.0";

/// How long a command that was killed may take to report its end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How the daemon is to run.
#[derive(Debug)]
pub(crate) struct Options {
    /// `$PEBBLE`.
    pub(crate) dir: PathBuf,
    pub(crate) socket: PathBuf,
    pub(crate) copy_once: Option<PathBuf>,
    pub(crate) create_dirs: bool,
    /// Do not start enabled services at once.
    pub(crate) hold: bool,
    pub(crate) http: Option<String>,
    pub(crate) verbose: bool,
    pub(crate) rules: Rules,
}

/// Why the daemon cannot run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("cannot create directory `{}`", .0.display())]
    CreateDir(PathBuf, #[source] io::Error),
    #[error("directory `{}` does not exist", .0.display())]
    NoDir(PathBuf),
    #[error("cannot copy `{}`", .0.display())]
    CopyOnce(PathBuf, #[source] io::Error),
    #[error("cannot read layers")]
    Layers(#[source] ReadError),
    #[error("cannot listen on `{}`", .0.display())]
    Listen(PathBuf, #[source] io::Error),
    #[error("cannot start")]
    Runtime(#[source] io::Error),
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// All that requests can reach.
pub(crate) struct Daemon {
    pub(crate) log: Log,
    pub(crate) boot_id: String,
    pub(crate) http_address: Option<String>,
    pub(crate) powers: Arc<Powers>,
    pub(crate) identities: Identities,
    pub(crate) notices: Arc<Notices>,
    pub(crate) changes: Arc<Changes>,
    pub(crate) service_logs: Arc<ServiceLogs>,
    pub(crate) services: Arc<Services>,
    pub(crate) checks: Checks,
    pub(crate) execs: Arc<Execs>,
    layers: Mutex<Layers>,
}

/// Runs the daemon until a signal or a service ends it. Gives the exit code.
///
/// # Errors
/// See [`StartError`].
pub(crate) fn run(options: Options) -> Result<u8, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(StartError::Runtime)?.block_on(run_async(options))
}

async fn run_async(options: Options) -> Result<u8, StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Runtime)?;
    prepare_dir(&options)?;
    let mut layers = Layers::default();
    layers
        .read_dir(&options.dir.join("layers"))
        .map_err(StartError::Layers)?;
    let listener = bind_unix(&options.socket).await;
    let listener = listener.map_err(|error| StartError::Listen(options.socket.clone(), error))?;
    let (endings, mut ended) = mpsc::unbounded_channel();
    let daemon = Arc::new(Daemon::new(&options, layers, endings).map_err(StartError::Runtime)?);
    daemon.log.line("Started daemon.");
    let http = tokio::spawn(serve_http(options.http, Arc::clone(&daemon)));
    let unix = tokio::spawn(serve_unix(listener, Arc::clone(&daemon)));
    daemon.begin(options.hold);

    let code = tokio::select! {
        _ = terminate.recv() => 0,
        _ = interrupt.recv() => 0,
        ending = ended.recv() => match ending {
            Some(Ending::ServiceFailure) => 10,
            Some(Ending::CheckFailure) => 11,
            Some(Ending::Success) | None => 0,
        },
    };
    daemon.log.line("Server exiting!");
    http.abort();
    daemon.end().await;
    unix.abort();
    // The container's directory may be gone already.
    let _ = std::fs::remove_file(&options.socket);
    Ok(code)
}

/// Health must not depend on a port that another container of the same network took.
async fn serve_http(address: Option<String>, daemon: Arc<Daemon>) {
    let Some(address) = address else { return };
    match bind_tcp(&address).await {
        Ok(listener) => {
            daemon
                .log
                .line(&format!("HTTP API server listening on {address:?}."));
            serve_tcp(listener, daemon).await;
        }
        Err(error) => daemon.log.line(&format!(
            "cannot listen on {address:?}: {error}; using the socket only"
        )),
    }
}

impl Daemon {
    fn new(options: &Options, layers: Layers, endings: mpsc::UnboundedSender<Ending>) -> io::Result<Self> {
        let log = Log::new(options.verbose);
        let environment = Arc::new(environment());
        let powers = Arc::new(Powers::probe());
        let notices = Arc::new(Notices::default());
        let changes = Arc::new(Changes::new(Arc::clone(&notices)));
        let service_logs = Arc::new(ServiceLogs::new(log));
        let services = Arc::new(Services::new(service::Surroundings {
            log,
            logs: Arc::clone(&service_logs),
            powers: Arc::clone(&powers),
            environment: Arc::clone(&environment),
            rules: options.rules,
            endings,
        }));
        let checks = Checks::new(check::Surroundings {
            log,
            changes: Arc::clone(&changes),
            services: Arc::clone(&services),
            powers: Arc::clone(&powers),
            environment: Arc::clone(&environment),
        });
        let execs = Execs::new(log, Arc::clone(&powers), environment, Arc::clone(&changes));
        Ok(Self {
            log,
            boot_id: random::uuid()?,
            http_address: options.http.clone(),
            powers,
            identities: Identities::default(),
            notices,
            changes,
            service_logs,
            services,
            checks,
            execs: Arc::new(execs),
            layers: Mutex::new(layers),
        })
    }

    /// The plan as it is now.
    pub(crate) fn plan(&self) -> Arc<Plan> {
        locked(&self.layers).plan()
    }

    /// Adds a layer. Checks follow the new plan at once, services at the next replan.
    ///
    /// # Errors
    /// See [`AddError`].
    pub(crate) fn add_layer(&self, layer: Layer, how: Addition) -> Result<(), AddError> {
        // Held until the checks know, so that two new plans reach them in order.
        let mut layers = locked(&self.layers);
        let plan = layers.add(layer, how)?;
        self.checks.plan_changed(&plan);
        Ok(())
    }

    fn begin(&self, hold: bool) {
        let plan = self.plan();
        self.checks.plan_changed(&plan);
        if !hold {
            // Nothing to start is nothing wrong.
            let _ = self
                .services
                .act(ServiceAction::Autostart, &[], &plan, &self.changes);
        }
    }

    async fn end(&self) {
        if let Some(change) = self.services.stop_all(&self.plan(), &self.changes) {
            self.changes.ready(&change).await;
        }
        let commands = self
            .changes
            .list(Select::InProgress, None)
            .into_iter()
            .filter(|change| change.kind == "exec");
        for command in commands {
            // It may have ended by itself.
            let _ = self.changes.abort(&command.id);
            let _ = tokio::time::timeout(LAST_WORDS, self.changes.ready(&command.id)).await;
        }
    }
}

fn prepare_dir(options: &Options) -> Result<(), StartError> {
    if let Some(from) = &options.copy_once {
        copy_once(from, &options.dir).map_err(|error| StartError::CopyOnce(from.clone(), error))?;
    }
    if options.create_dirs {
        let layers = options.dir.join("layers");
        return std::fs::create_dir_all(&layers).map_err(|error| StartError::CreateDir(layers, error));
    }
    if options.dir.is_dir() {
        Ok(())
    } else {
        Err(StartError::NoDir(options.dir.clone()))
    }
}

/// Copies a directory, if there is one, to a place where there is nothing yet.
fn copy_once(from: &Path, to: &Path) -> io::Result<()> {
    let taken = to.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if taken || !from.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_once(&entry.path(), &place)?;
        } else {
            std::fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

/// The daemon's environment; a variable that is no text cannot be handed on.
fn environment() -> Environment {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

//! A blocking client for Pebble's HTTP API over its unix socket.
//!
//! [Pebble](https://documentation.ubuntu.com/pebble/) is the service manager that Juju puts into every workload container
//! of a Kubernetes charm; the charm reaches it at `/charm/containers/<container>/pebble.socket`. This crate knows nothing of
//! Juju: any program with access to a Pebble socket can use it.
//!
//! One method of [`Pebble`] is one request, and there is one file per resource of the API: layers and the plan, services,
//! changes, checks, files, exec. What takes time in Pebble gives a [`ChangeId`]; [`Pebble::wait`] waits for it.
//!
//! ```
//! use pebble_client::{Check, Combine, Layer, Pebble, Service, Startup};
//! use std::time::Duration;
//!
//! let layer = Layer::new()
//!     .summary("A web server")
//!     .service(
//!         "web",
//!         Service::new("/usr/bin/serve --port 8080").startup(Startup::Enabled).user_id(1000).env("TZ", "Etc/UTC"),
//!     )
//!     .check("web-ready", Check::http("http://localhost:8080/ping").period(Duration::from_secs(10)));
//!
//! /// Lays `layer` into the plan and starts what it enables; whether there was anything to do.
//! fn configure(pebble: &Pebble, layer: &Layer) -> Result<bool, pebble_client::Error> {
//!     if pebble.plan()?.contains(layer) {
//!         return Ok(false);
//!     }
//!     pebble.add_layer("web", layer, Combine::WithExisting)?;
//!     let change = pebble.replan()?;
//!     pebble.wait(&change, Duration::from_secs(30))?; // a failed change is an error that names the service
//!     Ok(true)
//! }
//!
//! // A container that is not up yet is told apart from everything else that can go wrong.
//! let pebble = Pebble::new("/nonexistent/pebble.socket");
//! assert!(configure(&pebble, &layer).is_err_and(|error| error.is_unreachable()));
//! ```
//!
//! The methods block and must not be called from asynchronous code ([`Error::InsideRuntime`]). They run on a small private
//! runtime without threads, which is made at the first call. Each has a time limit.
#![warn(missing_docs)]

mod answer;
mod changes;
mod checks;
mod duration;
mod error;
mod exec;
mod files;
mod layer;
mod plan;
mod services;
mod system;
mod transport;

pub use changes::{Change, ChangeId, Task};
pub use checks::{CheckInfo, CheckStatus};
pub use error::{Error, ErrorKind};
pub use exec::{Exec, ExecOutput};
pub use files::{File, FileInfo, FileType, MAX_PULL, MakeDir};
pub use layer::{
    Check, CheckStartup, ExecCheck, HttpCheck, Layer, Level, LogTarget, OnExit, Override, Service, Startup,
    TcpCheck,
};
pub use plan::{Combine, Plan};
pub use services::{Current, ServiceInfo};
pub use system::SystemInfo;
pub use transport::Pebble;

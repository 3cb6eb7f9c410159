//! Overseerr: takes the wishes of those who watch.

use std::process::ExitCode;
use std::time::Duration;

use charmarr_lib::media_app::{self, Context, MediaApp, Service};

struct Overseerr;

impl MediaApp for Overseerr {
    const NAME: &'static str = "overseerr";
    const PORT: u16 = 5055;
    const READY_PATH: &'static str = "/api/v1/status";
    const READY_TIMEOUT: Duration = Duration::from_secs(5);

    fn service(_cx: &Context<'_>) -> Service {
        Service::new("/usr/bin/node dist/index.js").working_dir("/app/overseerr")
    }
}

fn main() -> ExitCode {
    media_app::main::<Overseerr>()
}

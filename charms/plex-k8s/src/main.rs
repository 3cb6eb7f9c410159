//! Plex: plays what the library holds.

use std::process::ExitCode;
use std::time::Duration;

use charmarr_lib::media_app::{self, Context, MediaApp, Service};

struct Plex;

impl MediaApp for Plex {
    const NAME: &'static str = "plex";
    const PORT: u16 = 32400;
    const READY_PATH: &'static str = "/identity";
    const READY_TIMEOUT: Duration = Duration::from_secs(5);

    fn service(_cx: &Context<'_>) -> Service {
        Service::new(r#""/usr/lib/plexmediaserver/Plex Media Server""#).env(
            "PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR",
            "/config/Library/Application Support",
        )
    }
}

fn main() -> ExitCode {
    media_app::main::<Plex>()
}

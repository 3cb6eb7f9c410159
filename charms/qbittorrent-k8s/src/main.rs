//! qBittorrent: downloads, and goes on seeding what was filed as a hardlink.

use std::process::ExitCode;

use charmarr_lib::media_app::{self, Context, MediaApp, Service};

struct Qbittorrent;

impl MediaApp for Qbittorrent {
    const NAME: &'static str = "qbittorrent";
    const PORT: u16 = 8080;
    const READY_PATH: &'static str = "/api/v2/app/version";

    fn service(_cx: &Context<'_>) -> Service {
        Service::new("/usr/bin/qbittorrent-nox --profile=/config")
    }

    fn folders(_cx: &Context<'_>) -> Vec<&'static str> {
        vec!["torrents/movies", "torrents/tv"]
    }
}

fn main() -> ExitCode {
    media_app::main::<Qbittorrent>()
}

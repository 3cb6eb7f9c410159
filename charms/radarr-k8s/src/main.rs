//! Radarr: finds films, and files what was downloaded.

use std::process::ExitCode;

use charmarr_lib::media_app::{self, Context, MediaApp, Service, Variant};

struct Radarr;

impl MediaApp for Radarr {
    const NAME: &'static str = "radarr";
    const PORT: u16 = 7878;
    const READY_PATH: &'static str = "/ping";

    fn service(_cx: &Context<'_>) -> Service {
        Service::new("/app/radarr/bin/Radarr -nobrowser -data=/config").env("TMPDIR", "/tmp")
    }

    fn folders(cx: &Context<'_>) -> Vec<&'static str> {
        match cx.variant {
            Variant::Standard => vec!["media/movies"],
            Variant::FourK => vec!["media/movies-uhd"],
            Variant::Anime => vec!["media/anime/movies"],
        }
    }
}

fn main() -> ExitCode {
    media_app::main::<Radarr>()
}

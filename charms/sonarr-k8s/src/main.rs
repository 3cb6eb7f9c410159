//! Sonarr: finds series, and files the episodes that were downloaded.

use std::process::ExitCode;

use charmarr_lib::media_app::{self, Context, MediaApp, Service, Variant};

struct Sonarr;

impl MediaApp for Sonarr {
    const NAME: &'static str = "sonarr";
    const PORT: u16 = 8989;
    const READY_PATH: &'static str = "/ping";

    fn service(_cx: &Context<'_>) -> Service {
        Service::new("/app/sonarr/bin/Sonarr -nobrowser -data=/config").env("TMPDIR", "/tmp")
    }

    fn folders(cx: &Context<'_>) -> Vec<&'static str> {
        match cx.variant {
            Variant::Standard => vec!["media/tv"],
            Variant::FourK => vec!["media/tv-uhd"],
            Variant::Anime => vec!["media/anime/tv"],
        }
    }
}

fn main() -> ExitCode {
    media_app::main::<Sonarr>()
}

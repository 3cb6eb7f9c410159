//! The stack that the demo deploys: the storage charm and five applications, with a stand-in for each media program.

use super::{Operation, Scenario, Title};

/// An application of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    pub app: &'static str,
    /// The charm's name, which is also its folder below `dist`.
    pub charm: &'static str,
    /// `--trust`
    pub trust: bool,
    /// `--num-units`
    pub units: u32,
    /// `--config`
    pub config: &'static [(&'static str, &'static str)],
    /// The workload; none for the storage charm.
    pub workload: Option<Workload>,
}

/// The one workload container of an application, and what stands in for its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workload {
    /// The container in `charmcraft.yaml`.
    pub container: &'static str,
    /// The `oci-image` resource in `charmcraft.yaml`.
    pub resource: &'static str,
    /// The program that the charm starts, and what else must be there for it.
    pub programs: &'static [&'static str],
    /// Where the real program listens.
    pub port: u16,
    /// The path that tells that it is ready.
    pub path: &'static str,
}

/// The application that makes the claim.
pub const STORAGE: &str = "storage";
/// The claim that it makes.
pub const CLAIM: &str = "charmarr-shared-storage";

const fn media(app: &'static str, charm: &'static str, workload: Workload) -> Application {
    Application {
        app,
        charm,
        trust: true,
        units: 1,
        config: &[],
        workload: Some(workload),
    }
}

const fn workload(
    container: &'static str,
    resource: &'static str,
    programs: &'static [&'static str],
    port: u16,
    path: &'static str,
) -> Workload {
    Workload {
        container,
        resource,
        programs,
        port,
        path,
    }
}

const STORAGE_CHARM: Application = Application {
    app: STORAGE,
    charm: "charmarr-storage-k8s",
    trust: true,
    units: 1,
    config: &[("backend-type", "storage-class"), ("storage-class", "local-path")],
    workload: None,
};

pub(super) const APPLICATIONS: [Application; 5] = [
    media(
        "qbittorrent",
        "qbittorrent-k8s",
        workload(
            "qbittorrent",
            "qbittorrent-image",
            &["/usr/bin/qbittorrent-nox"],
            8080,
            "/api/v2/app/version",
        ),
    ),
    media(
        "radarr",
        "radarr-k8s",
        workload(
            "radarr",
            "radarr-image",
            &["/app/radarr/bin/Radarr"],
            7878,
            "/ping",
        ),
    ),
    media(
        "sonarr",
        "sonarr-k8s",
        workload(
            "sonarr",
            "sonarr-image",
            &["/app/sonarr/bin/Sonarr"],
            8989,
            "/ping",
        ),
    ),
    media(
        "plex",
        "plex-k8s",
        workload(
            "plex",
            "plex-image",
            &["/usr/lib/plexmediaserver/Plex Media Server"],
            32400,
            "/identity",
        ),
    ),
    media(
        "overseerr",
        "overseerr-k8s",
        workload(
            "overseerr",
            "overseerr-image",
            &["/usr/bin/node", "/app/overseerr/dist/index.js"],
            5055,
            "/api/v1/status",
        ),
    ),
];

pub(super) const FILM: &str = "A Film (2026)";
pub(super) const EPISODE: &str = "A Series S01E01";
const FILM_BYTES: u64 = 24 * 1024 * 1024;
const EPISODE_BYTES: u64 = 8 * 1024 * 1024;

/// The whole stack, one film, one episode.
pub(super) fn demo() -> Scenario {
    let mut operations = vec![Operation::Deploy(STORAGE_CHARM)];
    operations.extend(APPLICATIONS.map(Operation::Deploy));
    operations.extend(APPLICATIONS.map(|app| Operation::Integrate {
        requirer: app.app,
        provider: STORAGE,
    }));
    let title = |name, bytes, download, import| Title {
        name,
        bytes,
        download: ("qbittorrent", download),
        import,
        readers: vec!["plex", "overseerr"],
    };
    Scenario {
        about: "storage and five applications share one volume; a film and an episode are played through them",
        operations,
        acts: Vec::new(),
        titles: vec![
            title(
                FILM,
                FILM_BYTES,
                "torrents/movies/A.Film.2026/a.film.2026.mkv",
                ("radarr", "media/movies/A Film (2026)/A Film (2026).mkv"),
            ),
            title(
                EPISODE,
                EPISODE_BYTES,
                "torrents/tv/A.Series.S01E01/a.series.s01e01.mkv",
                ("sonarr", "media/tv/A Series/Season 01/A Series - S01E01.mkv"),
            ),
        ],
        ends: Vec::new(),
    }
}

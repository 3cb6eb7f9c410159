//! Our applications and Python ones at one storage: the same file, whoever looks.

use charmarr::runner::{self, Live};
use serde_json::Value;

use super::Case;
use super::kit::arranged;
use crate::stack::{charms, demo_of};

pub(crate) const CASES: &[Case] = &[(
    "python::mixed::all_applications_see_one_file_under_two_names",
    one_file,
)];

fn one_file() {
    let python = ["documented-requirer", "library-requirer"];
    let scenario = demo_of(&["qbittorrent", "radarr", "sonarr", "plex", "overseerr"]);
    let mut stack = arranged(&python, &scenario);
    for requirer in python {
        stack.integrate(requirer, "storage");
    }
    let report = runner::played(&mut stack.sandbox, &scenario, &charms(), &mut Live::new()).unwrap();
    assert!(report.ok, "{}", report.to_text());
    assert_eq!(
        stack.status("storage/0"),
        "active: 7 apps: documented-requirer, library-requirer, overseerr, plex, qbittorrent, radarr, sonarr"
    );
    for import in &report.imports {
        for requirer in python {
            let unit = format!("{requirer}/0").parse().unwrap();
            let path = import.imported.as_deref().unwrap();
            let argv = ["/charm/bin/stand-in", "read", path];
            let output = stack.sandbox.exec(&unit, "player", &argv, 1000, 1000).unwrap();
            let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(seen["inode"].as_u64(), import.inode, "{requirer}");
            assert_eq!(seen["links"], 2, "{requirer}");
        }
    }
}

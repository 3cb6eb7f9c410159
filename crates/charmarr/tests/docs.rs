//! What the documentation says of statuses and images is what the charms say and were written for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is test: it fails by panic"
)]

use std::path::{Path, PathBuf};

use charm_metadata::Charmcraft;

/// A table of statuses, and the sources whose texts it lists.
struct Statuses {
    table: &'static str,
    sources: &'static [&'static str],
}

const STATUSES: [Statuses; 2] = [
    Statuses {
        table: "docs/reference/applications.md",
        sources: &[
            "crates/charmarr-lib/src/media_app/words.rs",
            "crates/charmarr-lib/src/media_app/stage/mount.rs",
            "crates/charmarr-lib/src/interfaces/media_storage/offer.rs",
        ],
    },
    Statuses {
        table: "docs/reference/storage.md",
        sources: &[
            "charms/charmarr-storage-k8s/src/options.rs",
            "charms/charmarr-storage-k8s/src/decide.rs",
            "charms/charmarr-storage-k8s/src/stage/claim.rs",
            "charms/charmarr-storage-k8s/src/stage/volume.rs",
            "charms/charmarr-storage-k8s/src/stage/settle.rs",
            "crates/charmarr-lib/src/claim/backend.rs",
        ],
    },
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the table below `## Statuses`.
fn rows(table: &str) -> Vec<String> {
    let text = read(table);
    let (_, statuses) = text.split_once("## Statuses").unwrap();
    let rows = statuses.lines().filter(|line| line.starts_with("| "));
    rows.skip(2).map(str::to_owned).collect()
}

/// The texts of a source that a person may read: literals that begin a sentence, without its tests.
fn texts(source: &str) -> Vec<String> {
    let text = read(source);
    let code = text.split("#[cfg(test)]").next().unwrap();
    let code: Vec<&str> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let literals = code.split('"').skip(1).step_by(2);
    let begins = |text: &&str| {
        let words = text.starts_with(char::is_uppercase) && text.contains(char::is_lowercase);
        (words && (text.contains(' ') || *text == "Stopping"))
            || text.starts_with("media-storage: ")
            || text.starts_with("{option} ")
    };
    literals.filter(begins).map(str::to_owned).collect()
}

/// What stands between the values of a text.
fn pieces(text: &str) -> Vec<&str> {
    let parts = text.split('{').enumerate();
    let parts = parts.map(|(index, part)| match index {
        0 => part,
        _ => part.split_once('}').map_or(part, |(_, rest)| rest),
    });
    parts
        .map(str::trim)
        .filter(|part| part.contains(char::is_alphanumeric))
        .collect()
}

/// Whether the row has all of them, in their order.
fn has(row: &str, pieces: &[&str]) -> bool {
    let mut rest = row;
    pieces.iter().all(|piece| match rest.split_once(piece) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

#[test]
fn every_status_is_in_the_table() {
    for Statuses { table, sources } in STATUSES {
        let rows = rows(table);
        for source in sources {
            let texts = texts(source);
            assert!(!texts.is_empty(), "{source} says nothing");
            for text in texts {
                let pieces = pieces(&text);
                assert!(
                    rows.iter().any(|row| has(row, &pieces)),
                    "{table} lacks `{text}` of {source}"
                );
            }
        }
    }
}

#[test]
fn every_blocked_status_says_what_to_do() {
    for Statuses { table, .. } in STATUSES {
        for row in rows(table) {
            let cells: Vec<&str> = row.trim_matches('|').split(" |").map(str::trim).collect();
            assert_eq!(cells.len(), 4, "{table}: {row}");
            assert!(cells[0] != "Blocked" || !cells[3].is_empty(), "{table}: {row}");
        }
    }
}

#[test]
fn the_images_are_those_of_the_charms() {
    let guide = read("docs/how-to/deploy.md");
    let mut images = 0;
    for entry in std::fs::read_dir(repository().join("charms")).unwrap() {
        let path = entry.unwrap().path().join("charmcraft.yaml");
        let charmcraft = Charmcraft::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for (name, resource) in &charmcraft.resources {
            let image = resource.upstream_source.as_ref().unwrap();
            let option = format!("./dist/{}.charm", charmcraft.name);
            let line = guide.lines().find(|line| line.contains(&option));
            let line = line.unwrap_or_else(|| panic!("the guide does not deploy {}", charmcraft.name));
            assert!(line.ends_with(&format!("--resource {name}={image}")), "{line}");
            images += 1;
        }
    }
    assert_eq!(images, 5);
}

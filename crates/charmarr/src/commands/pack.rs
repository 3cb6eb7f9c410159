//! `charmarr pack`: every charm of a folder becomes `dist/<charm>/` and `dist/<charm>.charm`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use charm_metadata::pack::{self, Packed};
use fs_err as fs;
use serde::Serialize;

use crate::{cli, printer, table};

/// One packed charm, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Row {
    charm: String,
    archive: PathBuf,
    archive_bytes: u64,
    dispatch_bytes: u64,
}

/// Packs them in the order of their names; the first that cannot be packed ends the run.
pub(crate) fn run(arguments: &cli::Pack) -> anyhow::Result<()> {
    let binaries = match &arguments.binaries {
        Some(folder) => folder.clone(),
        None => folder_of_this_program()?,
    };
    let sources = charm_sources(&arguments.charms)?;
    let mut rows = Vec::new();
    for source in &sources {
        let name = source
            .file_name()
            .with_context(|| format!("cannot name the charm `{}`", source.display()))?;
        let program = binaries.join(name);
        if !program.is_file() {
            bail!(
                "cannot find the program `{}`; build it first: `./run pack`",
                program.display()
            );
        }
        rows.push(row(&pack::pack(source, &program, &arguments.dist)?)?);
    }
    if arguments.json {
        return printer::json(&rows);
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let archive = row.archive.display().to_string();
            vec![
                row.charm.clone(),
                archive,
                mebibytes(row.archive_bytes),
                mebibytes(row.dispatch_bytes),
            ]
        })
        .collect();
    printer::data(&table::render(
        &["charm", "archive", "archive MiB", "dispatch MiB"],
        &cells,
    ));
    Ok(())
}

/// The folders below `charms` that hold a `charmcraft.yaml`.
fn charm_sources(charms: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(charms)? {
        let folder = entry?.path();
        if folder.join("charmcraft.yaml").is_file() {
            sources.push(folder);
        }
    }
    if sources.is_empty() {
        bail!(
            "cannot find a charm in `{}`: no folder there has a charmcraft.yaml",
            charms.display()
        );
    }
    sources.sort();
    Ok(sources)
}

fn folder_of_this_program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("cannot find this program")?;
    Ok(program
        .parent()
        .context("cannot find the folder of this program")?
        .to_owned())
}

fn row(packed: &Packed) -> anyhow::Result<Row> {
    Ok(Row {
        charm: packed.charm.metadata.name.clone(),
        archive: packed.archive.clone(),
        archive_bytes: fs::metadata(&packed.archive)?.len(),
        dispatch_bytes: fs::metadata(packed.charm.dispatch())?.len(),
    })
}

/// Bytes as MiB with two digits, in whole numbers: sizes of files need no floats.
fn mebibytes(bytes: u64) -> String {
    let hundredths = bytes * 100 / (1024 * 1024);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

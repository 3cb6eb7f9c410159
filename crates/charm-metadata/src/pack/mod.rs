//! From a charm's source folder and its program to a charm that Juju takes.
//!
//! What enters: the folder with `charmcraft.yaml`, the program that becomes `dispatch`. What leaves: `<dist>/<charm>/`, the
//! unpacked charm, and `<dist>/<charm>.charm`, its archive, with the same bytes for the same input. Nothing is built here.

mod archive;
mod elf;
mod layout;

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    charm_dir::CharmDir,
    charmcraft::{self, Charmcraft},
    manifest::Architecture,
    problems::Problems,
};

/// What [`pack`] made.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    /// The unpacked charm, as a controller would read it.
    pub charm: CharmDir,
    /// The `.charm` file.
    pub archive: PathBuf,
    /// What the program is for; none for a script.
    pub architecture: Option<Architecture>,
}

/// Why a charm was not packed. What an earlier call made is still there.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file of the charm is not as it must be.
    #[error("cannot pack charm `{charm}`")]
    Invalid {
        /// The source folder.
        charm: PathBuf,
        /// All that is wrong.
        #[source]
        problems: Problems,
    },
    /// The folder to be replaced holds something else.
    #[error("cannot replace `{0}`: it holds no charm of that name")]
    NotACharm(PathBuf),
    /// A file could not be read or written; the text names it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The archive could not be written.
    #[error("cannot write archive `{path}`")]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Why.
        #[source]
        source: zip::result::ZipError,
    },
}

/// Packs the charm in `source_dir` with the program `dispatch` into the folder `dist`, which is made if needed.
///
/// Beside the files Juju reads, `icon.svg`, `README.md`, `LICENSE` and `version` are carried if they are there. For a
/// program in ELF format the manifest lists only the platforms it can run on.
///
/// # Errors
/// See [`PackError`]. A charm that [`CharmDir::read`] would refuse is not packed.
pub fn pack(source_dir: &Path, dispatch: &Path, dist: &Path) -> Result<Packed, PackError> {
    let invalid = |problems: Problems| PackError::Invalid {
        charm: source_dir.to_owned(),
        problems,
    };
    let text = fs_err::read_to_string(source_dir.join(charmcraft::FILE))?;
    let charmcraft = Charmcraft::parse(&text).map_err(invalid)?;
    let architecture = elf::architecture(dispatch)?;
    let files = layout::generated(&charmcraft, architecture).map_err(|problem| invalid(problem.into()))?;

    fs_err::create_dir_all(dist)?;
    let name = &charmcraft.name;
    let staging = dist.join(format!(".{name}.new"));
    layout::write(&staging, source_dir, dispatch, &files)?;
    let mut charm = CharmDir::read(&staging).map_err(invalid)?;
    let archive = dist.join(format!("{name}.charm"));
    archive::write(&staging, &archive)?;
    charm.path = dist.join(name);
    layout::replace(&staging, &charm.path, name)?;
    Ok(Packed {
        charm,
        archive,
        architecture,
    })
}

//! The `.charm` file: a plain zip without a wrapping folder. The same folder gives the same bytes: sorted entries, one
//! fixed time, Unix modes (which Juju keeps when it unpacks).

use std::{
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use zip::{DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::PackError;

/// Writes the files of `dir` to `archive`, which is replaced in one step.
pub(super) fn write(dir: &Path, archive: &Path) -> Result<(), PackError> {
    let partial = archive.with_extension("charm.new");
    let failed = |source: ZipError| PackError::Archive {
        path: archive.to_owned(),
        source,
    };
    let mut zip = ZipWriter::new(fs_err::File::create(&partial)?);
    for file in sorted_files(dir)? {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let mode = fs_err::metadata(&file)?.permissions().mode() & 0o777;
        let options = SimpleFileOptions::default()
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        zip.start_file(name, options).map_err(failed)?;
        io::copy(&mut fs_err::File::open(&file)?, &mut zip)?;
    }
    zip.finish().map_err(failed)?;
    Ok(fs_err::rename(partial, archive)?)
}

/// A charm's layout is flat.
fn sorted_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = fs_err::read_dir(dir)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

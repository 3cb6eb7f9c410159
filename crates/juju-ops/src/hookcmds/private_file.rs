//! A file that only this user can read, for content that must not be seen among the arguments of a process.
//!
//! Juju's unit agent, which reads it, shares the file system of the charm's container.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

/// The file; it is removed when this is dropped.
pub(super) struct PrivateFile {
    path: String,
}

impl PrivateFile {
    /// Makes a file with this content.
    pub(super) fn holding(content: &[u8]) -> io::Result<Self> {
        let folder = std::env::temp_dir();
        let folder = folder
            .to_str()
            .ok_or_else(|| io::Error::other("the folder for temporary files has no name in Unicode"))?;
        let process = std::process::id();
        let mut number = 0_u32;
        loop {
            let path = format!("{folder}/juju-ops-{process}-{number}");
            // A file that is there is never used, whoever made it.
            match OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
            {
                Ok(mut file) => {
                    let made = Self { path };
                    file.write_all(content)?;
                    return Ok(made);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < u32::MAX => {
                    number += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Its absolute path.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        // One that is gone already is what is wanted; nothing else can be done about one that stays.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn only_the_owner_may_read_it_and_it_goes_when_it_is_no_longer_needed() {
        let (one, other) = (
            PrivateFile::holding(b"one").unwrap(),
            PrivateFile::holding(b"other").unwrap(),
        );
        assert_eq!(fs::read(one.path()).unwrap(), b"one");
        assert_eq!(fs::read(other.path()).unwrap(), b"other");
        assert_eq!(fs::metadata(one.path()).unwrap().mode() & 0o777, 0o600);
        let path = one.path().to_owned();
        drop(one);
        assert!(!fs::exists(path).unwrap());
    }
}

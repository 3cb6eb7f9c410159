//! Names that nobody else has, from the kernel's generator.

use std::io;

/// A random UUID in its usual spelling.
///
/// # Errors
/// When `/proc` is not mounted.
pub(crate) fn uuid() -> io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/uuid")?
        .trim()
        .to_owned())
}

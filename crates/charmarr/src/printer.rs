//! The only writer of this program: data goes to stdout, everything else to stderr.
//!
//! A closed pipe on stdout (`charmarr demo --json | head`) is not an error worth a message: what could not be written was
//! not wanted.

use std::io::Write as _;

use serde::Serialize;

/// One line of data on stdout.
pub(crate) fn data(line: &str) {
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// One JSON value on stdout, on one line.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    data(&serde_json::to_string(value)?);
    Ok(())
}

/// One line for the person who watches, on stderr.
pub(crate) fn note(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

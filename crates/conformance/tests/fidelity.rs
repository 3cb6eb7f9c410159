//! The document that says what is compared is the one that the suite would write.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::path::Path;

use conformance::fidelity::{PLACE, document};

#[test]
fn the_document_is_what_the_suite_would_write() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kept = fs_err::read_to_string(repository.join(PLACE)).unwrap_or_default();
    let written = document(&repository).unwrap();
    assert!(
        kept == written,
        "{PLACE} is out of date; rewrite it with `cargo run -p conformance --example fidelity`"
    );
}

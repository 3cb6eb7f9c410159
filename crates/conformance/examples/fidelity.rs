//! Rewrites `docs/explanation/fidelity.md`: `cargo run -p conformance --example fidelity`.

use std::error::Error;
use std::path::Path;

use conformance::fidelity::{PLACE, document};

fn main() -> Result<(), Box<dyn Error>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Ok(fs_err::write(repository.join(PLACE), document(&repository)?)?)
}

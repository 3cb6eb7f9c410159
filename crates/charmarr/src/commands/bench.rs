//! `charmarr bench`.

use crate::cli;

pub(crate) fn run(_arguments: &cli::Bench) -> anyhow::Result<()> {
    anyhow::bail!("cannot measure yet")
}

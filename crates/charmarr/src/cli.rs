//! The command line, and nothing else: what a person typed becomes plain data.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::scenario::Break;

/// One shared volume for a media stack on Kubernetes: try it on this machine, pack its charms.
#[derive(Debug, Parser)]
#[command(name = "charmarr", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Play a film and an episode through the whole stack, on this machine, with the real charm binaries
    Demo(Demo),
    /// Lay out every charm as Juju unpacks it, and zip it as a `.charm` file
    Pack(Pack),
    /// Compare a steady dispatch with a do-nothing process and with the same charm in Python
    Bench(Bench),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Print one JSON object on stdout instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Keep the world in DIR: volumes, logs of every container, the trace
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// Show every hook with its hook commands and API calls, on stderr
    #[arg(long)]
    pub(crate) trace: bool,
    /// What the stack runs on; `./run demo --engine kubernetes` starts a real cluster for it
    #[arg(long, value_name = "ENGINE", value_enum, default_value_t = Engine::Embedded)]
    pub(crate) engine: Engine,
    /// Break something on purpose, and see what becomes of it
    #[arg(long = "break", value_name = "WHAT", value_enum)]
    pub(crate) break_what: Option<Break>,
    /// Where the packed charms are
    #[arg(long, value_name = "DIR", default_value = "dist")]
    pub(crate) charms: PathBuf,
}

/// What the stack runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// An embedded Kubernetes with embedded pods
    Embedded,
    /// A real Kubernetes with real pods on this machine
    Kubernetes,
}

#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// The folder that holds one folder per charm
    #[arg(long, value_name = "DIR", default_value = "charms")]
    pub(crate) charms: PathBuf,
    /// The folder of the compiled binaries, named like the charms [default: beside this program]
    #[arg(long, value_name = "DIR")]
    pub(crate) binaries: Option<PathBuf>,
    /// Where the packed charms go
    #[arg(long, value_name = "DIR", default_value = "dist")]
    pub(crate) dist: PathBuf,
    /// Print one JSON array on stdout instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// How many dispatches of each kind are measured
    #[arg(long, value_name = "N", default_value_t = 21, value_parser = clap::value_parser!(u32).range(3..))]
    pub(crate) runs: u32,
    /// Where the packed charms are
    #[arg(long, value_name = "DIR", default_value = "dist")]
    pub(crate) charms: PathBuf,
    /// The charm in Python to compare with
    #[arg(long, value_name = "DIR", default_value = "benches/python-storage")]
    pub(crate) python: PathBuf,
    /// Print one JSON object on stdout instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, ValueEnum};

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    /// By that page `./run` knows a wrong option before anything is built.
    #[test]
    fn everything_of_the_demo_has_a_row_in_the_documentation() {
        let page = include_str!("../../../docs/reference/demo.md");
        let cli = Cli::command();
        let demo = cli.find_subcommand("demo").unwrap();
        let options = demo
            .get_arguments()
            .filter_map(clap::Arg::get_long)
            .map(|name| format!("--{name}"));
        let breaks = Break::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        for name in options.chain(breaks.map(|value| value.get_name().to_owned())) {
            let row = |end| page.contains(&format!("\n| `{name}{end}"));
            assert!(row("` |") || row(" "), "no row for `{name}`");
        }
    }

    #[test]
    fn breaks_have_the_names_of_the_documentation() {
        let names: Vec<_> = Break::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        assert_eq!(
            names,
            [
                "failing-hook",
                "pod-killed",
                "other-claim",
                "bad-mount-path",
                "data-removed",
                "no-leader",
                "api-down",
                "no-trust",
                "node-drained"
            ]
        );
    }
}

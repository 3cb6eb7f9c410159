//! Every case about a node of Kubernetes, where pods run, on the embedded one and, where it is at hand, on a real one: as root
//! `testenv/kubernetes/with node -- cargo test -p conformance --test node`. Where `CI` is set and a node is possible, both must be.
//!
//! `cargo test -p conformance --test node -- WORDS` plays only the cases whose name holds WORDS.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program that reports"
)]

mod selection;

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use conformance::kubernetes::{Case, EmbeddedNode, RealCluster, Subject, load, node_case_files, run};
use juju_sandbox::pods::Isolation;
use selection::Selection;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // This program is also what runs inside the containers of the embedded node.
    if let Some(code) = juju_sandbox::entry() {
        return Ok(code);
    }
    let Some(cases) = Selection::from_args().of(load(&node_case_files())?, |case| &case.name)? else {
        return Ok(ExitCode::SUCCESS);
    };
    let (both, alone): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| case.real_only.is_none());
    // Both wait for pods most of the time.
    let good = std::thread::scope(|scope| {
        let embedded = scope.spawn(|| on_the_embedded_node(&both));
        let real = on_the_real_node(&both, &alone)?;
        let embedded = embedded
            .join()
            .map_err(|_| "the embedded node's cases panicked")?;
        Ok::<_, Box<dyn Error>>(embedded.map_err(|why| why as Box<dyn Error>)? && real)
    })?;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn on_the_embedded_node(cases: &[Case]) -> Result<bool, Box<dyn Error + Send + Sync>> {
    Ok(
        match busybox().filter(|_| Isolation::probe() == Isolation::Full) {
            Some(busybox) => play(&EmbeddedNode::start(&busybox)?, cases, "node"),
            None => leave_out("the embedded node", "it needs root and the program busybox"),
        },
    )
}

fn on_the_real_node(both: &[Case], alone: &[Case]) -> Result<bool, Box<dyn Error>> {
    let Some(kubeconfig) = real_node() else {
        let hint = "as root run `testenv/kubernetes/with node -- cargo test`";
        return Ok(leave_out("the real node", hint));
    };
    let node = RealCluster::with_node(&kubeconfig)?;
    let good = play(&node, both, "node");
    println!("played on the real node alone, with the reason in each case:");
    Ok(play(&node, alone, "alone") && good)
}

fn play(subject: &dyn Subject, cases: &[Case], prefix: &str) -> bool {
    let report = run(subject, cases, &format!("{prefix}-{}", std::process::id()));
    println!("{report}");
    report.differences.is_empty()
}

/// Tells it; false where it must not be.
fn leave_out(what: &str, hint: &str) -> bool {
    eprintln!("kubernetes: LEFT OUT {what}; {hint}");
    std::env::var_os("CI").is_none() || !a_node_is_possible()
}

fn busybox() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("busybox"))
        .find(|program| program.exists())
}

/// The kubeconfig of a cluster with a node, both of `testenv/kubernetes`.
fn real_node() -> Option<PathBuf> {
    std::env::var_os("CHARMARR_NODE")?;
    std::env::var_os("CHARMARR_KUBECONFIG").map(PathBuf::from)
}

/// A node is made of namespaces, by root.
fn a_node_is_possible() -> bool {
    let tried = Command::new("unshare")
        .args(["--mount", "--net", "--pid", "--fork", "true"])
        .stderr(Stdio::null())
        .status();
    nix::unistd::geteuid().is_root() && tried.is_ok_and(|status| status.success())
}

//! A sandbox with the charms of these tests, and short words for what is asked of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use juju_sandbox::images::{Answers, Image, StandIn};
use juju_sandbox::model::{Operation, UnitName};
use juju_sandbox::pods::Isolation;
use juju_sandbox::{Deployment, Options, Sandbox, Settled};
use serde_json::Value;
use tempfile::TempDir;

use crate::charms;

pub(crate) const IMAGE: &str = "example/reader:1";
/// The words of `inside`, without a Pebble.
pub(crate) const TOOL: &str = "example/tool:1";

pub(crate) struct Parlour {
    // Before its folder: it is dropped first.
    pub(crate) sandbox: Sandbox,
    folder: TempDir,
}

impl Parlour {
    /// Nothing deployed.
    pub(crate) fn empty(isolation: Isolation) -> Self {
        let folder = tempfile::Builder::new().prefix("parlour").tempdir().unwrap();
        charms::shelf(&folder.path().join("shelf"));
        charms::reader(&folder.path().join("reader"));
        let answers = Answers {
            port: 8080,
            path: "/ping".to_owned(),
            silent_for: Duration::ZERO,
        };
        let program = PathBuf::from("/bin/read-aloud");
        let image = Image::StandIn(StandIn {
            programs: BTreeMap::from([(program, answers)]),
        });
        let options = Options {
            model: "parlour".to_owned(),
            images: BTreeMap::from([
                (IMAGE.to_owned(), image),
                (TOOL.to_owned(), tool(&folder.path().join("tool"))),
            ]),
            ..Options::new(folder.path().join("sandbox"), isolation)
        };
        Self {
            sandbox: Sandbox::new(options).unwrap(),
            folder,
        }
    }

    /// Shelf and reader, related and at rest.
    pub(crate) fn furnished(isolation: Isolation) -> Self {
        let mut parlour = Self::empty(isolation);
        parlour.deploy_shelf();
        parlour.deploy_reader();
        parlour.integrate("shelf", "reader");
        parlour.settle();
        assert_eq!(
            parlour.status("reader/0"),
            "active reads in the attic",
            "{}",
            parlour.story()
        );
        parlour
    }

    /// A folder of these tests: a charm, or one to be made.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn deploy_shelf(&mut self) {
        let deployment = Deployment {
            trust: false,
            ..Deployment::new("shelf".parse().unwrap(), self.folder("shelf"))
        };
        self.sandbox.deploy(deployment).unwrap();
    }

    pub(crate) fn deploy_reader(&mut self) {
        let resources = BTreeMap::from([("reader-image".to_owned(), IMAGE.to_owned())]);
        let deployment = Deployment {
            resources,
            ..Deployment::new("reader".parse().unwrap(), self.folder("reader"))
        };
        self.sandbox.deploy(deployment).unwrap();
    }

    pub(crate) fn integrate(&mut self, a: &str, b: &str) {
        self.perform(Operation::Integrate {
            a: a.parse().unwrap(),
            b: b.parse().unwrap(),
        });
    }

    pub(crate) fn perform(&mut self, operation: Operation) {
        self.sandbox.perform(operation).unwrap();
    }

    /// Comes to rest, without a failed hook.
    pub(crate) fn settle(&mut self) {
        let settled = self.settle_anyhow();
        assert!(
            settled.quiet && settled.failed.is_empty(),
            "{settled:?}\n{}",
            self.story()
        );
    }

    pub(crate) fn settle_anyhow(&mut self) -> Settled {
        self.sandbox
            .settle(&mut |_| {})
            .unwrap_or_else(|error| panic!("{error:?}\n{}", self.story()))
    }

    /// `active all is well`
    pub(crate) fn status(&self, unit: &str) -> String {
        let unit: UnitName = unit.parse().unwrap();
        let status = self.sandbox.status();
        let shown = &status.applications[unit.app()].units[&unit].workload;
        format!("{} {}", shown.status, shown.message)
    }

    /// The hooks of `unit` since the dispatch of this number (0: all), in order.
    pub(crate) fn hooks(&self, unit: &str, since: usize) -> Vec<String> {
        let counts = self.sandbox.counts();
        counts
            .of_unit(unit)
            .skip(since)
            .map(|one| one.hook.clone())
            .collect()
    }

    /// How many hooks `unit` has run.
    pub(crate) fn ran(&self, unit: &str) -> usize {
        self.sandbox.counts().of_unit(unit).count()
    }

    /// What the words of `inside` print in the reader's workload container.
    pub(crate) fn in_reader(&self, words: &[&str]) -> String {
        let argv: Vec<&str> = ["/charm/bin/stand-in"].iter().chain(words).copied().collect();
        let output = self
            .sandbox
            .exec(&"reader/0".parse().unwrap(), "reader", &argv, 0, 0)
            .unwrap();
        assert!(
            output.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn create(&self, object: &Value) {
        let kubectl = self.sandbox.kube().unwrap().client("tester", "tester");
        kubectl.create(object).unwrap();
    }

    pub(crate) fn object(&self, kind: &str, name: &str) -> Option<Value> {
        self.sandbox
            .kube()
            .unwrap()
            .client("tester", "tester")
            .get(kind, Some("parlour"), name)
            .ok()
    }

    /// Everything that happened, for a failed assertion.
    pub(crate) fn story(&self) -> String {
        let entries = self.sandbox.trace().entries();
        let lines = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// This program as an image.
fn tool(folder: &Path) -> Image {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::copy(std::env::current_exe().unwrap(), bin.join("stand-in")).unwrap();
    Image::Folder(folder.to_owned())
}

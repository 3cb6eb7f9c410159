//! Applications that take their time: no hook fails, and nobody has to come by for them to become active.

use std::time::{Duration, Instant};

use charmarr::{engine::Engine, runner, runner::Setting};
use juju_sandbox::{
    Sandbox,
    images::Image,
    trace::{DispatchCounts, HookOutcome},
};

use crate::stack::{Case, Stack, charms, demo_of};

pub(crate) const CASES: &[Case] = &[(
    "slow::an_application_that_is_silent_for_20_s_becomes_active_by_itself",
    silent_for_20_s,
)];

const MODEL: &str = "media";
const APP: &str = "overseerr";
const UNIT: &str = "overseerr/0";
const FAILED: &str = "overseerr-pebble-check-failed";
const RECOVERED: &str = "overseerr-pebble-check-recovered";
const SILENT: Duration = Duration::from_secs(20);
/// After its silence the application is asked within 5 s, and that answer is a hook.
const LATEST: Duration = Duration::from_mins(1);

/// It takes connections from the beginning and says nothing: each try lasts as long as it may. The sandbox wakes a unit that
/// waits by its timer too; Juju runs what Pebble tells before that.
fn silent_for_20_s(on: &Engine) {
    let start = Instant::now();
    let mut stack = arranged(on, SILENT);
    stack.settle();
    while stack.status(UNIT) != "active" {
        assert!(start.elapsed() < LATEST, "still {}", stack.status(UNIT));
        std::thread::sleep(Duration::from_millis(500));
        stack.settle();
    }

    let counts = stack.sandbox.counts();
    let failed = |one: &&DispatchCounts| matches!(one.outcome, Some(HookOutcome::Failed(_)));
    assert_eq!(counts.of_unit(UNIT).find(failed), None);
    let calls =
        |one: &DispatchCounts, command: &str| one.hook_commands.iter().any(|called| called == command);
    let steps: Vec<&str> = counts
        .of_unit(UNIT)
        .skip_while(|one| !calls(one, "open-port"))
        .filter(|one| calls(one, "status-set") || one.hook == FAILED)
        .map(|one| one.hook.as_str())
        .collect();
    assert_eq!(steps[1..], [FAILED, RECOVERED], "{counts:#?}");
}

/// The storage and one application, whose stand-in is silent for this time.
fn arranged(on: &Engine, silent_for: Duration) -> Stack {
    let folder = tempfile::tempdir().unwrap();
    let scenario = demo_of(&[APP]);
    let setting = Setting {
        engine: on,
        model: MODEL,
        charms: &charms(),
        dir: &folder.path().join("world"),
    };
    let mut options = runner::options(&scenario, &setting).unwrap();
    for image in options.images.values_mut() {
        if let Image::StandIn(stand_in) = image {
            for answers in stand_in.programs.values_mut() {
                answers.silent_for = silent_for;
            }
        }
    }
    let mut stack = Stack::of_sandbox(Sandbox::new(options).unwrap(), MODEL.to_owned(), folder);
    stack.arrange(&scenario);
    stack
}

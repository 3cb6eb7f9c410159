//! What stands in the way, and what each application says of it.

use juju_sandbox::model::Operation as Verb;

use charmarr::engine::Engine;

use crate::stack::{Case, Stack, demo_of};

pub(crate) const CASES: &[Case] = &[
    ("trouble::without_trust_the_command_is_named", untrusted),
    ("trouble::without_the_api_everyone_waits", api_down),
];

fn untrusted(on: &Engine) {
    let mut stack = Stack::arranged(on, &demo_of(&["radarr"]));
    for app in ["radarr", "storage"] {
        stack.perform(Verb::Trust {
            app: app.parse().unwrap(),
            remove: true,
        });
    }
    stack.settle();
    assert_eq!(
        stack.status("storage/0"),
        "blocked: Not allowed to list persistentvolumeclaims: run `juju trust storage --scope=cluster`"
    );
    assert_eq!(stack.status("radarr/0"), "waiting: Waiting for shared storage");

    stack.perform(Verb::Trust {
        app: "storage".parse().unwrap(),
        remove: false,
    });
    stack.settle();
    assert_eq!(stack.status("storage/0"), "active: 1 app: radarr");
    assert_eq!(
        stack.status("radarr/0"),
        "blocked: Not trusted: run `juju trust radarr --scope=cluster`"
    );

    stack.perform(Verb::Trust {
        app: "radarr".parse().unwrap(),
        remove: false,
    });
    stack.settle();
    assert_eq!(stack.status("radarr/0"), "active");
}

fn api_down(on: &Engine) {
    let mut stack = Stack::of(on, &["radarr"]);
    stack.sandbox.kube().unwrap().set_available(false);
    for unit in ["radarr/0", "storage/0"] {
        stack.perform(Verb::UpdateStatus {
            unit: unit.parse().unwrap(),
        });
    }
    stack.settle();
    assert_eq!(
        stack.status("storage/0"),
        "waiting: Waiting for the Kubernetes API"
    );
    assert_eq!(
        stack.status("radarr/0"),
        "waiting: Waiting for the Kubernetes API"
    );

    stack.sandbox.kube().unwrap().set_available(true);
    for unit in ["radarr/0", "storage/0"] {
        stack.perform(Verb::UpdateStatus {
            unit: unit.parse().unwrap(),
        });
    }
    stack.settle();
    assert_eq!(stack.status("storage/0"), "active: 1 app: radarr");
    assert_eq!(stack.status("radarr/0"), "active");
}

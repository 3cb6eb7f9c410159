//! The plain life of a model.

use std::collections::{BTreeMap, BTreeSet};

use juju_sandbox::model::Operation;
use juju_sandbox::pods::Isolation;
use juju_sandbox::{Deployment, ScriptedCharm};

use crate::charms;
use crate::parlour::Parlour;

pub(super) fn data_crosses_and_a_workload_becomes_ready(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    parlour.deploy_shelf();
    parlour.deploy_reader();
    parlour.settle();
    assert_eq!(parlour.status("shelf/0"), "active offers the attic");
    assert_eq!(parlour.status("reader/0"), "waiting no shelf");
    assert_eq!(
        parlour.hooks("shelf/0", 0),
        ["install", "leader-elected", "config-changed", "start"]
    );

    parlour.integrate("shelf", "reader");
    parlour.settle();
    assert_eq!(
        parlour.status("reader/0"),
        "active reads in the attic",
        "{}",
        parlour.story()
    );
    let answer = parlour.in_reader(&["ask", "8080", "/ping"]);
    assert!(answer.contains("stand-in"), "{answer}");

    let values = BTreeMap::from([("place".to_owned(), "cellar".to_owned())]);
    parlour.perform(Operation::Config {
        app: "shelf".parse().unwrap(),
        values,
        reset: BTreeSet::new(),
    });
    parlour.settle();
    assert_eq!(parlour.status("shelf/0"), "active offers the cellar");
    assert_eq!(parlour.status("reader/0"), "active reads in the cellar");

    parlour.perform(Operation::RemoveRelation {
        a: "shelf".parse().unwrap(),
        b: "reader".parse().unwrap(),
    });
    parlour.settle();
    assert_eq!(parlour.status("reader/0"), "waiting no shelf");
    let hooks = parlour.hooks("reader/0", 0);
    assert!(hooks.contains(&"shelf-relation-broken".to_owned()), "{hooks:?}");
}

pub(super) fn a_steady_dispatch_is_counted_call_by_call(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let (shelf, reader) = (parlour.ran("shelf/0"), parlour.ran("reader/0"));
    for unit in ["shelf/0", "reader/0"] {
        parlour.perform(Operation::UpdateStatus {
            unit: unit.parse().unwrap(),
        });
    }
    parlour.settle();
    let counts = parlour.sandbox.counts();
    let steady: Vec<_> = counts.of_unit("shelf/0").skip(shelf).collect();
    assert_eq!(steady.len(), 1);
    assert_eq!(
        steady[0].hook_commands,
        [
            "is-leader",
            "relation-ids",
            "config-get",
            "relation-set",
            "config-get",
            "status-set"
        ]
    );
    let steady: Vec<_> = counts.of_unit("reader/0").skip(reader).collect();
    assert_eq!(steady.len(), 1);
    assert_eq!(
        steady[0].hook_commands,
        ["relation-ids", "relation-list", "relation-get", "status-set"]
    );
    assert_eq!(steady[0].pebble_calls, ["GET /v1/checks"]);
    assert_eq!(steady[0].api_calls, [""; 0]);
}

pub(super) fn storage_outlives_the_application(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let mounts = parlour.in_reader(&["mounts"]);
    assert!(
        mounts
            .lines()
            .any(|line| line.split(' ').nth(4) == Some("/notes")),
        "{mounts}"
    );
    parlour.in_reader(&["write", "/notes/page", "once upon a time"]);

    parlour.perform(Operation::RemoveApplication {
        app: "reader".parse().unwrap(),
    });
    parlour.settle();
    let hooks = parlour.hooks("reader/0", 0);
    let end = hooks
        .iter()
        .skip_while(|hook| *hook != "shelf-relation-broken")
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(end, ["shelf-relation-broken", "stop", "remove"], "{hooks:?}");
    assert_eq!(parlour.sandbox.status().applications.len(), 1);
    for kind in ["StatefulSet", "Service", "ServiceAccount", "Role"] {
        assert_eq!(parlour.object(kind, "reader"), None, "{kind}");
    }
    assert_eq!(parlour.object("Pod", "reader-0"), None);

    parlour.deploy_reader();
    parlour.integrate("shelf", "reader");
    parlour.settle();
    assert_eq!(parlour.in_reader(&["show", "/notes/page"]), "once upon a time");
}

pub(super) fn units_come_and_go(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    parlour.deploy_shelf();
    parlour.settle();
    let app = || "shelf".parse().unwrap();
    parlour.perform(Operation::ScaleApplication { app: app(), units: 3 });
    parlour.settle();
    assert_eq!(parlour.status("shelf/2"), "active offers the attic");
    assert!(parlour.object("Pod", "shelf-2").is_some());

    parlour.perform(Operation::ScaleApplication { app: app(), units: 1 });
    parlour.settle();
    assert_eq!(parlour.object("Pod", "shelf-2"), None);
    assert_eq!(parlour.object("Pod", "shelf-1"), None);
    let set = parlour.object("StatefulSet", "shelf").unwrap();
    assert_eq!(set["spec"]["replicas"], 1);
    assert_eq!(
        parlour.hooks("shelf/2", 0).last().map(String::as_str),
        Some("remove")
    );
    assert_eq!(parlour.status("shelf/0"), "active offers the attic");
}

pub(super) fn a_refresh_replaces_the_pods(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    parlour.deploy_shelf();
    parlour.settle();
    let (ran, newer) = (parlour.ran("shelf/0"), parlour.folder("newer-shelf"));
    crate::charms::shelf(&newer);
    let config = "options:\n  place: {type: string, default: loft}\n";
    std::fs::write(newer.join("config.yaml"), config).unwrap();
    parlour
        .sandbox
        .refresh(&"shelf".parse().unwrap(), &newer, BTreeMap::new())
        .unwrap();
    parlour.settle();
    assert_eq!(
        parlour.hooks("shelf/0", ran)[..4],
        ["stop", "upgrade-charm", "config-changed", "start"]
    );
    assert_eq!(parlour.status("shelf/0"), "active offers the loft");
}

pub(super) fn a_resource_is_read_by_its_charm_and_another_comes_with_a_new_pod(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    let (charm, page) = (parlour.folder("diary"), parlour.folder("page.txt"));
    let given = page.display().to_string();
    charms::diary(&charm);
    std::fs::write(&page, "Monday").unwrap();
    let deployment = Deployment {
        resources: [("page".to_owned(), given.clone())].into(),
        ..Deployment::new("diary".parse().unwrap(), charm)
    };
    parlour.sandbox.deploy(deployment).unwrap();
    parlour.settle();
    assert_eq!(parlour.status("diary/0"), "active Monday");
    let ran = parlour.ran("diary/0");
    std::fs::write(&page, "Tuesday").unwrap();
    let app = "diary".parse().unwrap();
    parlour.sandbox.attach_resource(&app, "page", &given).unwrap();
    parlour.settle();
    assert_eq!(parlour.status("diary/0"), "active Tuesday");
    assert_eq!(parlour.hooks("diary/0", ran)[..2], ["stop", "upgrade-charm"]);
}

pub(super) fn an_action_answers(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    parlour.deploy_shelf();
    parlour.settle();
    let params = serde_json::Map::from_iter([("cloth".to_owned(), "silk".into())]);
    let (unit, action) = ("shelf/0".parse().unwrap(), "dust".parse().unwrap());
    parlour.perform(Operation::Run { unit, action, params });
    parlour.settle();
    let results = parlour
        .sandbox
        .inspect(|world| world.actions().values().next().unwrap().results.clone());
    assert_eq!(results["dusted"]["with"], "silk", "{results:?}");
}

pub(super) fn a_scripted_charm_publishes(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    let charm = ScriptedCharm {
        name: "other-shelf".to_owned(),
        endpoint: "shelf".to_owned(),
        interface: "books".to_owned(),
        provides: true,
        publishes: BTreeMap::from([("place".to_owned(), "neighbour's house".to_owned())]),
    };
    let folder = parlour.folder("scripted");
    charm.write(&folder).unwrap();
    parlour
        .sandbox
        .deploy(Deployment::new("neighbour".parse().unwrap(), folder))
        .unwrap();
    parlour.deploy_reader();
    parlour.integrate("neighbour", "reader");
    parlour.settle();
    assert_eq!(parlour.status("neighbour/0"), "active scripted");
    assert_eq!(
        parlour.status("reader/0"),
        "active reads in the neighbour's house"
    );
}

pub(super) fn what_juju_refuses_is_refused(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    let deployment = Deployment::new("reader".parse().unwrap(), parlour.folder("reader"));
    let error = parlour.sandbox.deploy(deployment).unwrap_err();
    let why = std::error::Error::source(&error).unwrap();
    assert_eq!(
        format!("{error}: {why}"),
        "cannot deploy `reader`: local charm missing OCI images for: reader-image"
    );
    let deployment = Deployment::new("nothing".parse().unwrap(), parlour.folder("nothing"));
    let error = parlour.sandbox.deploy(deployment).unwrap_err();
    assert!(error.to_string().starts_with("cannot use charm `"), "{error}");
    let app = "nobody".parse().unwrap();
    let error = parlour
        .sandbox
        .perform(Operation::RemoveApplication { app })
        .unwrap_err();
    assert!(error.to_string().contains("nobody"), "{error}");
    let simulated = parlour.sandbox.simulated().join("\n");
    assert!(
        simulated.contains("Kubernetes") && !simulated.contains("stand-in"),
        "{simulated}"
    );
    parlour.deploy_reader();
    let simulated = parlour.sandbox.simulated().join("\n");
    assert!(
        simulated.contains("image example/reader:1 (stand-in)"),
        "{simulated}"
    );
}

pub(super) fn a_secret_rotates_when_its_time_has_come(isolation: Isolation) {
    let mut parlour = Parlour::empty(isolation);
    charms::keeper(&parlour.folder("keeper"));
    let keeper = Deployment::new("keeper".parse().unwrap(), parlour.folder("keeper"));
    parlour.sandbox.deploy(keeper).unwrap();
    parlour.settle();
    let ran = parlour.ran("keeper/0");
    parlour.sandbox.let_pass(24 * 3600);
    parlour.settle();
    assert_eq!(parlour.hooks("keeper/0", ran), ["secret-rotate", "secret-remove"]);
}

pub(super) fn a_check_that_fails_and_recovers_is_told(isolation: Isolation) {
    let mut parlour = Parlour::furnished(isolation);
    let ran = parlour.ran("reader/0");
    parlour.in_reader(&["stop", "reader"]);
    parlour.in_reader(&["doze"]);
    parlour.settle();
    let hooks = parlour.hooks("reader/0", ran);
    let first = hooks.iter().find(|hook| hook.contains("pebble"));
    assert_eq!(
        first.map(String::as_str),
        Some("reader-pebble-check-failed"),
        "{hooks:?}"
    );
    assert!(
        hooks.contains(&"reader-pebble-check-recovered".to_owned()),
        "{hooks:?}"
    );
    assert_eq!(parlour.status("reader/0"), "active reads in the attic");
}

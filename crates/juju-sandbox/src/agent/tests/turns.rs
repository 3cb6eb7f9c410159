//! How hooks end, and what stays of them.

use super::*;
use juju_model::StatusKind;
use std::sync::Arc;

fn unit(name: &str) -> UnitName {
    name.parse().unwrap()
}

const WRITES: &[&str] = &[
    "status-set blocked no",
    "state-set k=v",
    "relation-set -r 2 u=1",
    "relation-set --app -r 2 a=1",
    "open-port 80",
    "application-version-set 1.2",
];

/// What the world holds of [`WRITES`].
fn kept(stage: &Stage) -> String {
    let world = stage.world();
    let found = world.unit(&unit("shelf/0")).unwrap();
    let relation = world
        .relations()
        .values()
        .find(|relation| !relation.is_peer())
        .unwrap();
    let side = relation.local(&"shelf".parse().unwrap()).unwrap();
    let bags = side.bag.settings.len() + side.units[&unit("shelf/0")].settings.len() - 3;
    let (status, version) = (found.workload.status, found.workload_version.clone());
    let counts = [found.state.len(), bags, found.ports.len()];
    format!("{status}, version {version:?}, counts of state, bags and ports {counts:?}")
}

#[test]
fn success_keeps_everything() {
    let stage = Stage::new();
    stage.configure(1);
    stage.play("shelf/0", WRITES);
    insta::assert_snapshot!(kept(&stage), @r#"blocked, version Some("1.2"), counts of state, bags and ports [1, 2, 1]"#);
}

#[test]
fn failure_keeps_what_was_said_at_once() {
    let stage = Stage::new();
    stage.configure(1);
    let end = stage.run("shelf/0", &Script::new(WRITES, 7)).unwrap();
    assert_eq!(end, HookEnd::Failed("exit status 7".to_owned()));
    insta::assert_snapshot!(kept(&stage), @r#"blocked, version Some("1.2"), counts of state, bags and ports [0, 0, 0]"#);
}

#[test]
fn an_action_keeps_its_results_when_it_fails() {
    let stage = Stage::new();
    let (shelf, action) = (unit("shelf/0"), "noop".parse().unwrap());
    let params = serde_json::Map::new();
    let Outcome::Queued(id) = stage.perform(Operation::Run {
        unit: shelf,
        action,
        params,
    }) else {
        panic!()
    };
    let mut script = Script::new(&["action-set path=/x", "state-set k=v", "action-log working"], 3);
    script.exit.stderr = b"no space\n".to_vec();
    assert_eq!(
        stage.run("shelf/0", &script).unwrap(),
        HookEnd::Failed("exit status 3".to_owned())
    );
    let world = stage.world();
    let action = &world.actions()[&id];
    let results = serde_json::Value::Object(action.results.clone());
    insta::assert_snapshot!(format!("{} {:?} {results} {:?}", action.status, action.message, action.log), @r#"failed "exit status 3" {"path":"/x","return-code":3,"stderr":"no space\n"} ["working"]"#);
    assert!(world.unit(&unit("shelf/0")).unwrap().state.is_empty());
}

/// What happens to the pod, how the process ends, why the hook failed if it did.
type Event = (fn(&mut World), HookExit, Option<&'static str>);

#[test]
fn a_hook_that_is_killed_is_owed_as_before_with_its_pod_or_without() {
    let by = |signal| HookExit {
        signal: Some(signal),
        ..HookExit::default()
    };
    let killed = by(9);
    let events: [Event; 4] = [
        (
            |world| world.agent_stopping(&unit("shelf/0")),
            killed.clone(),
            None,
        ),
        (|world| world.agent_gone(&unit("shelf/0")), killed.clone(), None),
        (|_| {}, killed, None),
        (|_| {}, by(1), Some("signal: hangup")),
    ];
    for (event, exit, failed) in events {
        let stage = Arc::new(Stage::new());
        stage.configure(1);
        let mut script = Script::new(&["state-set k=v"], 0);
        script.exit = exit;
        let world = Arc::clone(&stage);
        script.meanwhile = Box::new(move || event(&mut world.world()));
        let end = stage.run("shelf/0", &script).unwrap();
        let expect = failed.map_or(HookEnd::Requeued, |why| HookEnd::Failed(why.to_owned()));
        assert_eq!(end, expect);
        let world = stage.world();
        let agent = &world.unit(&unit("shelf/0")).unwrap().agent;
        assert_eq!(
            (agent.failed.is_some(), agent.running.is_none()),
            (failed.is_some(), true)
        );
    }
}

#[test]
fn leadership_lost_while_the_hook_runs_fails_a_hook_that_wrote_for_the_application() {
    let stage = Arc::new(Stage::new());
    stage.configure(1);
    let mut script = Script::new(WRITES, 0);
    let world = Arc::clone(&stage);
    script.meanwhile = Box::new(move || {
        world.perform(Operation::MoveLeadership { to: unit("shelf/1") });
    });
    let end = stage.run("shelf/0", &script).unwrap();
    insta::assert_snapshot!(format!("{end:?}\n{}", kept(&stage)), @r#"
    Failed("cannot write settings of application in relation `2`: `shelf/0` is not the leader")
    blocked, version Some("1.2"), counts of state, bags and ports [0, 0, 0]
    "#);
}

#[test]
fn a_charm_without_a_handler() {
    let stage = Stage::new();
    let dispatch = stage.site.charm_dir.join("dispatch");
    let script = Script::new(&[], 0);
    let mut ends = Vec::new();
    let mut run = |stage: &Stage| ends.push(format!("{:?}", stage.run("shelf/0", &script).unwrap()));

    std::fs::remove_file(&dispatch).unwrap();
    stage.configure(1);
    run(&stage);
    let (action, params) = ("noop".parse().unwrap(), serde_json::Map::new());
    stage.perform(Operation::Run {
        unit: unit("shelf/0"),
        action,
        params,
    });
    run(&stage);

    std::fs::create_dir(stage.site.charm_dir.join("hooks")).unwrap();
    write_program(&stage.site.charm_dir.join("hooks/config-changed"), 0o755);
    stage.configure(2);
    run(&stage);

    write_program(&dispatch, 0o644);
    stage.configure(3);
    run(&stage);

    std::fs::remove_file(stage.site.charm_dir.join("metadata.yaml")).unwrap();
    stage.perform(Operation::Resolve {
        unit: unit("shelf/0"),
        retry: true,
    });
    run(&stage);
    let text = ends
        .join("\n")
        .replace(&stage.site.charm_dir.display().to_string(), "<charm>");
    insta::assert_snapshot!(text, @r#"
    NoHandler
    Failed("action not implemented on unit \"shelf/0\"")
    Committed
    Failed("exec: \"<charm>/dispatch\": permission denied")
    Failed("charm missing from disk")
    "#);
}

#[test]
fn a_process_that_cannot_start_leaves_the_hook_owed() {
    struct Nowhere;
    impl HookRunner for Nowhere {
        fn run(&self, _: &HookInvocation) -> io::Result<HookExit> {
            Err(io::ErrorKind::NotFound.into())
        }
    }
    let stage = Stage::new();
    stage.configure(1);
    let error = stage.run("shelf/0", &Nowhere).unwrap_err();
    assert!(matches!(error, AgentError::Run { .. }), "{error}");
    assert_eq!(
        stage.world().next_hook(&unit("shelf/0")),
        Some(Hook::ConfigChanged)
    );
}

#[test]
fn what_happened_is_told() {
    let stage = Stage::new();
    stage.configure(1);
    let mut script = Script::new(
        &["juju-log -l DEBUG hello", "is-leader --nope", "status-set active"],
        0,
    );
    script.exit.stdout = b"out 1\nout 2\n".to_vec();
    script.exit.stderr = b"err".to_vec();
    stage.run("shelf/0", &script).unwrap();
    insta::assert_snapshot!(stage.record.lines().join("\n"), @r#"
    shelf/0 begins config-changed
    shelf/0 DEBUG hello
    shelf/0 calls juju-log ["-l", "DEBUG", "hello"]: 0
    shelf/0 calls is-leader ["--nope"]: 2
    shelf/0 calls status-set ["active"]: 0
    shelf/0 DEBUG out 1
    shelf/0 DEBUG out 2
    shelf/0 WARNING err
    shelf/0 ends config-changed: Committed
    "#);
    assert_eq!(
        stage.world().unit(&unit("shelf/0")).unwrap().workload.status,
        StatusKind::Active
    );
}

//! The whole environment of some hooks.

use super::*;
use juju_model::{AppName, ContainerName};

/// The environment of the next hook of `unit`, with what differs from run to run named.
fn env(stage: &Stage, unit: &str) -> BTreeMap<String, String> {
    let script = Script::new(&[], 0);
    stage.run(unit, &script).unwrap();
    let dir = stage.site.agent_dir.display().to_string();
    let tidy = |text: &String| text.replace(&dir, "<agent>");
    script
        .env()
        .iter()
        .map(|(name, value)| (name.clone(), tidy(value)))
        .collect()
}

#[test]
fn every_variable_of_a_hook() {
    let stage = Stage::new();
    stage.configure(1);
    let env = env(&stage, "shelf/0");
    let lines: Vec<_> = env
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    APT_LISTCHANGES_FRONTEND=none
    CHARM_DIR=<agent>/charm
    CLOUD_API_VERSION=1.34.0
    DEBIAN_FRONTEND=noninteractive
    JUJU_AGENT_SOCKET_ADDRESS=<agent>/agent.socket
    JUJU_AGENT_SOCKET_NETWORK=unix
    JUJU_API_ADDRESSES=10.1.9.9:17070
    JUJU_AVAILABILITY_ZONE=
    JUJU_CHARM_DIR=<agent>/charm
    JUJU_CHARM_FTP_PROXY=
    JUJU_CHARM_HTTPS_PROXY=
    JUJU_CHARM_HTTP_PROXY=
    JUJU_CHARM_NO_PROXY=
    JUJU_CONTEXT_ID=shelf/0-config-changed-8697763109889745575
    JUJU_DISPATCH_PATH=hooks/config-changed
    JUJU_HOOK_NAME=config-changed
    JUJU_MACHINE_ID=
    JUJU_METER_INFO=not set
    JUJU_METER_STATUS=AMBER
    JUJU_MODEL_NAME=media
    JUJU_MODEL_UUID=6f1c
    JUJU_PRINCIPAL_UNIT=
    JUJU_SLA=unsupported
    JUJU_UNIT_NAME=shelf/0
    JUJU_VERSION=3.6.8
    KUBERNETES_PORT=tcp://10.152.183.1:443
    KUBERNETES_PORT_443_TCP=tcp://10.152.183.1:443
    KUBERNETES_PORT_443_TCP_ADDR=10.152.183.1
    KUBERNETES_PORT_443_TCP_PORT=443
    KUBERNETES_PORT_443_TCP_PROTO=tcp
    KUBERNETES_SERVICE_HOST=10.152.183.1
    KUBERNETES_SERVICE_PORT=443
    KUBERNETES_SERVICE_PORT_HTTPS=443
    LANG=C.UTF-8
    PATH=/tools:/bin:/charm/bin
    TERM=tmux-256color
    ");
}

/// What each kind of event adds to that.
#[test]
fn variables_of_events() {
    let stage = Stage::new();
    let shelf: UnitName = "shelf/0".parse().unwrap();
    stage.configure(1);
    let common = env(&stage, "shelf/0");
    let mut shown = Vec::new();
    let mut show = |stage: &Stage, unit: &str| {
        let env = env(stage, unit);
        let own = env
            .iter()
            .filter(|(name, _)| !common.contains_key(*name) || *name == "JUJU_DISPATCH_PATH");
        let own: Vec<_> = own.map(|(name, value)| format!("{name}={value}")).collect();
        shown.push(own.join(" "));
    };
    stage
        .world()
        .pebble_seen(&shelf, &"web".parse::<ContainerName>().unwrap(), "boot");
    show(&stage, "shelf/0");
    let (action, params) = ("noop".parse().unwrap(), serde_json::Map::new());
    stage.perform(Operation::Run {
        unit: shelf,
        action,
        params,
    });
    show(&stage, "shelf/0");
    stage.perform(Operation::UpdateStatus {
        unit: "reader/0".parse().unwrap(),
    });
    stage.play("reader/0", &["relation-set --app -r 2 name=x"]);
    show(&stage, "shelf/0");
    stage.perform(Operation::RemoveApplication {
        app: "reader".parse::<AppName>().unwrap(),
    });
    show(&stage, "shelf/0");
    show(&stage, "shelf/0");
    show(&stage, "reader/0");
    insta::assert_snapshot!(shown.join("\n"), @r"
    JUJU_DISPATCH_PATH=hooks/web-pebble-ready JUJU_WORKLOAD_NAME=web
    JUJU_ACTION_NAME=noop JUJU_ACTION_TAG=action-1 JUJU_ACTION_UUID=1 JUJU_DISPATCH_PATH=actions/noop
    JUJU_DISPATCH_PATH=hooks/db-relation-changed JUJU_RELATION=db JUJU_RELATION_ID=db:2 JUJU_REMOTE_APP=reader JUJU_REMOTE_UNIT=
    JUJU_DEPARTING_UNIT=reader/0 JUJU_DISPATCH_PATH=hooks/db-relation-departed JUJU_RELATION=db JUJU_RELATION_ID=db:2 JUJU_REMOTE_APP=reader JUJU_REMOTE_UNIT=reader/0
    JUJU_DISPATCH_PATH=hooks/db-relation-broken JUJU_RELATION=db JUJU_RELATION_ID=db:2 JUJU_REMOTE_APP=reader JUJU_REMOTE_UNIT=
    JUJU_DEPARTING_UNIT=reader/0 JUJU_DISPATCH_PATH=hooks/db-relation-departed JUJU_RELATION=db JUJU_RELATION_ID=db:2 JUJU_REMOTE_APP=shelf JUJU_REMOTE_UNIT=shelf/0
    ");
}

#[test]
fn in_an_action_the_name_of_the_hook_is_empty() {
    let stage = Stage::new();
    let (unit, action) = ("shelf/0".parse().unwrap(), "noop".parse().unwrap());
    stage.perform(Operation::Run {
        unit,
        action,
        params: serde_json::Map::new(),
    });
    let env = env(&stage, "shelf/0");
    assert_eq!(env.get("JUJU_HOOK_NAME").map(String::as_str), Some(""));
}

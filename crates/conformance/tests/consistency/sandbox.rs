//! The sandbox: the charm is written into a folder and deployed with the state's options and resources; its relations are made,
//! its action is run.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use juju_sandbox::model::{EndpointRef, Operation, Reason};
use juju_sandbox::{Deployment, Error, Options, Sandbox, ScriptedCharm, pods::Isolation};
use serde_json::{Value, json};

use super::case::{About, Case, Event, Relation};

/// Why it refuses the case; nothing where it accepts.
pub(crate) fn refusals(case: &Case) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    // No container is started, so it does not matter what this machine allows.
    let options = Options::new(folder.path().join("world"), Isolation::OneUid);
    let mut sandbox = Sandbox::new(options).unwrap();
    let charm = folder.path().join("cinema");
    write(case, &charm);
    if let Err(error) = sandbox.deploy(deployment(case, &charm)) {
        // Where the charm lies differs from run to run.
        return vec![told(&error).replace(&charm.display().to_string(), "cinema")];
    }
    let relations = case.state.relations.iter();
    let made = relations.filter_map(|relation| related(&mut sandbox, case, relation, folder.path()));
    let mut refusals: Vec<String> = made.collect();
    if let Event::About(About::Action { name, params }) = &case.event {
        refusals.extend(run(&mut sandbox, name, params));
    }
    refusals
}

/// An error with its causes.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The charm's folder. JSON is YAML too.
fn write(case: &Case, folder: &Path) {
    let mut meta = case.charm.meta.clone();
    for key in ["name", "summary", "description"] {
        meta.insert(key.to_owned(), json!("cinema"));
    }
    let bases = json!({"bases": [{"name": "ubuntu", "channel": "24.04", "architectures": ["amd64"]}]});
    fs_err::create_dir_all(folder).unwrap();
    for (file, content) in [
        ("metadata.yaml", Value::Object(meta)),
        ("manifest.yaml", bases),
        ("config.yaml", json!({"options": case.charm.options})),
        ("actions.yaml", json!(case.charm.actions)),
    ] {
        fs_err::write(folder.join(file), content.to_string()).unwrap();
    }
    let dispatch = folder.join("dispatch");
    fs_err::write(&dispatch, "#!/bin/sh\n").unwrap();
    fs_err::set_permissions(dispatch, Permissions::from_mode(0o755)).unwrap();
}

fn deployment(case: &Case, charm: &Path) -> Deployment {
    let mut deployment = Deployment::new("cinema".parse().unwrap(), charm);
    let config = case.state.config.iter();
    deployment.config = config
        .map(|(option, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (option.clone(), text)
        })
        .collect();
    let declared = case.charm.declared("resources").map(|(name, _)| name);
    deployment.resources = declared
        .chain(&case.state.resources)
        .map(|name| (name.clone(), format!("image/{name}")))
        .collect();
    deployment
}

/// `juju integrate` with an application that has the other side of the endpoint.
fn related(sandbox: &mut Sandbox, case: &Case, relation: &Relation, folder: &Path) -> Option<String> {
    // Peers are related by themselves.
    let app = relation.app.as_ref()?;
    if app != "cinema" && !sandbox.status().applications.contains_key(&app.parse().unwrap()) {
        let declared = ["provides", "requires", "peers"].map(|role| {
            case.charm
                .declared(role)
                .find(|(name, _)| **name == relation.endpoint)
        });
        let interface = declared.into_iter().flatten().next();
        let interface = interface.and_then(|(_, endpoint)| endpoint["interface"].as_str());
        let other = ScriptedCharm {
            name: app.clone(),
            endpoint: "other".to_owned(),
            interface: interface.unwrap_or("screening").to_owned(),
            provides: declared[0].is_none(),
            publishes: [].into(),
        };
        other.write(&folder.join(app)).unwrap();
        sandbox
            .deploy(Deployment::new(app.parse().unwrap(), folder.join(app)))
            .unwrap();
    }
    let end = |text: &str| text.parse::<EndpointRef>().unwrap();
    let operation = Operation::Integrate {
        a: end(&format!("cinema:{}", relation.endpoint)),
        b: end(app),
    };
    sandbox.perform(operation).err().map(|error| told(&error))
}

/// `juju run`; that the unit has not come up yet is no reason.
fn run(sandbox: &mut Sandbox, name: &str, params: &serde_json::Map<String, Value>) -> Vec<String> {
    let Ok(action) = name.parse() else {
        return vec![format!("`{name}` names no action")];
    };
    let operation = Operation::Run {
        unit: "cinema/0".parse().unwrap(),
        action,
        params: params.clone(),
    };
    match sandbox.perform(operation) {
        Err(Error::Refused(refused)) => refused
            .reasons
            .iter()
            .filter(|reason| !matches!(reason, Reason::NoReceiver(_)))
            .map(ToString::to_string)
            .collect(),
        Err(error) => vec![told(&error)],
        Ok(_) => Vec::new(),
    }
}

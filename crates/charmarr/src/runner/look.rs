//! How everything stands: read off the model, the cluster, and from inside each workload's container.

use std::collections::BTreeMap;

use anyhow::Context as _;
use juju_sandbox::{
    Sandbox,
    model::{ApplicationStatus, UnitStatus},
};
use serde_json::Value;

use super::{PGID, PUID, arrange::first_unit};
use crate::{
    report::{App, Moment, Said, Standing, Status},
    scenario::{Scenario, Workload},
    stand_in::{self, Looked},
};

/// The volume that every application of ours mounts.
const VOLUME: &str = "charmarr-shared-data";

/// Every deployed application, in the order of its name.
pub(super) fn apps(sandbox: &Sandbox, scenario: &Scenario) -> anyhow::Result<Vec<App>> {
    let workloads: BTreeMap<&str, Workload> = scenario
        .workloads()
        .map(|(application, workload)| (application.app, workload))
        .collect();
    let status = sandbox.status();
    status
        .applications
        .iter()
        .map(|(name, application)| app(sandbox, name.as_str(), application, workloads.get(name.as_str())))
        .collect()
}

/// What each unit says now, and what is in Kubernetes.
pub(super) fn moment(sandbox: &Sandbox, when: &str) -> anyhow::Result<Moment> {
    let status = sandbox.status();
    let units = status.applications.values().flat_map(|app| &app.units);
    Ok(Moment {
        when: when.to_owned(),
        units: units
            .map(|(name, unit)| Said {
                unit: name.to_string(),
                status: said(unit),
            })
            .collect(),
        standing: standing(sandbox, &status.model)?,
    })
}

fn said(unit: &UnitStatus) -> Status {
    Status {
        status: unit.workload.status.to_string(),
        message: unit.workload.message.clone(),
    }
}

fn standing(sandbox: &Sandbox, namespace: &str) -> anyhow::Result<Standing> {
    let client = sandbox.kubectl();
    let list = |kind| {
        let listed = client.list(kind, Some(namespace), "");
        listed.with_context(|| format!("cannot list `{kind}`"))
    };
    let claims = list("PersistentVolumeClaim")?;
    let shared = claims.iter().filter(|claim| {
        let modes = claim.pointer("/spec/accessModes").and_then(Value::as_array);
        modes.is_some_and(|modes| modes.iter().any(|mode| mode == "ReadWriteMany"))
    });
    let changed = |set: &Value| {
        let generation = set.pointer("/metadata/generation").and_then(Value::as_u64);
        generation.unwrap_or_default().saturating_sub(1)
    };
    let sets = list("StatefulSet")?;
    let pods = list("Pod")?;
    Ok(Standing {
        claims: shared.map(|claim| (name(claim), phase(claim))).collect(),
        changes: sets.iter().map(|set| (name(set), changed(set))).collect(),
        pods: pods
            .iter()
            .map(|pod| {
                let (uid, address) = (text(pod, "/metadata/uid"), text(pod, "/status/podIP"));
                (name(pod), (uid, address))
            })
            .collect(),
    })
}

/// As `kubectl get pvc` shows it.
fn phase(claim: &Value) -> String {
    if claim.pointer("/metadata/deletionTimestamp").is_some() {
        return "Terminating".to_owned();
    }
    text(claim, "/status/phase")
}

fn name(object: &Value) -> String {
    text(object, "/metadata/name")
}

fn text(object: &Value, pointer: &str) -> String {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn app(
    sandbox: &Sandbox,
    name: &str,
    application: &ApplicationStatus,
    workload: Option<&Workload>,
) -> anyhow::Result<App> {
    let mut units = application.units.values();
    let unit = units.clone().find(|unit| unit.leader).or_else(|| units.next());
    let status = unit.map_or_else(
        || Status {
            status: "unknown".to_owned(),
            message: "no unit".to_owned(),
        },
        said,
    );
    let mut app = App {
        name: name.to_owned(),
        charm: application.charm.clone(),
        status,
        claim: None,
        mount_path: None,
        volume_seen: false,
        workload: None,
        volume: None,
        trouble: None,
    };
    if let Some(workload) = workload {
        app.workload = Some(format!("stand-in, {}", state(sandbox, name, workload)?));
        if let Some((claim, mount_path)) = mount(sandbox, name, workload.container) {
            if let Some(looked) = look(sandbox, name, workload.container, &mount_path)? {
                app.volume_seen = looked.mounted;
                app.volume = Some((looked.device, looked.inode));
            }
            app.claim = Some(claim);
            app.mount_path = Some(mount_path);
        }
    }
    Ok(app)
}

/// The claim and the path at which the pod mounts it, as the pod itself says.
fn mount(sandbox: &Sandbox, app: &str, container: &str) -> Option<(String, String)> {
    let pod = sandbox
        .kubectl()
        .get("Pod", Some(&sandbox.status().model), &format!("{app}-0"))
        .ok()?;
    let named = |list: &Value, name: &str| {
        list.as_array()?
            .iter()
            .find(|entry| entry.get("name").is_some_and(|found| found == name))
            .cloned()
    };
    let volume = named(pod.pointer("/spec/volumes")?, VOLUME)?;
    let claim = volume
        .pointer("/persistentVolumeClaim/claimName")?
        .as_str()?
        .to_owned();
    let container = named(pod.pointer("/spec/containers")?, container)?;
    let path = named(container.get("volumeMounts")?, VOLUME)?
        .get("mountPath")?
        .as_str()?
        .to_owned();
    Some((claim, path))
}

/// The file system at the mount path, seen from inside the container; none when the container does not run.
fn look(sandbox: &Sandbox, app: &str, container: &str, path: &str) -> anyhow::Result<Option<Looked>> {
    let Ok(output) = sandbox.exec(
        &first_unit(app)?,
        container,
        &[stand_in::PROGRAM, "look", path],
        PUID,
        PGID,
    ) else {
        return Ok(None);
    };
    if !output.success() {
        return Ok(None);
    }
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("cannot read what `{app}` sees at `{path}`"))
}

/// The state of the workload's service, as its Pebble tells.
fn state(sandbox: &Sandbox, app: &str, workload: &Workload) -> anyhow::Result<String> {
    let services = sandbox.services(&first_unit(app)?, workload.container);
    Ok(services
        .get(workload.container)
        .cloned()
        .unwrap_or_else(|| "not started".to_owned()))
}

//! Operations of a scenario, carried out.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::Context as _;
use juju_sandbox::{
    Deployment, KillAfterCall, Sandbox, ScriptedCharm,
    images::{Answers, Image, StandIn},
    kube::{Delete, Fault, FaultAnswer},
    model::{EndpointRef, Operation as Verb, UnitName},
};
use serde_json::json;

use crate::scenario::{Application, Operation, Scenario, Workload};

/// A stand-in for each media program, by the image reference that the application is deployed with.
pub fn images(scenario: &Scenario) -> BTreeMap<String, Image> {
    scenario
        .workloads()
        .map(
            |(
                application,
                Workload {
                    programs, port, path, ..
                },
            )| {
                let answers = Answers {
                    port,
                    path: path.to_owned(),
                    silent_for: Duration::ZERO,
                };
                let programs = programs
                    .iter()
                    .map(|program| (program.into(), answers.clone()))
                    .collect();
                (image(application), Image::StandIn(StandIn { programs }))
            },
        )
        .collect()
}

/// The image references that an application is deployed with, by the charm's resource.
pub fn resources(application: &Application) -> BTreeMap<String, String> {
    let workload = application.workload.iter();
    workload
        .map(|workload| (workload.resource.to_owned(), image(application)))
        .collect()
}

/// The reference of an application's image.
fn image(application: &Application) -> String {
    format!("stand-in.test/{}:1", application.app)
}

pub(super) fn perform(sandbox: &mut Sandbox, operation: &Operation, charms: &Path) -> anyhow::Result<()> {
    match operation {
        Operation::Deploy(application) => deploy(sandbox, application, charms),
        Operation::DeployProvider { app, config } => deploy_provider(sandbox, app, config),
        Operation::Integrate { requirer, provider } => integrate(sandbox, requirer, provider),
        Operation::Claim { name } => claim(sandbox, name),
        Operation::FailMounts { app, times } => fail_mounts(sandbox, app, *times, FaultAnswer::Status(500)),
        Operation::ApiDownAtMount { app } => fail_mounts(sandbox, app, 1, FaultAnswer::GoDown),
        Operation::KillAfterMount { app } => {
            let trigger = KillAfterCall {
                unit: first_unit(app)?,
                verb: "patch".to_owned(),
                resource: "statefulsets".to_owned(),
                nth: 1,
            };
            Ok(sandbox.on(trigger)?)
        }
        Operation::ApiBack => {
            sandbox.kube()?.set_available(true);
            Ok(())
        }
        Operation::LoseLeader { app } => tell(sandbox, Verb::LoseLeadership { app: app.parse()? }),
        Operation::Lead { unit } => tell(sandbox, Verb::MoveLeadership { to: unit.parse()? }),
        Operation::DeleteClaim { name } => delete_claim(sandbox, name),
        Operation::Drain => Ok(sandbox.drain()?),
        Operation::Timer => timer(sandbox),
    }
}

fn tell(sandbox: &mut Sandbox, verb: Verb) -> anyhow::Result<()> {
    sandbox.perform(verb)?;
    Ok(())
}

/// What happens to the next calls in which the charm of `app` writes its `StatefulSet`.
fn fail_mounts(sandbox: &mut Sandbox, app: &str, times: u32, answer: FaultAnswer) -> anyhow::Result<()> {
    let fault = Fault {
        user: Some(sandbox.user_of(&app.parse()?)),
        verb: Some("patch".to_owned()),
        resource: Some("statefulsets".to_owned()),
        name: None,
        times,
        answer,
    };
    Ok(sandbox.inject(fault)?)
}

fn delete_claim(sandbox: &Sandbox, name: &str) -> anyhow::Result<()> {
    let namespace = sandbox.status().model;
    sandbox
        .kubectl()
        .delete(
            "PersistentVolumeClaim",
            Some(&namespace),
            name,
            &Delete::default(),
        )
        .with_context(|| format!("cannot delete the claim `{name}`"))?;
    Ok(())
}

fn timer(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let status = sandbox.status();
    let mut units = status.applications.into_values().flat_map(|app| app.units);
    units.try_for_each(|(unit, _)| tell(sandbox, Verb::UpdateStatus { unit }))
}

/// The first unit of an application.
pub(super) fn first_unit(app: &str) -> anyhow::Result<UnitName> {
    format!("{app}/0")
        .parse()
        .with_context(|| format!("cannot name the unit of `{app}`"))
}

fn deploy(sandbox: &mut Sandbox, application: &Application, charms: &Path) -> anyhow::Result<()> {
    let charm = charms.join(application.charm);
    let mut deployment = Deployment::new(application.app.parse()?, &charm);
    deployment.trust = application.trust;
    deployment.units = application.units;
    deployment.config = application
        .config
        .iter()
        .map(|&(option, value)| (option.into(), value.into()))
        .collect();
    deployment.resources = resources(application);
    sandbox.deploy(deployment).with_context(|| {
        format!(
            "cannot deploy `{}`; `./run pack` makes the charms",
            charm.display()
        )
    })
}

fn deploy_provider(sandbox: &mut Sandbox, app: &str, config: &str) -> anyhow::Result<()> {
    let charm = sandbox.dir().join("scripted").join(app);
    ScriptedCharm {
        name: app.to_owned(),
        endpoint: "media-storage".to_owned(),
        interface: "media-storage".to_owned(),
        provides: true,
        publishes: BTreeMap::from([("config".to_owned(), config.to_owned())]),
    }
    .write(&charm)?;
    Ok(sandbox.deploy(Deployment::new(app.parse()?, charm))?)
}

fn integrate(sandbox: &mut Sandbox, requirer: &str, provider: &str) -> anyhow::Result<()> {
    let end = |app: &str| -> anyhow::Result<EndpointRef> {
        Ok(EndpointRef {
            app: app.parse()?,
            endpoint: Some("media-storage".parse()?),
        })
    };
    tell(
        sandbox,
        Verb::Integrate {
            a: end(requirer)?,
            b: end(provider)?,
        },
    )
}

fn claim(sandbox: &Sandbox, name: &str) -> anyhow::Result<()> {
    let namespace = sandbox.status().model;
    let claim = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "100Gi"}},
            "storageClassName": "local-path",
        },
    });
    sandbox
        .kubectl()
        .create(&claim)
        .with_context(|| format!("cannot make the claim `{name}`"))?;
    Ok(())
}

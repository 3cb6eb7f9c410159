//! From what a container should be to what its stages are told.

use std::fs::OpenOptions;
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use super::control::{InitPlan, Program, UserNamespace};
use super::{ContainerSpec, Error, Isolation, Mount, Network};

/// The user namespace of a container: that of its pod if it has one.
pub(super) fn user_namespace(network: &Network, isolation: Isolation) -> UserNamespace {
    match (isolation, network) {
        (Isolation::OneUid, Network::Pod(network)) => UserNamespace::Join(network.user_namespace()),
        (Isolation::OneUid, Network::Host) => UserNamespace::New,
        (Isolation::Full | Isolation::None, _) => UserNamespace::Host,
    }
}

/// Who a program runs as: nobody in particular where there is only one user.
pub(super) fn identity(uid: u32, gid: u32, isolation: Isolation) -> Option<(u32, u32)> {
    (isolation == Isolation::Full).then_some((uid, gid))
}

/// Checks the spec against the host.
pub(super) fn plan(spec: &ContainerSpec, isolation: Isolation) -> Result<InitPlan, Error> {
    // Sources are looked up from the old root, so no symbolic link may be left in them.
    let real = |path: &Path| {
        path.canonicalize().map_err(|source| Error::Path {
            container: spec.name.clone(),
            path: path.into(),
            source,
        })
    };
    let mount = |mount: &Mount| {
        let target = checked_target(&mount.target, &spec.name)?;
        Ok(Mount {
            source: real(&mount.source)?,
            target,
            read_only: mount.read_only,
        })
    };
    Ok(InitPlan {
        root: real(&spec.root)?,
        host_system: spec.host_system,
        mounts: spec.mounts.iter().map(mount).collect::<Result<_, Error>>()?,
        hostname: spec.hostname.clone(),
        network: match &spec.network {
            Network::Host => None,
            Network::Pod(network) => Some(network.network_namespace()),
        },
        program: Program {
            argv: spec.argv.clone(),
            env: spec.env.clone(),
            cwd: spec.cwd.clone(),
            identity: identity(spec.uid, spec.gid, isolation),
        },
    })
}

fn checked_target(target: &Path, container: &str) -> Result<PathBuf, Error> {
    let normal = target
        .components()
        .skip(1)
        .all(|part| matches!(part, Component::Normal(_)));
    if target.is_absolute() && normal && target != Path::new("/") {
        return Ok(target.into());
    }
    let reason = format!(
        "mount target `{}` is not an absolute path below `/`",
        target.display()
    );
    Err(Error::Spec {
        container: container.into(),
        reason,
    })
}

/// Where standard output and standard error go.
pub(super) fn outputs(spec: &ContainerSpec) -> Result<(Stdio, Stdio), Error> {
    let Some(log) = &spec.log else {
        return Ok((Stdio::piped(), Stdio::piped()));
    };
    let at = |source| Error::Path {
        container: spec.name.clone(),
        path: log.clone(),
        source,
    };
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(at)?;
    Ok((file.try_clone().map_err(at)?.into(), file.into()))
}

//! The environment of a hook. Enters: the running hook and where its charm lies. Leaves: every variable it has; a hook
//! inherits nothing. Names and values as Juju 3.6 sets them for a sidecar charm (its `HookVars`).

use juju_model::{Hook, HookRun, News, RelationChange, RelationHook};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the agent of one unit lives: on this machine, and as the charm sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The unpacked charm, on this machine.
    pub charm_dir: PathBuf,
    /// The agent's folder on this machine: the socket is in it while a hook runs, and the resources that were asked for.
    pub agent_dir: PathBuf,
    /// `agent_dir` as the charm sees it; in Juju `/var/lib/juju/agents/unit-app-0`.
    pub agent_dir_seen: PathBuf,
    /// `charm_dir` as the charm sees it; in Juju the folder `charm` in `agent_dir`.
    pub charm_dir_seen: PathBuf,
    /// The folder with the hook commands as the charm sees it; in Juju `/var/lib/juju/tools/unit-app-0`.
    pub tools_dir: PathBuf,
    /// The agent's own `PATH`; Juju's ends in `/charm/bin`.
    pub path: String,
    /// The controller's addresses, with their ports.
    pub api_addresses: Vec<String>,
    /// The version of Kubernetes; may be empty.
    pub cloud_api_version: String,
    /// Where the Kubernetes API is, if there is one.
    pub kubernetes: Option<KubernetesService>,
}

/// The address of the Kubernetes API, as its Service is told to every pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesService {
    /// An address or a name.
    pub host: String,
    /// The https port.
    pub port: u16,
}

/// All variables of the hook.
pub(super) fn environment(run: &HookRun, site: &Site) -> BTreeMap<String, String> {
    let mut env = Environment::default();
    let hook_name = if run.hook.action().is_some() {
        String::new()
    } else {
        run.hook.to_string()
    };
    let charm_dir = site.charm_dir_seen.display();
    env.set("CHARM_DIR", &charm_dir);
    env.set("JUJU_CHARM_DIR", &charm_dir);
    env.set("JUJU_DISPATCH_PATH", &run.hook.dispatch_path());
    env.set("JUJU_HOOK_NAME", &hook_name);
    env.set("JUJU_CONTEXT_ID", &run.context_id);
    env.set(
        "JUJU_AGENT_SOCKET_ADDRESS",
        &site.agent_dir_seen.join(super::socket::NAME).display(),
    );
    env.set("JUJU_AGENT_SOCKET_NETWORK", &"unix");
    env.set("JUJU_UNIT_NAME", &run.unit);
    env.set("JUJU_MODEL_NAME", &run.model.name);
    env.set("JUJU_MODEL_UUID", &run.model.uuid);
    env.set("JUJU_API_ADDRESSES", &site.api_addresses.join(" "));
    env.set("JUJU_VERSION", &run.model.juju_version);
    env.set("CLOUD_API_VERSION", &site.cloud_api_version);
    env.set("JUJU_SLA", &"unsupported");
    env.set("JUJU_METER_STATUS", &"AMBER");
    env.set("JUJU_METER_INFO", &"not set");
    for empty in ["JUJU_MACHINE_ID", "JUJU_AVAILABILITY_ZONE", "JUJU_PRINCIPAL_UNIT"] {
        env.set(empty, &"");
    }
    for proxy in ["HTTP", "HTTPS", "FTP", "NO"] {
        env.set(&format!("JUJU_CHARM_{proxy}_PROXY"), &"");
    }
    env.set("PATH", &format!("{}:{}", site.tools_dir.display(), site.path));
    env.set("LANG", &"C.UTF-8");
    env.set("TERM", &"tmux-256color");
    env.set("DEBIAN_FRONTEND", &"noninteractive");
    env.set("APT_LISTCHANGES_FRONTEND", &"none");
    if let Some(service) = &site.kubernetes {
        env.set_kubernetes(service);
    }
    env.set_event(run);
    env.0
}

#[derive(Default)]
struct Environment(BTreeMap<String, String>);

impl Environment {
    fn set(&mut self, name: &str, value: &dyn std::fmt::Display) {
        self.0.insert(name.to_owned(), value.to_string());
    }

    fn set_kubernetes(&mut self, KubernetesService { host, port }: &KubernetesService) {
        let address = format!("tcp://{host}:{port}");
        let prefix = format!("KUBERNETES_PORT_{port}_TCP");
        self.set("KUBERNETES_SERVICE_HOST", host);
        self.set("KUBERNETES_SERVICE_PORT", port);
        self.set("KUBERNETES_SERVICE_PORT_HTTPS", port);
        self.set("KUBERNETES_PORT", &address);
        self.set(&prefix, &address);
        self.set(&format!("{prefix}_ADDR"), host);
        self.set(&format!("{prefix}_PORT"), port);
        self.set(&format!("{prefix}_PROTO"), &"tcp");
    }

    /// The variables of the kind of event. Those of other kinds are absent, not empty.
    fn set_event(&mut self, run: &HookRun) {
        match &run.hook {
            Hook::Relation(hook) => self.set_relation(hook),
            Hook::PebbleReady { container } => self.set("JUJU_WORKLOAD_NAME", container),
            Hook::PebbleNotice { container, notice } => {
                self.set("JUJU_WORKLOAD_NAME", container);
                match &notice.news {
                    News::Custom { key } => {
                        self.set("JUJU_NOTICE_ID", &notice.id);
                        self.set("JUJU_NOTICE_TYPE", &"custom");
                        self.set("JUJU_NOTICE_KEY", key);
                    }
                    News::CheckFailed { check } | News::CheckRecovered { check } => {
                        self.set("JUJU_PEBBLE_CHECK_NAME", check);
                    }
                }
            }
            Hook::StorageAttached(id) | Hook::StorageDetaching(id) => {
                let location = run.storage.get(id).map(|storage| storage.location.as_str());
                self.set("JUJU_STORAGE_ID", id);
                self.set("JUJU_STORAGE_KIND", &"filesystem");
                self.set("JUJU_STORAGE_LOCATION", &location.unwrap_or_default());
            }
            Hook::SecretChanged { id, label, .. } | Hook::SecretRotate { id, label } => {
                self.set("JUJU_SECRET_ID", &format!("secret:{id}"));
                self.set("JUJU_SECRET_LABEL", label);
            }
            Hook::SecretRemove { id, label, revision } => {
                self.set("JUJU_SECRET_ID", &format!("secret:{id}"));
                self.set("JUJU_SECRET_LABEL", label);
                self.set("JUJU_SECRET_REVISION", revision);
            }
            // the one hook that is given the bare id (seen in Juju 3.5)
            Hook::SecretExpired { id, label, revision } => {
                self.set("JUJU_SECRET_ID", &id.as_str());
                self.set("JUJU_SECRET_LABEL", label);
                self.set("JUJU_SECRET_REVISION", revision);
            }
            Hook::Action { id, name } => {
                self.set("JUJU_ACTION_NAME", name);
                self.set("JUJU_ACTION_UUID", id);
                self.set("JUJU_ACTION_TAG", &format!("action-{id}"));
            }
            Hook::Install
            | Hook::Start
            | Hook::ConfigChanged
            | Hook::UpgradeCharm
            | Hook::UpdateStatus
            | Hook::Stop
            | Hook::Remove
            | Hook::LeaderElected
            | Hook::LeaderSettingsChanged => {}
        }
    }

    fn set_relation(&mut self, hook: &RelationHook) {
        let text = |name: Option<String>| name.unwrap_or_default();
        self.set("JUJU_RELATION", &hook.endpoint);
        self.set("JUJU_RELATION_ID", &format!("{}:{}", hook.endpoint, hook.id));
        self.set(
            "JUJU_REMOTE_APP",
            &text(hook.remote_app.as_ref().map(ToString::to_string)),
        );
        self.set(
            "JUJU_REMOTE_UNIT",
            &text(hook.remote_unit.as_ref().map(ToString::to_string)),
        );
        if let RelationChange::Departed { departing } = &hook.change {
            self.set("JUJU_DEPARTING_UNIT", departing);
        }
    }
}

//! The sandbox's pods as the place of hooks that Juju's own agent runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use juju_sandbox::{Cloud, agent::HookInvocation, images::copy_tree};
use serde_json::Value;

use crate::enter::{Asked, Ended};

/// The pods, shared with the threads that run hooks in them.
pub(crate) struct Pods {
    cloud: Mutex<Cloud>,
    charms: BTreeMap<String, PathBuf>,
    /// Pods that have the charm and Juju's hook commands, by uid.
    installed: Mutex<BTreeSet<String>>,
    /// Pods in which `stop` has run, by uid: the next hook is for the pod that follows.
    stopped: Mutex<BTreeSet<String>>,
}

impl Pods {
    /// Without a pod yet; `charms` are the folders of the charms by application.
    pub(crate) fn new(cloud: Cloud, charms: BTreeMap<String, PathBuf>) -> Self {
        Self {
            cloud: Mutex::new(cloud),
            charms,
            installed: Mutex::default(),
            stopped: Mutex::default(),
        }
    }

    /// The Kubernetes that they are in.
    pub(crate) fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the charm's own `dispatch` in the pod, with the environment that Juju's agent gave.
    pub(crate) fn run(&self, asked: Asked) -> Ended {
        let unit: juju_sandbox::model::UnitName = asked.env["JUJU_UNIT_NAME"].parse().unwrap();
        let pod = unit.dashed();
        self.replace_if_stopped(&pod);
        let charm_dir = PathBuf::from(&asked.env["JUJU_CHARM_DIR"]);
        let root = root_of(&charm_dir);
        self.install(&pod, unit.app().as_str(), &root);
        let runner = self.cloud().charm(&pod, &unit).unwrap();
        let invocation = HookInvocation {
            env: self.environment(asked.env, &root),
            argv: vec![
                Path::new("/")
                    .join(charm_dir.strip_prefix(&root).unwrap())
                    .join("dispatch"),
            ],
            cwd: Path::new("/").join(charm_dir.strip_prefix(&root).unwrap()),
            unit,
        };
        let stops = invocation.env["JUJU_DISPATCH_PATH"] == "hooks/stop";
        let exit = runner.run(&invocation).unwrap();
        if stops {
            let found = self.cloud().kubectl().get("Pod", Some("media"), &pod).unwrap();
            self.stopped.lock().unwrap().insert(uid_of(&found));
        }
        Ended {
            code: exit.code.map_or(137, |code| u8::try_from(code).unwrap()),
            stdout: String::from_utf8_lossy(&exit.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&exit.stderr).into_owned(),
        }
    }

    /// Paths as the container sees them. The agent's socket is a name, not a path, and stays.
    fn environment(&self, env: BTreeMap<String, String>, root: &Path) -> BTreeMap<String, String> {
        let root = root.to_str().unwrap();
        let inside = |(key, value): (String, String)| {
            let value = if value.starts_with('@') {
                value
            } else {
                value.replace(root, "")
            };
            (key, value)
        };
        let (host, port) = self.cloud().api();
        let mut env: BTreeMap<String, String> = env.into_iter().map(inside).collect();
        env.insert("KUBERNETES_SERVICE_HOST".to_owned(), host);
        env.insert("KUBERNETES_SERVICE_PORT".to_owned(), port.to_string());
        env
    }

    /// Waits for the pod that follows one in which `stop` has run, or for the first.
    pub(crate) fn replace_if_stopped(&self, pod: &str) {
        let mut cloud = self.cloud();
        for _ in 0..50 {
            let found = cloud.kubectl().get("Pod", Some("media"), pod);
            match found {
                Ok(found) if self.stopped.lock().unwrap().contains(&uid_of(&found)) => {
                    cloud.let_go(pod).unwrap();
                }
                Ok(_) if cloud.juju_folder(pod).is_some() => return,
                _ => {}
            }
            cloud.step().unwrap();
        }
        panic!("no new pod {pod}");
    }

    /// The charm and Juju's hook commands, where Juju puts them.
    fn install(&self, pod: &str, app: &str, root: &Path) {
        let cloud = self.cloud();
        let found = cloud.kubectl().get("Pod", Some("media"), pod).unwrap();
        let mut installed = self.installed.lock().unwrap();
        if !installed.insert(uid_of(&found)) {
            return;
        }
        let juju = cloud.juju_folder(pod).unwrap();
        copy_tree(&self.charms[app], &juju.join(format!("agents/unit-{pod}/charm"))).unwrap();
        let tools = format!("tools/unit-{pod}");
        let target = juju.join(&tools);
        fs::create_dir_all(&target).unwrap();
        for tool in fs::read_dir(root.join("var/lib/juju").join(&tools)).unwrap() {
            let tool = tool.unwrap();
            let program = fs::canonicalize(tool.path()).unwrap();
            let kept = target.join(".jujuc");
            if !kept.exists() {
                fs::copy(program, &kept).unwrap();
            }
            symlink(".jujuc", target.join(tool.file_name())).unwrap();
        }
    }
}

/// The folder of the agent that is `/` in its container.
fn root_of(charm_dir: &Path) -> PathBuf {
    let below = charm_dir.to_str().unwrap().find("/var/lib/juju/").unwrap();
    PathBuf::from(charm_dir.to_str().unwrap().get(..below).unwrap())
}

pub(crate) fn uid_of(pod: &Value) -> String {
    pod["metadata"]["uid"].to_string()
}

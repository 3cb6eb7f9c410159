//! The agent with real sockets, its commands and a world, but no process: a [`Script`] stands in for the charm.

mod environment;
mod hostile;
mod transcripts;
mod turns;

use super::client::Caller;
use super::*;
use juju_model::{
    ActionFacts, AgentStart, Changes, CharmFacts, ConfigValue, Deploy, Endpoint, Hook, ModelFacts, Operation,
    OptionFacts, OptionType, Outcome, Resource, Role, UnitName, World,
};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

/// Stands in for the process of a hook: calls hook commands, notes what they answer, and exits.
pub(super) struct Script {
    /// One command a line; `<<< text` at its end is its standard input.
    commands: Vec<String>,
    exit: HookExit,
    said: Mutex<String>,
    env: Mutex<BTreeMap<String, String>>,
    /// What happens in the world meanwhile.
    meanwhile: Box<dyn Fn() + Sync>,
}

impl Script {
    pub(super) fn new(commands: &[&str], code: i32) -> Self {
        let exit = HookExit {
            code: Some(code),
            ..HookExit::default()
        };
        Self {
            commands: commands.iter().map(ToString::to_string).collect(),
            exit,
            said: Mutex::default(),
            env: Mutex::default(),
            meanwhile: Box::new(|| {}),
        }
    }

    /// What the commands answered, as a transcript.
    pub(super) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub(super) fn env(&self) -> BTreeMap<String, String> {
        self.env.lock().unwrap().clone()
    }
}

impl HookRunner for Script {
    fn run(&self, invocation: &HookInvocation) -> io::Result<HookExit> {
        self.env.lock().unwrap().clone_from(&invocation.env);
        for command in &self.commands {
            let said = call(&invocation.env, command);
            self.said.lock().unwrap().push_str(&said);
        }
        (self.meanwhile)();
        Ok(self.exit.clone())
    }
}

/// Calls one hook command as a program would, and writes down the call and its answer: `! <code> <message>` for an error.
pub(super) fn call(env: &BTreeMap<String, String>, command: &str) -> String {
    let (line, stdin) = command.split_once(" <<< ").unwrap_or((command, ""));
    let mut words = line.split_whitespace().map(str::to_owned);
    let name = words.next().unwrap();
    let args: Vec<_> = words.collect();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut caller = Caller {
        variable: &|name| env.get(name).cloned(),
        stdin: &mut stdin.as_bytes(),
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    let code = caller.call(&name, &args);
    let stdout = String::from_utf8_lossy(&stdout);
    let error = String::from_utf8_lossy(&stderr);
    let error = error
        .strip_prefix("ERROR ")
        .map(|message| format!("! {code} {message}"));
    assert!(
        error.is_some() || (code == 0 && stderr.is_empty()),
        "{command}: {code} {error:?}"
    );
    format!("$ {command}\n{stdout}{}", error.unwrap_or_default())
}

/// Keeps what it is told.
#[derive(Default)]
pub(super) struct Record(Mutex<Vec<String>>);

impl Record {
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl TraceSink for Record {
    fn hook_started(&self, unit: &UnitName, hook: &Hook) {
        self.push(format!("{unit} begins {hook}"));
    }

    fn hook_command(&self, unit: &UnitName, command: &str, args: &[String], exit_code: u8) {
        self.push(format!("{unit} calls {command} {args:?}: {exit_code}"));
    }

    fn log(&self, unit: &UnitName, level: &str, message: &str) {
        self.push(format!("{unit} {level} {message}"));
    }

    fn hook_ended(&self, unit: &UnitName, hook: &Hook, end: &HookEnd, _: u64) {
        self.push(format!("{unit} ends {hook}: {end:?}"));
    }
}

/// Two shelves and a reader, related and settled.
pub(super) struct Stage {
    pub(super) world: Mutex<World>,
    pub(super) record: Record,
    site: Site,
    _dir: tempfile::TempDir,
}

impl Stage {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let charm_dir = dir.path().join("charm");
        std::fs::create_dir(&charm_dir).unwrap();
        std::fs::write(charm_dir.join("metadata.yaml"), "").unwrap();
        write_program(&charm_dir.join("dispatch"), 0o755);
        let site = Site {
            charm_dir: charm_dir.clone(),
            agent_dir: dir.path().to_owned(),
            agent_dir_seen: dir.path().to_owned(),
            charm_dir_seen: charm_dir,
            tools_dir: "/tools".into(),
            path: "/bin:/charm/bin".to_owned(),
            api_addresses: vec!["10.1.9.9:17070".to_owned()],
            cloud_api_version: "1.34.0".to_owned(),
            kubernetes: Some(KubernetesService {
                host: "10.152.183.1".to_owned(),
                port: 443,
            }),
        };
        Self {
            world: Mutex::new(world()),
            record: Record::default(),
            site,
            _dir: dir,
        }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub(super) fn perform(&self, operation: Operation) -> Outcome {
        self.world().perform(operation).unwrap()
    }

    /// Makes `config-changed` due on both shelves.
    pub(super) fn configure(&self, port: u16) {
        let values = [("port".to_owned(), port.to_string())].into();
        self.perform(Operation::Config {
            app: "shelf".parse().unwrap(),
            values,
            reset: [].into(),
        });
    }

    /// Refreshes the shelf, which then has a resource in a file of this name; `upgrade-charm` and what follows is not owed, as no
    /// pod is replaced.
    pub(super) fn give(&self, resource: &str, file: &str) {
        let given = Resource {
            file: file.to_owned(),
            content: Some(b"content".to_vec()),
        };
        self.perform(Operation::Refresh {
            app: "shelf".parse().unwrap(),
            charm: Box::new(shelf()),
            resources: [(resource.to_owned(), given)].into(),
        });
        self.perform(Operation::UpdateStatus {
            unit: "shelf/0".parse().unwrap(),
        });
    }

    /// Runs the next hook of `unit` with `runner`.
    pub(super) fn run(&self, unit: &str, runner: &dyn HookRunner) -> Result<HookEnd, AgentError> {
        let unit = unit.parse().unwrap();
        let hook = self.world().next_hook(&unit).expect("a hook is due");
        run_hook(&self.world, &unit, &hook, &self.site, runner, &self.record)
    }

    /// The same with a script that is to succeed; leaves its transcript.
    pub(super) fn play(&self, unit: &str, commands: &[&str]) -> String {
        let script = Script::new(commands, 0);
        assert_eq!(self.run(unit, &script).unwrap(), HookEnd::Committed);
        script.said()
    }
}

pub(super) fn write_program(path: &Path, mode: u32) {
    std::fs::write(path, "").unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn world() -> World {
    let model = ModelFacts {
        name: "media".to_owned(),
        uuid: "6f1c".to_owned(),
        juju_version: "3.6.8".to_owned(),
    };
    let mut world = World::new(model);
    deploy(&mut world, "shelf", shelf(), 2);
    deploy(&mut world, "reader", reader(), 1);
    let (a, b) = ("reader:db".parse().unwrap(), "shelf:db".parse().unwrap());
    world.perform(Operation::Integrate { a, b }).unwrap();
    let pods = [("shelf/0", 10, 20), ("shelf/1", 11, 20), ("reader/0", 20, 21)];
    for (unit, pod, service) in pods {
        let start = AgentStart {
            charm_dir_empty: true,
            address: [10, 1, 0, pod].into(),
            service_address: Some([10, 152, 183, service].into()),
        };
        world.agent_started(&unit.parse().unwrap(), start);
    }
    let due = |world: &World| {
        world
            .unit_names()
            .into_iter()
            .find_map(|unit| Some((world.next_hook(&unit)?, unit)))
    };
    while let Some((hook, unit)) = due(&world) {
        world.begin(&unit, &hook).unwrap();
        world.commit(&unit, &hook, Changes::default()).unwrap();
    }
    world
}

fn deploy(world: &mut World, app: &str, charm: CharmFacts, units: u32) {
    let app = app.parse().unwrap();
    let deploy = Deploy {
        app,
        charm,
        trust: false,
        config: BTreeMap::new(),
        units,
        resources: BTreeMap::new(),
    };
    world.perform(Operation::Deploy(Box::new(deploy))).unwrap();
}

fn shelf() -> CharmFacts {
    let option = |name: &str, kind, default| (name.to_owned(), OptionFacts { kind, default });
    let params = serde_json::json!({"target": {"type": "string", "default": "local"}});
    let action = |params: serde_json::Value| ActionFacts {
        params: params.as_object().cloned().unwrap_or_default(),
        required: [].into(),
        additional_properties: true,
    };
    CharmFacts {
        name: "shelf-k8s".to_owned(),
        endpoints: [
            endpoint("db", Role::Provides, "sql"),
            endpoint("cluster", Role::Peer, "shelf-peer"),
        ]
        .into(),
        containers: ["web".parse().unwrap()].into(),
        options: [
            option("debug", OptionType::Boolean, Some(ConfigValue::Boolean(false))),
            option(
                "empty",
                OptionType::String,
                Some(ConfigValue::String(String::new())),
            ),
            option("name", OptionType::String, None),
            option("port", OptionType::Int, Some(ConfigValue::Int(8080))),
            option("ratio", OptionType::Float, Some(ConfigValue::Float(1.5))),
        ]
        .into(),
        actions: [
            ("backup".parse().unwrap(), action(params)),
            ("noop".parse().unwrap(), action(serde_json::json!({}))),
        ]
        .into(),
        storage: BTreeMap::new(),
    }
}

fn reader() -> CharmFacts {
    CharmFacts {
        name: "reader-k8s".to_owned(),
        endpoints: [
            endpoint("db", Role::Requires, "sql"),
            endpoint("friends", Role::Peer, "reader-peer"),
        ]
        .into(),
        ..CharmFacts::default()
    }
}

fn endpoint(name: &str, role: Role, interface: &str) -> (juju_model::EndpointName, Endpoint) {
    (
        name.parse().unwrap(),
        Endpoint {
            role,
            interface: interface.to_owned(),
            limit: None,
        },
    )
}

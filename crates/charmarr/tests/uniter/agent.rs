//! Juju's own agents as a process that is driven by lines of JSON.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// One model of Juju's. Dropping it ends its agents.
pub(crate) struct Agents {
    process: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    /// What happened, in order: the lines of kind `hook-start` and `hook-end`.
    pub(crate) hooks: Vec<Value>,
}

impl Agents {
    pub(crate) fn start(program: &Path, dir: &Path) -> Self {
        let mut process = Command::new(program)
            .arg("--dir")
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let stdin = process.stdin.take();
        Self {
            process,
            stdin,
            stdout,
            hooks: Vec::new(),
        }
    }

    /// Carries out an operation and everything that follows from it.
    pub(crate) fn perform(&mut self, operation: &Value) {
        let answer = self.ask(operation);
        assert_eq!(answer["answer"]["ok"], true, "{operation}: {answer}");
    }

    /// What the model holds.
    pub(crate) fn show(&mut self) -> Value {
        self.ask(&json!({ "show": {} }))["show"].take()
    }

    fn ask(&mut self, operation: &Value) -> Value {
        writeln!(self.stdin.as_mut().unwrap(), "{operation}").unwrap();
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(
                self.stdout.read_line(&mut line).unwrap(),
                0,
                "Juju's agents ended during {operation}"
            );
            let said: Value = serde_json::from_str(&line).unwrap();
            match said["kind"].as_str() {
                Some("hook-start" | "hook-end") => self.hooks.push(said),
                Some(_) => {}
                None => return said,
            }
        }
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        // At the end of its input it ends everything.
        self.stdin = None;
        let _ended = self.process.wait();
    }
}

//! The subject that is Juju's own unit agent: a program that reads operations and writes what happened, as JSON lines.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::Deserialize;
use serde_json::Value;

use super::subject::{Answer, End, Error, Happened, Model, Requested, Subject};

/// Juju's own unit agent against a controller's double.
#[derive(Debug, Clone)]
pub struct Real {
    /// The program, `juju-agent`.
    pub program: PathBuf,
}

impl Subject for Real {
    fn name(&self) -> &'static str {
        "Juju's own agent"
    }

    fn start(&self, folder: &Path) -> Result<Box<dyn Model>, Error> {
        let what = || format!("run `{}`", self.program.display());
        std::fs::create_dir_all(folder).map_err(|error| Error::new(what(), &error))?;
        let log = std::fs::File::create(folder.join("log")).map_err(|error| Error::new(what(), &error))?;
        let mut child = Command::new(&self.program)
            .arg("--dir")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| Error::new(what(), &error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::new(what(), "it has no streams"));
        };
        Ok(Box::new(RealModel {
            child,
            input: Some(input),
            output: BufReader::new(output),
            log: folder.join("log"),
        }))
    }
}

struct RealModel {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    log: PathBuf,
}

/// A line that is read; what else happens (commands, logs) is not asked.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Answer {
        answer: Answered,
    },
    Show {
        show: Value,
    },
    End {
        kind: EndKind,
        unit: String,
        hook: String,
        outcome: Value,
    },
    Other(#[expect(dead_code, reason = "only that it is none of the others")] Value),
}

#[derive(Deserialize)]
enum EndKind {
    #[serde(rename = "hook-end")]
    HookEnd,
}

#[derive(Deserialize)]
struct Answered {
    ok: bool,
    action: Option<Value>,
    refused: Option<String>,
}

impl Model for RealModel {
    fn perform(&mut self, Requested(operation): &Requested) -> Result<Happened, Error> {
        let mut happened = Happened::default();
        self.send(&operation.to_string())?;
        loop {
            match self.line()? {
                Line::End {
                    kind: EndKind::HookEnd,
                    unit,
                    hook,
                    outcome,
                } => happened.ends.push(End {
                    unit,
                    hook,
                    outcome: word(&outcome),
                }),
                Line::Answer { answer } => {
                    happened.answer = Answer {
                        refused: (!answer.ok).then(|| answer.refused.unwrap_or_default()),
                        action: answer.action,
                    };
                    return Ok(happened);
                }
                Line::Show { .. } | Line::Other(_) => {}
            }
        }
    }

    fn show(&mut self) -> Result<Value, Error> {
        self.send(r#"{"show":{}}"#)?;
        loop {
            if let Line::Show { show } = self.line()? {
                return Ok(show);
            }
        }
    }
}

impl RealModel {
    fn send(&mut self, line: &str) -> Result<(), Error> {
        let sent = match &mut self.input {
            Some(input) => writeln!(input, "{line}").and_then(|()| input.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        sent.map_err(|error| self.broken(&error))
    }

    fn line(&mut self) -> Result<Line, Error> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(0) => Err(self.broken("it ended")),
            Ok(_) => serde_json::from_str(&line).map_err(|error| self.broken(&format!("{error}: {line}"))),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// With the last lines of its log.
    fn broken(&self, why: &(impl std::fmt::Display + ?Sized)) -> Error {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(20).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Error::new("talk to the real agent", &format!("{why}\n{}", last.join("\n")))
    }
}

/// `committed`, or the name of an outcome that says why.
fn word(outcome: &Value) -> String {
    match outcome {
        Value::String(word) => word.clone(),
        Value::Object(members) => members.keys().next().cloned().unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => outcome.to_string(),
    }
}

/// It ends by itself when it is told nothing more.
impl Drop for RealModel {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ended = self.child.wait();
    }
}

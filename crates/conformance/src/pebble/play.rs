//! Plays one case against one subject. A case enters, nothing or the first difference leaves.

use std::{io, path::Path, process::Command, time::Instant};

use serde_json::{Value, json};

use super::{
    Subject,
    case::{Case, Step},
    daemon::{Daemon, PATIENCE, PAUSE},
    envelope, exec, form,
    http::{Answer, Asked, Request},
    pattern::{self, Bound},
    relay,
};

/// Why a case does not hold.
#[derive(Debug, thiserror::Error)]
pub(super) enum Differs {
    #[error("cannot start the daemon: {0}")]
    Start(#[source] io::Error),
    #[error("step {step}: {what}")]
    At { step: usize, what: String },
}

/// Runs the steps of `case` in order on a daemon of its own.
pub(super) fn play(case: &Case, subject: &Subject, relay: Option<&Path>) -> Result<(), Differs> {
    let daemon = Daemon::start(case, subject).map_err(Differs::Start)?;
    let mut bound = Bound::from([("dir".to_owned(), daemon.work().display().to_string())]);
    if let Some(port) = daemon.port {
        bound.insert("port".to_owned(), port.to_string());
    }
    let mut player = Player { daemon, bound, relay };
    player
        .bound
        .insert("pid".to_owned(), player.daemon.pid().to_string());
    for (index, step) in case.steps.iter().enumerate() {
        player.step(step).map_err(|what| Differs::At {
            step: index + 1,
            what,
        })?;
    }
    Ok(())
}

/// A case under way.
pub(super) struct Player<'a> {
    pub(super) daemon: Daemon,
    pub(super) bound: Bound,
    relay: Option<&'a Path>,
}

impl Player<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(line) = &step.ask {
            let asked = self.send(line, step)?;
            for step in &step.meanwhile {
                self.step(step).map_err(|what| format!("meanwhile: {what}"))?;
            }
            let answer = receive(asked, line, step)?;
            self.judge(step, &answer)
        } else if let Some(line) = &step.until {
            self.until(line, step)
        } else if let Some(text) = &step.layer {
            self.add_layer(text, step.error.clone())
        } else if let Some(request) = &step.exec {
            exec::run(self, request, step)
        } else if let Some(script) = &step.sh {
            self.shell(script, &step.prints)
        } else if let Some(wanted) = step.exits {
            let code = self.daemon.exit().map_err(|error| error.to_string())?;
            if code == Some(wanted) {
                Ok(())
            } else {
                Err(format!("wanted exit code {wanted}, got {code:?}"))
            }
        } else {
            self.daemon
                .restart()
                .map_err(|error| format!("cannot restart: {error}"))
        }
    }

    fn until(&mut self, line: &str, step: &Step) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let answer = self.ask(line, step)?;
            match self.judge(step, &answer) {
                Err(what) if start.elapsed() > PATIENCE => return Err(format!("it never held: {what}")),
                Err(_) => std::thread::sleep(PAUSE),
                Ok(()) => return Ok(()),
            }
        }
    }

    fn add_layer(&mut self, text: &str, error: Option<String>) -> Result<(), String> {
        let step = Step {
            json: Some(
                json!({"action": "add", "label": "case", "format": "yaml", "combine": true, "layer": text}),
            ),
            sync: error.is_none().then(|| true.into()),
            error,
            ..Step::default()
        };
        let answer = self.ask("POST /v1/layers", &step)?;
        self.judge(&step, &answer)
    }

    fn shell(&mut self, script: &str, prints: &str) -> Result<(), String> {
        let output = Command::new("/bin/sh")
            .args(["-euc", &pattern::fill(script, &self.bound)])
            .current_dir(self.daemon.work())
            .output()
            .map_err(|error| format!("cannot run a shell: {error}"))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            return Err(format!(
                "the script ended with {}: {printed}{told}",
                output.status
            ));
        }
        if pattern::text(prints, &printed, &mut self.bound) {
            Ok(())
        } else {
            Err(format!(
                "the script must print {prints:?}, it printed {printed:?}"
            ))
        }
    }

    fn ask(&self, line: &str, step: &Step) -> Result<Answer, String> {
        receive(self.send(line, step)?, line, step)
    }

    pub(super) fn send(&self, line: &str, step: &Step) -> Result<Asked, String> {
        let request = self.request(line, step)?;
        let socket = self.daemon.socket();
        match (step.r#as, self.relay) {
            (Some(uid), Some(program)) => relay::ask_as(program, uid, &socket, &request),
            (Some(_), None) => return Err("nobody here asks as another user".into()),
            (None, _) if step.over_http => {
                Asked::on_port(self.bound.get("port").map_or("", String::as_str), &request)
            }
            (None, _) => Asked::on_socket(&socket, &request),
        }
        .map_err(|error| format!("cannot ask: {error}"))
    }

    fn request(&self, line: &str, step: &Step) -> Result<Request, String> {
        let line = pattern::fill(line, &self.bound);
        let (method, path) = line.split_once(' ').ok_or("a request is `METHOD /path`")?;
        let mut headers = std::collections::BTreeMap::new();
        let mut body = Vec::new();
        if let Some(value) = &step.json {
            headers.insert("Content-Type".to_owned(), "application/json".to_owned());
            body = pattern::fill_value(value, &self.bound).to_string().into_bytes();
        } else if let Some(text) = &step.body {
            headers.insert("Content-Type".to_owned(), "application/json".to_owned());
            body = pattern::fill(text, &self.bound).into_bytes();
        } else if let Some(parts) = &step.form {
            let boundary = step
                .boundary
                .as_deref()
                .unwrap_or("0123456789abcdef0123456789abcdef");
            headers.insert(
                "Content-Type".to_owned(),
                format!("multipart/form-data; boundary={boundary}"),
            );
            body = form::encode(parts, boundary, &self.bound);
        }
        headers.extend(step.headers.clone());
        Ok(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            body,
        })
    }

    /// Whether an answer is what the step says.
    pub(super) fn judge(&mut self, step: &Step, answer: &Answer) -> Result<(), String> {
        for (name, wanted) in &step.answer_headers {
            if !pattern::text(wanted, answer.header(name), &mut self.bound) {
                return Err(format!(
                    "header {name}: wanted {wanted:?}, got {:?}",
                    answer.header(name)
                ));
            }
        }
        if let Some(wanted) = &step.text {
            status_is(step.status.unwrap_or(200), answer)?;
            let text = answer.text();
            return if pattern::text(wanted, &text, &mut self.bound) {
                Ok(())
            } else {
                Err(format!("wanted the text {wanted:?}, got {text:?}"))
            };
        }
        if let Some(wanted) = &step.lines {
            status_is(step.status.unwrap_or(200), answer)?;
            let lines = answer
                .text()
                .lines()
                .map(serde_json::from_str::<Value>)
                .collect::<Result<Value, _>>();
            let lines = lines.map_err(|error| format!("no JSON lines, {error}: {:?}", answer.text()))?;
            return pattern::matches(&Value::Array(wanted.clone()), &lines, &mut self.bound);
        }
        if let Some(wanted) = &step.parts {
            status_is(step.status.unwrap_or(200), answer)?;
            return pattern::matches(wanted, &form::decode(answer)?, &mut self.bound);
        }
        self.judge_envelope(step, answer)?;
        match &step.change {
            Some(wanted) => self.change_ends(wanted),
            None => Ok(()),
        }
    }

    fn judge_envelope(&mut self, step: &Step, answer: &Answer) -> Result<(), String> {
        let (wanted, status) = envelope::wanted(step);
        let value: Value = serde_json::from_slice(&answer.body)
            .map_err(|error| format!("wanted JSON, {error}: {} {:?}", answer.status, answer.text()))?;
        pattern::matches(&wanted, &value, &mut self.bound)?;
        status_is(status, answer)?;
        if answer.header("content-type") != "application/json" {
            return Err(format!("the content type is `{}`", answer.header("content-type")));
        }
        Ok(())
    }

    /// Waits for the change `${change}`.
    pub(super) fn change_ends(&mut self, wanted: &Value) -> Result<(), String> {
        let mut wanted = wanted.clone();
        let may_have_err = wanted.get("err").is_some();
        if let Value::Object(members) = &mut wanted {
            members.insert("etc".into(), "any".into());
        }
        let step = Step {
            sync: Some(wanted),
            ..Step::default()
        };
        let answer = self.ask("GET /v1/changes/${change}/wait?timeout=30s", &step)?;
        let has_err = serde_json::from_slice::<Value>(&answer.body)
            .is_ok_and(|value| value.pointer("/result/err").is_some());
        if has_err && !may_have_err {
            return Err(format!("the change failed: {}", answer.text()));
        }
        self.judge(&step, &answer)
    }
}

/// Reads an answer to its end. A stream that is followed has none: as many lines as are wanted are enough.
fn receive(asked: Asked, line: &str, step: &Step) -> Result<Answer, String> {
    let wanted = step
        .lines
        .as_ref()
        .filter(|_| line.contains("follow=true"))
        .map(Vec::len);
    let enough = |answer: &Answer| wanted.is_some_and(|wanted| answer.text().matches('\n').count() >= wanted);
    let answer = asked.answer(enough);
    answer.map_err(|error| format!("cannot read the answer: {error}"))
}

fn status_is(wanted: u16, answer: &Answer) -> Result<(), String> {
    if answer.status == wanted {
        Ok(())
    } else {
        Err(format!(
            "wanted the HTTP status {wanted}, got {} {}",
            answer.status,
            answer.text()
        ))
    }
}

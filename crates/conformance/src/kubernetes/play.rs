//! One case on one subject: a namespace is made, the steps are played, everything is cleared away.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Error;
use super::case::{Case, Step};
use super::expect::{Answer, differences};
use super::https::Asker;
use super::resource::{Target, target};
use super::subject::Subject;
use super::template::{Names, fill_step};

const POLL: Duration = Duration::from_millis(50);

/// Plays the case in the namespace, which must not exist yet. What differs, if anything does.
///
/// # Errors
/// When the subject cannot be reached or a step makes no sense.
pub(super) fn play(case: &Case, namespace: &str, subject: &dyn Subject) -> Result<Option<String>, Error> {
    let mut stage = Stage::set_up(namespace, subject)?;
    let outcome = case
        .steps
        .iter()
        .enumerate()
        .find_map(|(index, step)| match stage.step(step) {
            Ok(found) if found.is_empty() => None,
            Ok(found) => Some(Ok(format!(
                "step {}: {}\n{}",
                index + 1,
                step.request,
                found.join("\n")
            ))),
            Err(error) => Some(Err(error)),
        });
    stage.clear()?;
    outcome.transpose()
}

struct Stage<'a> {
    subject: &'a dyn Subject,
    namespace: &'a str,
    names: Names,
    tokens: BTreeMap<String, String>,
    /// The last object seen at each path.
    seen: BTreeMap<String, Value>,
    /// Paths of objects outside the namespace.
    strays: Vec<String>,
}

impl<'a> Stage<'a> {
    fn set_up(namespace: &'a str, subject: &'a dyn Subject) -> Result<Self, Error> {
        let mut names = Names::from([("ns".to_owned(), namespace.to_owned())]);
        names.extend(subject.names().map(|(name, value)| (name.to_owned(), value)));
        let (tokens, seen, strays) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let stage = Stage {
            subject,
            namespace,
            names,
            tokens,
            seen,
            strays,
        };
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        let request = "POST namespaces";
        let answer = stage.send(&target(request, namespace)?, &Asker::Administrator, Some(&body))?;
        if answer.code == 201 {
            return Ok(stage);
        }
        Err(Error::Prepare {
            request: request.to_owned(),
            answer: format!("{} {}", answer.code, answer.body),
        })
    }

    fn send(&self, target: &Target, asker: &Asker, body: Option<&Value>) -> Result<Answer, Error> {
        self.subject.endpoint().send(target, asker, body)
    }

    fn step(&mut self, step: &Step) -> Result<Vec<String>, Error> {
        let step = fill_step(step, &self.names);
        let target = target(&step.request, self.namespace)?;
        let asker = self.asker(step.user.as_deref())?;
        self.note_stray(&target, step.body.as_ref());
        let deadline = Instant::now() + self.subject.patience();
        loop {
            self.subject.settle()?;
            let answer = self.send(&target, &asker, step.body.as_ref())?;
            let found = differences(&step, &answer, self.seen.get(&target.path));
            if found.is_empty() || !step.until || Instant::now() > deadline {
                self.remember(&step, &target, answer);
                return Ok(found);
            }
            std::thread::sleep(POLL);
        }
    }

    fn asker(&mut self, user: Option<&str>) -> Result<Asker, Error> {
        let account = match user {
            None => return Ok(Asker::Administrator),
            Some("nobody") => return Ok(Asker::Nobody),
            Some("forged") => return Ok(Asker::Bearer("forged".to_owned())),
            Some(account) => account,
        };
        if !self.tokens.contains_key(account) {
            let token = self.subject.token(self.namespace, account)?;
            self.tokens.insert(account.to_owned(), token);
        }
        Ok(self
            .tokens
            .get(account)
            .map_or(Asker::Nobody, |token| Asker::Bearer(token.clone())))
    }

    fn note_stray(&mut self, target: &Target, body: Option<&Value>) {
        let name = body
            .and_then(|body| body.pointer("/metadata/name"))
            .and_then(Value::as_str);
        match (target.cluster_wide, target.method, name) {
            (true, "POST", Some(name)) => self.strays.push(format!("{}/{name}", target.path)),
            (true, "PATCH" | "PUT", _) => self.strays.push(target.path.clone()),
            _ => {}
        }
    }

    fn remember(&mut self, step: &Step, target: &Target, answer: Answer) {
        for (name, pointer) in &step.remember {
            let value = match answer.body.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
                None => continue,
            };
            self.names.insert(name.clone(), value);
        }
        let dry = target.query.contains("dryRun");
        if (200..300).contains(&answer.code) && !dry && !target.watch {
            self.seen.insert(target.path.clone(), answer.body);
        }
    }

    /// Objects go in the order they came; a finalizer that a step set goes first. Answers do not matter.
    fn clear(&self) -> Result<(), Error> {
        let namespace = format!("/api/v1/namespaces/{}", self.namespace);
        for path in self.strays.iter().chain([&namespace]) {
            let delete = target(&format!("DELETE {path}"), self.namespace)?;
            self.send(&delete, &Asker::Administrator, None)?;
        }
        self.subject.settle()
    }
}

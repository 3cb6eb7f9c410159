//! `/v1/changes`: work that Pebble does on its own time.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    answer::Reply,
    duration,
    error::Error,
    transport::{Call, Pebble},
};

/// One request waits no longer than this for a change; then it is asked again.
const SLICE: Duration = Duration::from_secs(4);

/// Names a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(String);

/// A change and what became of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// Its id.
    pub id: ChangeId,
    /// Such as `start`, `replan` or `exec`.
    pub kind: String,
    /// For people.
    pub summary: String,
    /// Such as `Doing`, `Done` or `Error`.
    pub status: String,
    /// What it consists of.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// Whether it has ended, well or badly.
    pub ready: bool,
    /// Why it ended badly.
    #[serde(default)]
    pub err: Option<String>,
    /// When it began, RFC 3339.
    #[serde(default)]
    pub spawn_time: Option<String>,
    /// When it ended, RFC 3339.
    #[serde(default)]
    pub ready_time: Option<String>,
}

/// A step of a change, about one service or command.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Task {
    /// Its id.
    pub id: String,
    /// Such as `start` or `stop`.
    pub kind: String,
    /// For people, such as `Start service "web"`.
    pub summary: String,
    /// As of the change.
    pub status: String,
    /// Entries `<time> <level> <text>`; the text can have several lines, such as the last output of the service.
    #[serde(default)]
    pub log: Vec<String>,
    /// What the task left behind, such as `exit-code` of an exec.
    #[serde(default)]
    pub data: Value,
}

impl ChangeId {
    /// The id as Pebble wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ChangeId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Change {
    /// The first task that failed.
    pub fn failed_task(&self) -> Option<&Task> {
        self.tasks.iter().find(|task| task.status == "Error")
    }

    /// In one line why it failed: the service, and the last line of its task's log.
    pub(crate) fn failure(&self) -> String {
        let task = self.failed_task();
        let fallback = || {
            self.err
                .as_deref()
                .and_then(|err| err.lines().last())
                .unwrap_or(&self.status)
                .to_owned()
        };
        let why = task
            .and_then(Task::last_log_line)
            .map_or_else(fallback, str::to_owned);
        match task.and_then(Task::service) {
            Some(service) => format!("service `{service}`: {why}"),
            None => why,
        }
    }
}

impl Task {
    /// The service the task is about, taken from its summary; Pebble gives it nowhere else.
    pub fn service(&self) -> Option<&str> {
        self.summary
            .split_once("service \"")?
            .1
            .split_once('"')
            .map(|(name, _)| name)
    }

    /// The last line of the log, without time and level.
    pub fn last_log_line(&self) -> Option<&str> {
        let line = self.log.last()?.lines().last()?.trim();
        let text = [" ERROR ", " INFO "]
            .iter()
            .find_map(|level| line.split_once(level))
            .map(|(_, text)| text);
        Some(text.unwrap_or(line))
    }
}

impl Pebble {
    /// The change as it is now.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::is_not_found`] for an unknown or forgotten change.
    pub fn change(&self, id: &ChangeId) -> Result<Change, Error> {
        self.call(&Call::get(&format!("/v1/changes/{id}")))?.result()
    }

    /// Waits for the end of a change, `timeout` at most.
    ///
    /// # Errors
    /// [`Error::ChangeFailed`] if it ended badly, [`Error::ChangeNotReady`] if it has not ended, else see [`Error`].
    pub fn wait(&self, id: &ChangeId, timeout: Duration) -> Result<Change, Error> {
        let change = self.block_on(self.wait_async(id, timeout))?;
        if change.err.is_none() && change.status != "Error" {
            Ok(change)
        } else {
            Err(Error::ChangeFailed(Box::new(change)))
        }
    }

    /// The change after its end, well or badly.
    pub(crate) async fn wait_async(&self, id: &ChangeId, timeout: Duration) -> Result<Change, Error> {
        let start = Instant::now();
        loop {
            let left = timeout.saturating_sub(start.elapsed());
            let slice = left.min(SLICE);
            match self.wait_slice(id, slice).await {
                Err(Error::Api { status: 504, .. }) if left > SLICE => {}
                Err(Error::Api { status: 504, .. }) => {
                    return Err(Error::ChangeNotReady {
                        id: id.clone(),
                        after: timeout,
                    });
                }
                answer => return answer?.result(),
            }
        }
    }

    async fn wait_slice(&self, id: &ChangeId, slice: Duration) -> Result<Reply, Error> {
        let call = Call::get(&format!("/v1/changes/{id}/wait")).query("timeout", &duration::print(slice));
        let answer = self.send(&call, slice + self.timeout()).await?;
        let status = answer.status();
        Reply::parse(&call.to_string(), status, &answer.body().await?)
    }
}

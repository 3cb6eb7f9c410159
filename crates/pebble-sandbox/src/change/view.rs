//! A change as the API shows it.

use super::{Change, Status, Task};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A picture of one change.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ChangeView {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) summary: String,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tasks: Vec<TaskView>,
    pub(crate) ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) err: Option<String>,
    pub(crate) spawn_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ready_time: Option<Timestamp>,
}

/// A picture of one task.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct TaskView {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) summary: String,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) log: Vec<String>,
    progress: Progress,
    pub(crate) spawn_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ready_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) data: BTreeMap<String, Value>,
}

/// Tasks here are done or not.
#[derive(Debug, Clone, Serialize)]
struct Progress {
    label: &'static str,
    done: u8,
    total: u8,
}

impl ChangeView {
    pub(super) fn of(change: &Change) -> Self {
        Self {
            id: change.id.clone(),
            kind: change.kind.clone(),
            summary: change.summary.clone(),
            status: change.status.as_str(),
            tasks: change.tasks.iter().map(TaskView::of).collect(),
            ready: change.ready.is_some(),
            err: error_text(change),
            spawn_time: change.spawned,
            ready_time: change.ready,
        }
    }
}

impl TaskView {
    fn of(task: &Task) -> Self {
        Self {
            id: task.id.clone(),
            kind: task.kind.clone(),
            summary: task.summary.clone(),
            status: task.status.as_str(),
            log: task.log.clone(),
            progress: Progress {
                label: "",
                done: u8::from(task.status.is_ready()),
                total: 1,
            },
            spawn_time: task.spawned,
            ready_time: task.ready,
            data: task.data.clone(),
        }
    }
}

/// Every error line of every failed task.
fn error_text(change: &Change) -> Option<String> {
    if change.status != Status::Error {
        return None;
    }
    let mut text = "cannot perform the following tasks:".to_owned();
    for task in change.tasks.iter().filter(|task| task.status == Status::Error) {
        let complaints = task.log.iter().filter_map(|line| line.split_once(" ERROR "));
        for (_, complaint) in complaints.filter(|(time, _)| !time.contains(' ')) {
            text.extend(["\n- ", &task.summary, " (", complaint, ")"]);
        }
    }
    Some(text)
}

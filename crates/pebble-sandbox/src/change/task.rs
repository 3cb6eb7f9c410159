//! The hand of whoever performs a task: begin, log, end, and hear of an abort.

use super::{Changes, Status};
use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::watch;

/// One task of one change.
#[derive(Debug, Clone)]
pub(crate) struct TaskHandle {
    changes: Arc<Changes>,
    change: usize,
    task: usize,
    id: String,
    aborted: watch::Receiver<bool>,
}

impl TaskHandle {
    pub(super) fn new(
        changes: Arc<Changes>,
        change: usize,
        task: usize,
        id: String,
        aborted: watch::Receiver<bool>,
    ) -> Self {
        Self {
            changes,
            change,
            task,
            id,
            aborted,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Marks the task as begun. False if it may not begin: it is held, because its change was aborted.
    pub(crate) fn begin(&self) -> bool {
        let mut begun = false;
        self.changes.with_task(self.change, self.task, |task, _| {
            if task.status == Status::Do {
                task.status = Status::Doing;
                begun = true;
            }
        });
        begun
    }

    /// Adds a line to the task's log.
    pub(crate) fn note(&self, message: &str) {
        self.changes.with_task(self.change, self.task, |task, now| {
            task.log.push(line(now, "INFO", message));
        });
    }

    /// Adds a line about something that went wrong, without ending the task.
    pub(crate) fn complain(&self, message: &str) {
        self.changes.with_task(self.change, self.task, |task, now| {
            task.log.push(line(now, "ERROR", message));
        });
    }

    /// Sets what clients find in the task's `data`.
    pub(crate) fn set_data(&self, key: &str, value: Value) {
        self.changes.with_task(self.change, self.task, |task, _| {
            task.data.insert(key.to_owned(), value);
        });
    }

    /// Ends the task, as done or with an error text.
    pub(crate) fn end(&self, outcome: Result<(), String>) {
        self.changes
            .with_task(self.change, self.task, |task, now| match outcome {
                Ok(()) => task.end(Status::Done, now),
                Err(reason) => {
                    task.log.push(line(now, "ERROR", &reason));
                    task.end(Status::Error, now);
                }
            });
    }

    /// Ends the task before it began, because one that it follows failed.
    pub(crate) fn hold(&self) {
        self.changes.with_task(self.change, self.task, |task, now| {
            if task.status == Status::Do {
                task.end(Status::Hold, now);
            }
        });
    }

    /// Ends when somebody aborts the change; otherwise never.
    pub(crate) async fn aborted(&self) {
        let mut aborted = self.aborted.clone();
        if aborted.wait_for(|aborted| *aborted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn line(now: Timestamp, level: &str, message: &str) -> String {
    let second = now.round(Unit::Second).ok().filter(|rounded| *rounded <= now);
    let second = second.unwrap_or_else(|| now.checked_sub(fraction(now)).unwrap_or(now));
    format!("{second} {level} {message}")
}

fn fraction(now: Timestamp) -> SignedDuration {
    SignedDuration::from_nanos(i64::from(now.subsec_nanosecond()))
}

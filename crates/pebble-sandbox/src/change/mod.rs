//! Changes: what was asked for, as tasks that go on in the background. Others create them and report how their tasks
//! go; this room keeps status, logs and error texts, tells waiters and leaves a `change-update` notice at every step.

mod perform;
mod status;
mod task;
mod view;

pub(crate) use perform::{Job, Stage, Work};
pub(crate) use task::TaskHandle;
pub(crate) use view::ChangeView;

use crate::notice::{Notices, Occurrence};
use crate::sync::locked;
use jiff::Timestamp;
use serde_json::Value;
use status::Status;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// All changes of this run of the daemon.
#[derive(Debug)]
pub(crate) struct Changes {
    notices: Arc<Notices>,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    last_task: u64,
    changes: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    id: String,
    kind: String,
    summary: String,
    /// The services it is about, for the query `for`.
    services: Vec<String>,
    /// Beyond the kind, what its notices tell.
    notice_data: BTreeMap<String, String>,
    tasks: Vec<Task>,
    spawned: Timestamp,
    ready: Option<Timestamp>,
    status: Status,
    /// The status that its last notice was about.
    noticed: Status,
    ended: watch::Sender<bool>,
    aborted: watch::Sender<bool>,
}

#[derive(Debug)]
struct Task {
    id: String,
    kind: String,
    summary: String,
    status: Status,
    log: Vec<String>,
    data: BTreeMap<String, Value>,
    spawned: Timestamp,
    ready: Option<Timestamp>,
}

/// What a change is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject {
    pub(crate) kind: String,
    pub(crate) summary: String,
    pub(crate) services: Vec<String>,
    pub(crate) notice_data: BTreeMap<String, String>,
}

/// Which changes a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Select {
    All,
    InProgress,
    Ready,
}

/// A change with nothing left to abort.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NothingPending;

impl Changes {
    pub(crate) fn new(notices: Arc<Notices>) -> Self {
        Self {
            notices,
            store: Mutex::default(),
        }
    }

    /// Creates a change with tasks (kind and summary each); without any it is done at once. Gives its id and a
    /// handle per task.
    pub(crate) fn create(
        self: &Arc<Self>,
        subject: Subject,
        tasks: impl IntoIterator<Item = (String, String)>,
    ) -> (String, Vec<TaskHandle>) {
        let now = crate::log::now();
        let mut store = locked(&self.store);
        let id = (store.changes.len() + 1).to_string();
        let mut change = Change::new(id.clone(), subject, now);
        for (kind, summary) in tasks {
            store.last_task += 1;
            change
                .tasks
                .push(Task::new(store.last_task.to_string(), kind, summary, now));
        }
        change.update(now);
        self.notify(&change, now);
        let (aborted, number) = (change.aborted.subscribe(), store.changes.len());
        let handles = (0..change.tasks.len()).map(|task| {
            let id = change
                .tasks
                .get(task)
                .map(|task| task.id.clone())
                .unwrap_or_default();
            TaskHandle::new(Arc::clone(self), number, task, id, aborted.clone())
        });
        let handles = handles.collect();
        store.changes.push(change);
        (id, handles)
    }

    /// One change as the API shows it.
    pub(crate) fn view(&self, id: &str) -> Option<ChangeView> {
        locked(&self.store).find(id).map(ChangeView::of)
    }

    /// All changes that are selected and, if `service` is given, are about it.
    pub(crate) fn list(&self, select: Select, service: Option<&str>) -> Vec<ChangeView> {
        let chosen = |change: &&Change| {
            let fits = match select {
                Select::All => true,
                Select::InProgress => change.ready.is_none(),
                Select::Ready => change.ready.is_some(),
            };
            fits && service.is_none_or(|name| change.services.iter().any(|service| service == name))
        };
        locked(&self.store)
            .changes
            .iter()
            .filter(chosen)
            .map(ChangeView::of)
            .collect()
    }

    /// Ends when the change is ready. `None` if there is no such change.
    pub(crate) async fn ready(&self, id: &str) -> Option<ChangeView> {
        let mut ended = locked(&self.store).find(id)?.ended.subscribe();
        // The sender lives as long as the change, which is never dropped.
        let _ = ended.wait_for(|ended| *ended).await;
        self.view(id)
    }

    /// Asks a change to stop: tasks that did not begin are held, one that runs is told.
    ///
    /// # Errors
    /// When all its tasks are over. `None` if there is no such change.
    pub(crate) fn abort(&self, id: &str) -> Option<Result<ChangeView, NothingPending>> {
        let now = crate::log::now();
        let mut store = locked(&self.store);
        let change = store.changes.iter_mut().find(|change| change.id == id)?;
        if change.ready.is_some() {
            return Some(Err(NothingPending));
        }
        for task in &mut change.tasks {
            match task.status {
                Status::Do => task.end(Status::Hold, now),
                Status::Doing => task.status = Status::Abort,
                Status::Abort | Status::Done | Status::Hold | Status::Error => {}
            }
        }
        change.aborted.send_replace(true);
        if change.update(now) {
            self.notify(change, now);
        }
        Some(Ok(ChangeView::of(change)))
    }

    /// The kind of the task with this id, if there is one.
    pub(crate) fn task_kind(&self, id: &str) -> Option<String> {
        let store = locked(&self.store);
        let mut tasks = store.changes.iter().flat_map(|change| &change.tasks);
        tasks.find(|task| task.id == id).map(|task| task.kind.clone())
    }

    /// Changes one task, and what follows from that for its change.
    fn with_task(&self, change: usize, task: usize, act: impl FnOnce(&mut Task, Timestamp)) {
        let now = crate::log::now();
        let mut store = locked(&self.store);
        let Some(change) = store.changes.get_mut(change) else {
            return;
        };
        let Some(task) = change.tasks.get_mut(task) else {
            return;
        };
        act(task, now);
        if change.update(now) {
            self.notify(change, now);
        }
    }

    fn notify(&self, change: &Change, now: Timestamp) {
        let mut data = change.notice_data.clone();
        data.insert("kind".to_owned(), change.kind.clone());
        let (kind, key) = ("change-update".to_owned(), change.id.clone());
        self.notices.add(
            Occurrence {
                kind,
                key,
                data,
                ..Occurrence::default()
            },
            now,
        );
    }
}

impl Store {
    fn find(&self, id: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.id == id)
    }
}

impl Change {
    fn new(id: String, subject: Subject, now: Timestamp) -> Self {
        let Subject {
            kind,
            summary,
            services,
            notice_data,
        } = subject;
        Self {
            id,
            kind,
            summary,
            services,
            notice_data,
            tasks: Vec::new(),
            spawned: now,
            ready: None,
            status: Status::Do,
            noticed: Status::Do,
            ended: watch::Sender::new(false),
            aborted: watch::Sender::new(false),
        }
    }

    /// Follows its tasks; true if its own status moved in a way that others are told about.
    fn update(&mut self, now: Timestamp) -> bool {
        self.status = Status::of_all(self.tasks.iter().map(|task| task.status));
        if self.status.is_ready() && self.ready.is_none() {
            self.ready = Some(now);
            self.ended.send_replace(true);
        }
        // Between two tasks a change is back at `Do`: no news.
        let between_tasks = self.noticed == Status::Doing && self.status == Status::Do;
        let news = self.noticed != self.status && !between_tasks;
        if news {
            self.noticed = self.status;
        }
        news
    }
}

impl Task {
    fn new(id: String, kind: String, summary: String, now: Timestamp) -> Self {
        let (log, data) = (Vec::new(), BTreeMap::new());
        Self {
            id,
            kind,
            summary,
            status: Status::Do,
            log,
            data,
            spawned: now,
            ready: None,
        }
    }

    fn end(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.ready = Some(now);
    }
}

#[cfg(test)]
mod tests;

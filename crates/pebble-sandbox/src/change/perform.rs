//! Performing tasks in the background: stages one after the other, lanes of a stage side by side, the tasks of a lane
//! in order. What follows a failure is held.

use super::{Changes, Subject, TaskHandle};
use futures_util::future::{BoxFuture, join_all};
use std::sync::Arc;

/// What a task does: it is given its handle, and ends with success or an error text.
pub(crate) type Work = Box<dyn FnOnce(TaskHandle) -> BoxFuture<'static, Result<(), String>> + Send>;

/// One task to perform.
pub(crate) struct Job {
    pub(crate) kind: String,
    pub(crate) summary: String,
    pub(crate) work: Work,
}

/// Lanes that go on side by side.
pub(crate) type Stage = Vec<Vec<Job>>;

type Step = (TaskHandle, Work);

impl Changes {
    /// Creates a change and begins to perform it. Gives its id.
    pub(crate) fn perform(self: &Arc<Self>, subject: Subject, stages: Vec<Stage>) -> String {
        let mut works = Vec::new();
        let mut names = Vec::new();
        let mut shape: Vec<Vec<usize>> = Vec::new();
        for stage in stages {
            shape.push(stage.iter().map(Vec::len).collect());
            for Job { kind, summary, work } in stage.into_iter().flatten() {
                names.push((kind, summary));
                works.push(work);
            }
        }
        let (id, handles) = self.create(subject, names);
        let mut steps = handles.into_iter().zip(works);
        let mut lane = |length: &usize| steps.by_ref().take(*length).collect::<Vec<Step>>();
        let stages: Vec<Vec<Vec<Step>>> = shape
            .iter()
            .map(|lanes| lanes.iter().map(&mut lane).collect())
            .collect();
        tokio::spawn(perform_stages(stages));
        id
    }
}

async fn perform_stages(stages: Vec<Vec<Vec<Step>>>) {
    let mut well = true;
    for stage in stages {
        let lanes = join_all(stage.into_iter().map(|lane| perform_lane(lane, well))).await;
        well = lanes.into_iter().all(|lane_went_well| lane_went_well) && well;
    }
}

async fn perform_lane(lane: Vec<Step>, mut well: bool) -> bool {
    for (task, work) in lane {
        if well && task.begin() {
            let outcome = work(task.clone()).await;
            well = outcome.is_ok();
            task.end(outcome);
        } else {
            task.hold();
            well = false;
        }
    }
    well
}

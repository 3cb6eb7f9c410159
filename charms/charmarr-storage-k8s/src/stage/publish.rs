//! Stage `publish`: every related application has the data, and who comes and goes is noted.

use std::{collections::BTreeMap, ops::ControlFlow};

use charmarr_lib::{MountPath, interfaces::media_storage::MediaStorageProviderData};
use juju_ops::Decision;

use crate::facts::Facts;

/// One change to what is published or noted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Publish this to all relations.
    Publish(MediaStorageProviderData),
    /// Take back what was published: what it names is going or gone.
    Withdraw,
    /// Log who came and who went, and keep the list.
    Note {
        before: BTreeMap<u32, String>,
        now: BTreeMap<u32, String>,
    },
}

type Decided = ControlFlow<Decision<super::Step>>;

pub(crate) fn decide(facts: &Facts) -> Decided {
    let data = MediaStorageProviderData {
        pvc_name: facts.wanted.claim.name.clone(),
        mount_path: MountPath::usual(),
        puid: facts.wanted.puid,
        pgid: facts.wanted.pgid,
    };
    if facts
        .consumers
        .iter()
        .any(|consumer| consumer.published.as_ref() != Some(&data))
    {
        return step(Step::Publish(data));
    }
    let now: BTreeMap<u32, String> = facts
        .consumers
        .iter()
        .map(|consumer| (consumer.id.number(), consumer.name.clone()))
        .collect();
    if now != facts.noted {
        return step(Step::Note {
            before: facts.noted.clone(),
            now,
        });
    }
    ControlFlow::Continue(())
}

/// Takes back what is published, if anything is: for the stage `claim`, before it says why.
pub(crate) fn withdraw(facts: &Facts) -> Decided {
    let published = facts
        .consumers
        .iter()
        .any(|consumer| consumer.published.is_some());
    if published {
        step(Step::Withdraw)
    } else {
        ControlFlow::Continue(())
    }
}

fn step(step: Step) -> Decided {
    ControlFlow::Break(Decision::Do(super::Step::Publish(step)))
}

//! The relation family: which relations there are, who is at the other side, what the bags hold.

use serde::Deserialize;

use super::{Command, yaml};
use crate::databag::Settings;
use crate::error::Error;
use crate::name::{AppName, RelationId, UnitName};
use crate::transport::Transport;

/// Whose bag of a relation is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bag<'a> {
    /// The bag of an application, written by its leader.
    App(&'a AppName),
    /// The bag of one unit.
    Unit(&'a UnitName),
}

/// Which of our own bags of a relation is written: Juju has no way to name another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnBag {
    /// The bag of our application: only its leader may.
    App,
    /// The bag of this unit.
    Unit,
}

/// The relations at a local endpoint.
///
/// [`relation-ids`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/relation-ids/)
pub fn relation_ids(transport: &dyn Transport, endpoint: &str) -> Result<Vec<RelationId>, Error> {
    Command::new("relation-ids").arg(endpoint).read(transport)
}

/// The units at the other side.
///
/// [`relation-list`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/relation-list/)
pub fn relation_list(transport: &dyn Transport, id: &RelationId) -> Result<Vec<UnitName>, Error> {
    Command::new("relation-list").arg("-r").arg(id).read(transport)
}

/// The application at the other side, known even where it has no unit.
///
/// [`relation-list --app`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/relation-list/)
pub fn relation_remote_app(transport: &dyn Transport, id: &RelationId) -> Result<AppName, Error> {
    Command::new("relation-list")
        .arg("--app")
        .arg("-r")
        .arg(id)
        .read(transport)
}

/// A whole bag; an empty one has no keys.
///
/// [`relation-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/relation-get/)
pub fn relation_get(transport: &dyn Transport, id: &RelationId, bag: Bag<'_>) -> Result<Settings, Error> {
    get(id, bag).read(transport).map(Option::unwrap_or_default)
}

/// Several whole bags, in the order asked for, with fewer waits than one [`relation_get`] after the other.
pub fn relation_get_each(
    transport: &dyn Transport,
    bags: &[(&RelationId, Bag<'_>)],
) -> Vec<Result<Settings, Error>> {
    let commands = bags.iter().map(|(id, bag)| get(id, *bag)).collect();
    Command::read_each(commands, transport)
        .into_iter()
        .map(|answer| answer.map(Option::unwrap_or_default))
        .collect()
}

fn get(id: &RelationId, bag: Bag<'_>) -> Command {
    let command = Command::new("relation-get").arg("-r").arg(id);
    match bag {
        Bag::App(app) => command.arg("--app").arg("-").arg(app),
        Bag::Unit(unit) => command.arg("-").arg(unit),
    }
}

/// The UUID of the model at the other side. Since Juju 3.6.2.
///
/// [`relation-model-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/relation-model-get/)
pub fn relation_model_get(transport: &dyn Transport, id: &RelationId) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Model {
        uuid: String,
    }
    let Model { uuid } = Command::new("relation-model-get")
        .arg("-r")
        .arg(id)
        .read(transport)?;
    Ok(uuid)
}

/// Writes keys of one of our own bags. An empty value deletes the key. Juju sends it when the hook succeeds.
///
/// [`relation-set`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/relation-set/)
pub fn relation_set(
    transport: &dyn Transport,
    id: &RelationId,
    bag: OwnBag,
    settings: &Settings,
) -> Result<(), Error> {
    let command = Command::new("relation-set");
    let command = match bag {
        OwnBag::App => command.arg("--app"),
        OwnBag::Unit => command,
    };
    command
        .arg("-r")
        .arg(id)
        .arg("--file")
        .arg("-")
        .stdin(yaml::document(settings))
        .run(transport)
}

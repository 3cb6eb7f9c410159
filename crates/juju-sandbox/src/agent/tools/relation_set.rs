//! `relation-set`: the unit's own bag, or on the leader that of its application. There is no way to name any other.

use super::flags::Args;
use super::relation::needed;
use super::{HookContext, Output, Stop, settings};
use juju_model::Settings;

pub(super) fn run(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (id, view) = needed(context, args)?;
    let words = settings::from_words(args.words())?;
    let mut edits = args
        .file()?
        .map(settings::from_yaml)
        .transpose()?
        .unwrap_or_default();
    edits.extend(words);
    if args.is_on("app") {
        if !context.is_leader() {
            return Err(Stop::failed("cannot write relation settings"));
        }
        let before = view.own_app_bag().clone();
        edit(context.changes.app_bags.entry(id).or_insert(before), edits);
    } else if !edits.is_empty() {
        let before = view.own_unit_bag().clone();
        edit(context.changes.unit_bags.entry(id).or_insert(before), edits);
    }
    Ok(Output::Nothing)
}

/// An empty value takes the key away.
fn edit(bag: &mut Settings, edits: Settings) {
    for (key, value) in edits {
        if value.is_empty() {
            bag.remove(&key);
        } else {
            bag.insert(key, value);
        }
    }
}

//! `juju config` and `juju trust`. The hooks follow from the changed facts.

use super::{Outcome, Reason, all_good};
use crate::charm::CharmFacts;
use crate::config::ConfigValue;
use crate::names::AppName;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    pub(super) fn configure(
        &mut self,
        app: &AppName,
        values: &BTreeMap<String, String>,
        reset: &BTreeSet<String>,
    ) -> Result<Outcome, Vec<Reason>> {
        let application = self.living(app)?;
        let mut reasons = Vec::new();
        let values = typed(&application.charm, values, &mut reasons);
        let unknown = |name: &&String| !application.charm.options.contains_key(*name);
        reasons.extend(reset.iter().filter(unknown).cloned().map(Reason::UnknownOption));
        all_good(reasons)?;
        application.config.retain(|name, _| !reset.contains(name));
        application.config.extend(values);
        Ok(Outcome::Done)
    }

    pub(super) fn trust(&mut self, app: &AppName, trust: bool) -> Result<Outcome, Vec<Reason>> {
        self.living(app)?.trust = trust;
        Ok(Outcome::Done)
    }
}

/// The values, each of its option's type; what is wrong goes to `reasons`.
pub(super) fn typed(
    charm: &CharmFacts,
    values: &BTreeMap<String, String>,
    reasons: &mut Vec<Reason>,
) -> BTreeMap<String, ConfigValue> {
    let mut typed = BTreeMap::new();
    for (name, text) in values {
        match charm
            .options
            .get(name)
            .map(|option| (option.kind, option.kind.parse(text)))
        {
            None => reasons.push(Reason::UnknownOption(name.clone())),
            Some((expected, None)) => {
                reasons.push(Reason::WrongType {
                    option: name.clone(),
                    expected,
                    value: text.clone(),
                });
            }
            Some((_, Some(value))) => {
                typed.insert(name.clone(), value);
            }
        }
    }
    typed
}

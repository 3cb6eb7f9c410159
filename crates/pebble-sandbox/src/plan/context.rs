//! The surroundings of a command: environment, user, group, working directory; its own, on top of a service's.
//!
//! Services and checks hold the same six members in their own structs: what a layer may not say is refused by name
//! (`deny_unknown_fields`), which serde does not do for a struct within a struct.

use super::{Check, ExecCheck, Plan, Service};
use serde::Deserialize;
use std::collections::BTreeMap;

/// In which surroundings a command runs. Unset members are the daemon's.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Context {
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) user_id: Option<u32>,
    pub(crate) user: String,
    pub(crate) group_id: Option<u32>,
    pub(crate) group: String,
    pub(crate) working_dir: String,
}

impl Plan {
    /// `own`, completed by what the service `name` says; an empty name adds nothing.
    ///
    /// # Errors
    /// When the plan has no such service.
    pub(crate) fn in_context_of(&self, name: &str, own: Context) -> Result<Context, String> {
        if name.is_empty() {
            return Ok(own);
        }
        let service = self
            .services
            .get(name)
            .ok_or_else(|| format!("context service {name:?} not found"))?;
        let mut context = service.context();
        context.merge(own);
        Ok(context)
    }

    /// The check `name` with the context of its service put in, so that it can be compared and run by itself.
    pub(crate) fn complete_check(&self, name: &str) -> Option<Check> {
        let mut check = self.checks.get(name)?.clone();
        if let Some(exec) = &mut check.exec
            && let Ok(context) = self.in_context_of(&exec.service_context, exec.context())
        {
            exec.set_context(context);
        }
        Some(check)
    }
}

impl Context {
    /// What `over` says, and what this says where `over` is silent.
    pub(super) fn merge(&mut self, over: Self) {
        let Self {
            environment,
            user_id,
            user,
            group_id,
            group,
            working_dir,
        } = over;
        self.environment.extend(environment);
        self.user_id = user_id.or(self.user_id);
        self.group_id = group_id.or(self.group_id);
        for (own, over) in [
            (&mut self.user, user),
            (&mut self.group, group),
            (&mut self.working_dir, working_dir),
        ] {
            if !over.is_empty() {
                *own = over;
            }
        }
    }
}

/// The context that stands in the members of an entry.
macro_rules! with_context {
    ($entry:ty) => {
        impl $entry {
            pub(crate) fn context(&self) -> Context {
                Context {
                    environment: self.environment.clone(),
                    user_id: self.user_id,
                    user: self.user.clone(),
                    group_id: self.group_id,
                    group: self.group.clone(),
                    working_dir: self.working_dir.clone(),
                }
            }

            pub(super) fn set_context(&mut self, context: Context) {
                Context {
                    environment: self.environment,
                    user_id: self.user_id,
                    user: self.user,
                    group_id: self.group_id,
                    group: self.group,
                    working_dir: self.working_dir,
                } = context;
            }

            pub(super) fn merge_context(&mut self, later: &Self) {
                let mut context = self.context();
                context.merge(later.context());
                self.set_context(context);
            }
        }
    };
}

with_context!(Service);
with_context!(ExecCheck);

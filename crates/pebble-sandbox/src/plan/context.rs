//! The surroundings of a command: environment, user, group, working directory; its own, on top of a service's.

use super::{Check, ExecCheck, Plan};
use std::collections::BTreeMap;

/// In which surroundings a command runs. Unset members are the daemon's.
#[derive(Clone, PartialEq, Debug, Default)]
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
        let or = |own: String, theirs: &String| if own.is_empty() { theirs.clone() } else { own };
        let mut environment = service.environment.clone();
        environment.extend(own.environment);
        Ok(Context {
            environment,
            user_id: own.user_id.or(service.user_id),
            user: or(own.user, &service.user),
            group_id: own.group_id.or(service.group_id),
            group: or(own.group, &service.group),
            working_dir: or(own.working_dir, &service.working_dir),
        })
    }

    /// The check `name` with the context of its service put in, so that it can be compared and run by itself.
    pub(crate) fn complete_check(&self, name: &str) -> Option<Check> {
        let mut check = self.checks.get(name)?.clone();
        if let Some(exec) = &mut check.exec
            && let Ok(context) = self.in_context_of(&exec.service_context, exec.context())
        {
            exec.environment = context.environment;
            exec.user_id = context.user_id;
            exec.user = context.user;
            exec.group_id = context.group_id;
            exec.group = context.group;
            exec.working_dir = context.working_dir;
        }
        Some(check)
    }
}

impl ExecCheck {
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
}

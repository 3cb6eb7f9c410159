//! From method and path to what is asked for: pure.

use super::{Access, Refusal};
use hyper::Method;

/// Everything that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    SystemInfo,
    Health,
    Plan,
    AddLayer,
    Services,
    ActOnServices,
    Changes,
    Change(String),
    WaitChange(String),
    AbortChange(String),
    Files,
    ActOnFiles,
    Exec,
    TaskWebsocket { task: String, socket: String },
    Checks,
    ActOnChecks,
    RefreshCheck,
    Notices,
    Notice(String),
    AddNotice,
    Signals,
    Logs,
    Identities,
    ActOnIdentities,
    Metrics,
}

/// Finds the route of a request.
///
/// # Errors
/// 404 for a path that does not exist, 405 for a method that it does not have.
pub(crate) fn route(method: &Method, path: &str) -> Result<Route, Refusal> {
    let unknown = || Refusal::not_found("invalid API endpoint requested").without_kind();
    let (get, post) = methods(path).ok_or_else(unknown)?;
    let route = match *method {
        Method::GET => get,
        Method::POST => post,
        _ => None,
    };
    route.ok_or_else(|| Refusal::method(method))
}

/// What a path answers to GET and to POST; `None` if there is no such path.
fn methods(path: &str) -> Option<(Option<Route>, Option<Route>)> {
    let path = path.strip_prefix("/v1/")?;
    let parts: Vec<&str> = path.split('/').collect();
    Some(match *parts.as_slice() {
        ["system-info"] => (Some(Route::SystemInfo), None),
        ["health"] => (Some(Route::Health), None),
        ["plan"] => (Some(Route::Plan), None),
        ["layers"] => (None, Some(Route::AddLayer)),
        ["services"] => (Some(Route::Services), Some(Route::ActOnServices)),
        ["changes"] => (Some(Route::Changes), None),
        ["changes", id] => (
            Some(Route::Change(id.to_owned())),
            Some(Route::AbortChange(id.to_owned())),
        ),
        ["changes", id, "wait"] => (Some(Route::WaitChange(id.to_owned())), None),
        ["files"] => (Some(Route::Files), Some(Route::ActOnFiles)),
        ["exec"] => (None, Some(Route::Exec)),
        ["tasks", task, "websocket", socket] => (
            Some(Route::TaskWebsocket {
                task: task.to_owned(),
                socket: socket.to_owned(),
            }),
            None,
        ),
        ["checks"] => (Some(Route::Checks), Some(Route::ActOnChecks)),
        ["checks", "refresh"] => (None, Some(Route::RefreshCheck)),
        ["notices"] => (Some(Route::Notices), Some(Route::AddNotice)),
        ["notices", id] => (Some(Route::Notice(id.to_owned())), None),
        ["signals"] => (None, Some(Route::Signals)),
        ["logs"] => (Some(Route::Logs), None),
        ["identities"] => (Some(Route::Identities), Some(Route::ActOnIdentities)),
        ["metrics"] => (Some(Route::Metrics), None),
        _ => return None,
    })
}

impl Route {
    /// Who may ask this.
    pub(crate) fn access(&self) -> Access {
        match self {
            Self::SystemInfo | Self::Health => Access::Open,
            Self::Metrics => Access::Metrics,
            Self::Plan
            | Self::Services
            | Self::Changes
            | Self::Change(_)
            | Self::WaitChange(_)
            | Self::Checks
            | Self::Notices
            | Self::Notice(_)
            | Self::AddNotice
            | Self::Logs
            | Self::Identities => Access::Read,
            Self::AddLayer
            | Self::ActOnServices
            | Self::AbortChange(_)
            | Self::Files
            | Self::ActOnFiles
            | Self::Exec
            | Self::TaskWebsocket { .. }
            | Self::ActOnChecks
            | Self::RefreshCheck
            | Self::Signals
            | Self::ActOnIdentities => Access::Admin,
        }
    }

    /// Whether requests are logged: not those that pollers make all the time.
    pub(crate) fn is_logged(&self) -> bool {
        !matches!(self, Self::SystemInfo | Self::Health | Self::Change(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &Method, path: &str, expect: &Result<Route, Refusal>) {
        assert_eq!(&route(method, path), expect, "{method} {path}");
    }

    #[test]
    fn routes() {
        check(&Method::GET, "/v1/plan", &Ok(Route::Plan));
        check(
            &Method::GET,
            "/v1/changes/3/wait",
            &Ok(Route::WaitChange("3".into())),
        );
        check(
            &Method::POST,
            "/v1/changes/3",
            &Ok(Route::AbortChange("3".into())),
        );
        let (task, socket) = ("9".to_owned(), "stdio".to_owned());
        check(
            &Method::GET,
            "/v1/tasks/9/websocket/stdio",
            &Ok(Route::TaskWebsocket { task, socket }),
        );
        check(&Method::DELETE, "/v1/plan", &Err(Refusal::method("DELETE")));
        check(&Method::GET, "/v1/layers", &Err(Refusal::method("GET")));
        for path in ["/", "/v1", "/v1/", "/v2/plan", "/v1/plan/", "/v1/tasks/9"] {
            let unknown = Refusal::not_found("invalid API endpoint requested").without_kind();
            check(&Method::GET, path, &Err(unknown));
        }
    }

    #[test]
    fn access() {
        assert_eq!(Route::Health.access(), Access::Open);
        assert_eq!(Route::AddNotice.access(), Access::Read);
        assert_eq!(Route::Files.access(), Access::Admin);
        assert_eq!(Route::Exec.access(), Access::Admin);
    }
}

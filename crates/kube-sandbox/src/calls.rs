//! What is told about an https request, and which of them are made to fail.

/// One https request that was carried out (or refused), told just before its answer is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCall {
    /// Who asked, as RBAC names them: `system:serviceaccount:<namespace>:<name>`.
    pub user: String,
    /// The RBAC verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// The plural name, such as `statefulsets`; the whole path for a request that names no resource.
    pub resource: String,
    /// Such as `status`.
    pub subresource: Option<String>,
    /// None for objects of the whole cluster.
    pub namespace: Option<String>,
    /// None for a list or a creation.
    pub name: Option<String>,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// How long it took to answer, in milliseconds.
    pub millis: u64,
    /// What was asked for, as `apps/v1 deployments` or `v1 pods/exec`, if a cluster may have it and this one never has.
    pub unserved: Option<String>,
}

/// Makes the next matching https requests fail before they are carried out. A filter that is `None` matches all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Only requests of this user.
    pub user: Option<String>,
    /// Only requests with this RBAC verb.
    pub verb: Option<String>,
    /// Only requests for this plural name.
    pub resource: Option<String>,
    /// Only requests for the object of this name.
    pub name: Option<String>,
    /// How many requests fail.
    pub times: u32,
    /// What they get.
    pub answer: FaultAnswer,
}

/// What a request that was made to fail gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultAnswer {
    /// A `Status` object with this HTTP code.
    Status(u16),
    /// The connection is closed without an answer.
    Drop,
    /// The same, and the server refuses connections from then on, until
    /// [`KubeSandbox::set_available`](crate::KubeSandbox::set_available).
    GoDown,
}

impl Fault {
    /// True if the request that `call` is about is one of those meant.
    pub(crate) fn matches(&self, call: &ApiCall) -> bool {
        let is = |want: &Option<String>, have: Option<&str>| want.is_none() || want.as_deref() == have;
        is(&self.user, Some(&call.user))
            && is(&self.verb, Some(&call.verb))
            && is(&self.resource, Some(&call.resource))
            && is(&self.name, call.name.as_deref())
    }
}

//! Which objects can be read and written: a type and where its objects live.

use std::fmt::Debug;

use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope};
use kube::Resource;
use serde::de::DeserializeOwned;

/// A kind of object known at compile time: every type of `k8s-openapi`, and any type that implements
/// [`kube::Resource`], such as one that holds only the fields a charm looks at.
pub trait Kind: Resource<DynamicType = (), Scope: Scope> + DeserializeOwned + Clone + Debug {}

impl<K: Resource<DynamicType = (), Scope: Scope> + DeserializeOwned + Clone + Debug> Kind for K {}

/// Where the objects of a kind live.
pub trait Scope {
    /// The namespace of the path, where the kind has one.
    fn namespace(own: &str) -> Option<&str>;
}

impl Scope for NamespaceResourceScope {
    fn namespace(own: &str) -> Option<&str> {
        Some(own)
    }
}

impl Scope for ClusterResourceScope {
    fn namespace(_own: &str) -> Option<&str> {
        None
    }
}

//! A charm's view of Kubernetes: a small blocking facade over kube.
#![warn(missing_docs)]

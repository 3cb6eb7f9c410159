//! An embedded Kubernetes API with small controllers.
#![warn(missing_docs)]

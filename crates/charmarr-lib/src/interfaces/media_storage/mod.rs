//! `media-storage`: one shared volume for every media application.
//!
//! The storage charm says which claim to mount, where, and as whom; an application says its name. How the volume is
//! provisioned never crosses. Each side writes one key, `config`, holding a JSON object, into its application's databag,
//! and so do charms on the Python library: fields that one side does not know are ignored, optional ones that are
//! missing take their default.
//!
//! The provider is passive: it publishes, to every relation, and reacts to nothing. What a requirer makes of the
//! relations it has is an [`Offer`], and what it says to a person is a pure function of that.

mod data;
mod offer;
mod provider;
mod requirer;
#[cfg(test)]
mod tests;

pub use data::{MediaStorage, MediaStorageProviderData, MediaStorageRequirerData};
pub use offer::Offer;
pub use provider::MediaStorageProvider;
pub use requirer::{MediaStorageChangedEvent, MediaStorageRequirer};

/// The endpoint's usual name, which is the interface's.
pub const ENDPOINT: &str = "media-storage";

//! What the Charmarr charms share: the media-storage interface, the claim, the mount, the media application.
#![warn(missing_docs)]

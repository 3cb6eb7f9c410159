//! Names, paths and ids as types, parsed where they enter, so that hostile data stops at the edge.

mod id;
mod instance_name;
mod mount_path;
mod pvc_name;
#[cfg(test)]
mod schema;

pub use id::{Gid, InvalidId, Uid};
pub use instance_name::{InstanceName, InvalidInstanceName};
pub use mount_path::{InvalidMountPath, MountPath};
pub use pvc_name::{InvalidPvcName, PvcName};

/// What every text newtype here has: its text, parsing, and the same in serde.
macro_rules! text {
    ($name:ident, $invalid:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $invalid;

            fn from_str(text: &str) -> Result<Self, $invalid> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
use text;

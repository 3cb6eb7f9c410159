//! User and group ids, which cannot be passed for each other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The highest id that Kubernetes takes for `runAsUser` and `runAsGroup`.
const HIGHEST: i64 = (1 << 31) - 1;

/// A number that is no user or group id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an id: 0 to {HIGHEST}")]
pub struct InvalidId(i64);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "u32")]
        pub struct $name(u32);

        impl $name {
            /// The id that the container images of the media world use where nothing else is said.
            pub const fn usual() -> Self {
                Self(1000)
            }

            /// The number.
            pub const fn get(self) -> u32 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidId;

            fn try_from(id: i64) -> Result<Self, InvalidId> {
                match u32::try_from(id) {
                    Ok(valid) if id <= HIGHEST => Ok(Self(valid)),
                    Ok(_) | Err(_) => Err(InvalidId(id)),
                }
            }
        }

        impl From<$name> for u32 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A user id: the owner of the files on the shared volume.
    Uid
}

id! {
    /// A group id: the group of the files on the shared volume.
    Gid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: i64, valid: bool) {
        assert_eq!(Uid::try_from(id).is_ok(), valid, "{id}");
        assert_eq!(Gid::try_from(id).is_ok(), valid, "{id}");
    }

    #[test]
    fn ids_have_31_bits() {
        for good in [0, 1, 1000, 2_147_483_647] {
            check(good, true);
        }
        for bad in [
            -1,
            2_147_483_648,
            4_294_967_295,
            4_294_967_296,
            i64::MIN,
            i64::MAX,
        ] {
            check(bad, false);
        }
    }
}

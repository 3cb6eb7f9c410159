//! Endpoints by interface and role: which data this side writes and which it reads is a matter of types.

use std::fmt;
use std::marker::PhantomData;

use crate::databag::Databag;

/// A Juju interface: the data each side publishes.
pub trait Interface {
    /// The name in `charmcraft.yaml`.
    const NAME: &'static str;
    /// What the providing application writes.
    type Provider: Databag;
    /// What the requiring application writes.
    type Requirer: Databag;
}

/// A local endpoint: [`Provides`] or [`Requires`].
pub trait Endpoint {
    /// What our application writes.
    type Local: Databag;
    /// What the other application writes.
    type Remote: Databag;

    /// The name in `charmcraft.yaml`.
    fn name(&self) -> &'static str;
}

/// Defines a role: an endpoint that knows its name and its interface.
macro_rules! role {
    ($(#[$doc:meta])* $role:ident: $local:ident to $remote:ident) => {
        $(#[$doc])*
        pub struct $role<I> {
            name: &'static str,
            interface: PhantomData<fn() -> I>,
        }

        impl<I: Interface> $role<I> {
            /// The endpoint of this name in `charmcraft.yaml`.
            pub const fn new(name: &'static str) -> Self {
                Self { name, interface: PhantomData }
            }
        }

        impl<I: Interface> Endpoint for $role<I> {
            type Local = I::$local;
            type Remote = I::$remote;

            fn name(&self) -> &'static str {
                self.name
            }
        }

        impl<I> Clone for $role<I> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<I> Copy for $role<I> {}

        impl<I> fmt::Debug for $role<I> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($role)).field(&self.name).finish()
            }
        }
    };
}

role! {
    /// An endpoint under `provides`: we write [`Interface::Provider`] and read [`Interface::Requirer`].
    Provides: Provider to Requirer
}

role! {
    /// An endpoint under `requires`: we write [`Interface::Requirer`] and read [`Interface::Provider`].
    Requires: Requirer to Provider
}

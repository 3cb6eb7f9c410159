//! Endpoints by interface and role: which data this side writes and which it reads is a matter of types.

use std::fmt;
use std::marker::PhantomData;

use crate::databag::{Databag, Settings};
use crate::error::Error;
use crate::name::RelationId;

/// A Juju interface: the data each side publishes.
pub trait Interface {
    /// The name in `charmcraft.yaml`.
    const NAME: &'static str;
    /// What the providing application writes.
    type Provider: Databag;
    /// What the requiring application writes.
    type Requirer: Databag;
}

/// A local endpoint: [`Provides`], [`Requires`] or [`Peers`].
pub trait Endpoint {
    /// What our application writes.
    type Local: Databag;
    /// What the other application writes.
    type Remote: Databag;

    /// The name in `charmcraft.yaml`.
    fn name(&self) -> &'static str;
}

/// An [`Interface`] at which units speak too, each for itself.
pub trait UnitInterface: Interface {
    /// What each providing unit writes.
    type ProviderUnit: Databag;
    /// What each requiring unit writes.
    type RequirerUnit: Databag;
}

/// What the units of one application tell each other at a peer endpoint.
pub trait PeerInterface {
    /// The name in `charmcraft.yaml`.
    const NAME: &'static str;
    /// What the leader writes for all.
    type App: Databag;
    /// What each unit writes.
    type Unit: Databag;
}

/// A local endpoint at which units speak too.
pub trait UnitEndpoint: Endpoint {
    /// What this unit writes.
    type LocalUnit: Databag;
    /// What each unit at the other side writes; at a peer endpoint, each other unit of our application.
    type RemoteUnit: Databag;
}

/// Defines a role: an endpoint that knows its name and its interface.
macro_rules! role {
    ($(#[$doc:meta])* $role:ident of $interface:ident: $local:ident to $remote:ident,
        units of $units:ident: $local_unit:ident to $remote_unit:ident) => {
        $(#[$doc])*
        pub struct $role<I> {
            name: &'static str,
            interface: PhantomData<fn() -> I>,
        }

        impl<I: $interface> $role<I> {
            /// The endpoint of this name in `charmcraft.yaml`.
            pub const fn new(name: &'static str) -> Self {
                Self { name, interface: PhantomData }
            }
        }

        impl<I: $interface> Endpoint for $role<I> {
            type Local = I::$local;
            type Remote = I::$remote;

            fn name(&self) -> &'static str {
                self.name
            }
        }

        impl<I: $units> UnitEndpoint for $role<I> {
            type LocalUnit = I::$local_unit;
            type RemoteUnit = I::$remote_unit;
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
    Provides of Interface: Provider to Requirer, units of UnitInterface: ProviderUnit to RequirerUnit
}

role! {
    /// An endpoint under `requires`: we write [`Interface::Requirer`] and read [`Interface::Provider`].
    Requires of Interface: Requirer to Provider, units of UnitInterface: RequirerUnit to ProviderUnit
}

role! {
    /// An endpoint under `peers`. There is one bag of the application: its leader writes it and all units read it, so a
    /// relation's `remote` and, on the leader, its `published` are the same.
    Peers of PeerInterface: App to App, units of PeerInterface: Unit to Unit
}

/// Data as settings.
pub(crate) fn encode(endpoint: &str, data: &impl Databag) -> Result<Settings, Error> {
    data.encode().map_err(|source| Error::Encode {
        endpoint: endpoint.to_owned(),
        source,
    })
}

/// Refuses a relation of another endpoint.
pub(crate) fn check_endpoint(endpoint: &str, id: &RelationId) -> Result<(), Error> {
    if *id.endpoint() == *endpoint {
        return Ok(());
    }
    Err(Error::WrongEndpoint {
        id: id.clone(),
        endpoint: endpoint.to_owned(),
    })
}

//! Addresses of this unit.

use serde::{Deserialize, Serialize};

use super::Command;
use crate::error::Error;
use crate::name::RelationId;
use crate::transport::Transport;

/// The addresses of this unit at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Network {
    /// Where to listen. On Kubernetes: the pod's address.
    pub bind_addresses: Vec<BindAddresses>,
    /// Where traffic comes from, as subnets.
    pub egress_subnets: Vec<String>,
    /// Where others reach this unit. On Kubernetes: the address of the application's Service.
    pub ingress_addresses: Vec<String>,
}

/// The addresses of one network interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct BindAddresses {
    /// The hardware address; empty on Kubernetes.
    pub mac_address: String,
    /// The interface; empty on Kubernetes.
    pub interface_name: String,
    /// The addresses.
    pub addresses: Vec<InterfaceAddress>,
}

/// One address of a network interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InterfaceAddress {
    /// Its name; empty where there is none.
    pub hostname: String,
    /// The address.
    pub value: String,
    /// Its subnet; empty on Kubernetes.
    pub cidr: String,
}

impl Network {
    /// The first address to listen at.
    pub fn bind_address(&self) -> Option<&str> {
        let addresses = self.bind_addresses.iter().flat_map(|bind| &bind.addresses);
        addresses.map(|address| address.value.as_str()).next()
    }

    /// The first address at which others reach this unit.
    pub fn ingress_address(&self) -> Option<&str> {
        self.ingress_addresses.first().map(String::as_str)
    }
}

/// The addresses of this unit at an endpoint, or as one of its relations sees them.
///
/// [`network-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/network-get/)
pub fn network_get(
    transport: &dyn Transport,
    endpoint: &str,
    relation: Option<&RelationId>,
) -> Result<Network, Error> {
    let command = Command::new("network-get").arg(endpoint);
    match relation {
        Some(relation) => command.arg("-r").arg(relation),
        None => command,
    }
    .read(transport)
}

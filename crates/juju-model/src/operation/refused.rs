//! Why operations are impossible. Plain data with the texts people read.
//!
//! Juju's own code says each reason in these words; where, is told at each (a path in its repository, release 3.5). What Juju puts
//! before them differs from command to command (`cannot add relation "…": `), and is [`Refused`]'s `cannot <operation>` here.

use super::EndpointRef;
use crate::config::OptionType;
use crate::names::{ActionName, AppName, EndpointName, StorageName, UnitName};
use std::fmt;

/// An operation that is impossible, with all the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was to be done, as a verb and its object.
    pub operation: String,
    /// Why not. Never empty.
    pub reasons: Vec<Reason>,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<_> = self.reasons.iter().map(ToString::to_string).collect();
        write!(f, "cannot {}: {}", self.operation, reasons.join("; "))
    }
}

/// One reason, in Juju's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no such application (`State.Application`, `state/state.go`).
    #[error("application {:?} not found", .0.as_str())]
    NoApplication(AppName),
    /// The same for `juju scale-application` (`ScaleApplications`, `apiserver/facades/client/application`).
    #[error("application {:?} does not exist", .0.as_str())]
    NothingToScale(AppName),
    /// There is one of that name already (`State.AddApplication`, `state/state.go`).
    #[error("application already exists")]
    ApplicationExists(AppName),
    /// It is being removed (`aliveApplication`, `state/state.go`).
    #[error("application {:?} is not alive", .0.as_str())]
    ApplicationDying(AppName),
    /// There is no such unit (`State.Unit`, `state/state.go`).
    #[error("unit {:?} not found", .0.to_string())]
    NoUnit(UnitName),
    /// The same for `juju run` (`TagToActionReceiverFn`, `apiserver/common/action.go`).
    #[error("\"unit-{}\" not found", .0.dashed())]
    NoReceiver(UnitName),
    /// The charm has no such option (`Config.option` of `github.com/juju/charm`).
    #[error("unknown option {0:?}")]
    UnknownOption(String),
    /// A value is not of its option's type (`Option.error` of `github.com/juju/charm`).
    #[error("option {option:?} expected {expected}, got {value:?}")]
    WrongType {
        /// Which option.
        option: String,
        /// Its type.
        expected: OptionType,
        /// The value.
        value: String,
    },
    /// An endpoint was named that the charm does not have (`Application.Endpoint`, `state/application.go`).
    #[error("application {:?} has no {:?} relation", app.as_str(), endpoint.as_str())]
    NoEndpoint {
        /// The application.
        app: AppName,
        /// The endpoint.
        endpoint: EndpointName,
    },
    /// Nothing fits; an application never fits itself (`State.InferEndpoints`, `state/state.go`).
    #[error("no relations found")]
    NoMatch,
    /// More than one pair fits, or more than one relation (`State.InferEndpoints`, `State.InferActiveRelation`,
    /// `state/state.go`).
    #[error("ambiguous relation: {:?} could refer to {}", format!("{a} {b}"), quoted(candidates))]
    Ambiguous {
        /// One end.
        a: EndpointRef,
        /// The other.
        b: EndpointRef,
        /// The keys of the relations.
        candidates: Vec<String>,
    },
    /// They are related already (`State.AddRelation`, `state/state.go`).
    #[error("relation {0} already exists")]
    RelationExists(String),
    /// They were related, and are not parted yet (`State.AddRelation`, `state/state.go`).
    #[error("relation {0} is dying, but not yet removed")]
    RelationDying(String),
    /// The endpoint may not have one more (`enforceMaxRelationLimit`, `state/state.go`).
    #[error(
        "establishing a new relation for {app}:{endpoint} would exceed its maximum relation limit of {limit}"
    )]
    LimitReached {
        /// The application.
        app: AppName,
        /// Its endpoint.
        endpoint: EndpointName,
        /// How many it may have.
        limit: u32,
    },
    /// They are not related (`State.InferActiveRelation`, `state/state.go`).
    #[error("relation matching {:?} not found", format!("{a} {b}"))]
    NoRelation {
        /// One end.
        a: EndpointRef,
        /// The other.
        b: EndpointRef,
    },
    /// A refresh takes away an endpoint that is in use (`Application.checkRelationsOps`, `state/application.go`).
    #[error("would break relation {0:?}")]
    BreaksRelation(String),
    /// A refresh allows an endpoint fewer relations than it has (`preUpgradeRelationLimitCheck`, `state/application.go`).
    #[error(
        "new charm version imposes a maximum relation limit of {limit} for {app}:{endpoint} which cannot be satisfied by the \
         number of already established relations ({established})"
    )]
    LimitExceeded {
        /// The application.
        app: AppName,
        /// Its endpoint.
        endpoint: EndpointName,
        /// How many it may have.
        limit: u32,
        /// How many it has.
        established: usize,
    },
    /// A refresh takes a storage away (`Application.checkStorageUpgrade`, `state/application.go`).
    #[error("required storage {:?} removed", .0.as_str())]
    StorageRemoved(StorageName),
    /// A refresh mounts a storage elsewhere (`Application.checkStorageUpgrade`, `state/application.go`).
    #[error("existing storage {:?} location changed from {from:?} to {to:?}", storage.as_str())]
    StorageMoved {
        /// The storage.
        storage: StorageName,
        /// Where it is; empty where the charm does not say.
        from: String,
        /// Where it would be.
        to: String,
    },
    /// A refresh with another charm (`localCharmRefresher`, `cmd/juju/application/refresher`).
    #[error("cannot refresh {from:?} to {to:?}")]
    OtherCharm {
        /// The name of the charm that the application has.
        from: String,
        /// The name of the other.
        to: String,
    },
    /// The application has no such resource (`resourcePersistence.one`, `state/resources.go`).
    #[error("resource#{app}/{name} not found")]
    NoResource {
        /// The application.
        app: AppName,
        /// The resource.
        name: String,
    },
    /// The charm has no such action (`Unit.AddAction`, `state/unit.go`).
    #[error("action {:?} not defined on unit {:?}", action.as_str(), unit.to_string())]
    NoAction {
        /// The action.
        action: ActionName,
        /// The unit.
        unit: UnitName,
    },
    /// The parameters do not fit the schema of the action (`ActionSpec.ValidateParams` of `github.com/juju/charm`).
    #[error("validation failed: {}", .0.join("; "))]
    InvalidParameters(Vec<String>),
    /// No hook of it failed (`Unit.Resolve`, `state/unit.go`).
    #[error("unit {:?} is not in an error state", .0.to_string())]
    NotInError(UnitName),
}

fn quoted(keys: &[String]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("{key:?}")).collect();
    quoted.join("; ")
}

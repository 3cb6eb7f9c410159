//! Why operations are impossible. Plain data with the texts people read.

use super::EndpointRef;
use crate::config::OptionType;
use crate::names::{ActionName, AppName, EndpointName, UnitName};
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

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no such application.
    #[error("application `{0}` not found")]
    NoApplication(AppName),
    /// There is one already.
    #[error("application `{0}` already exists")]
    ApplicationExists(AppName),
    /// It is being removed.
    #[error("application `{0}` is being removed")]
    ApplicationDying(AppName),
    /// There is no such unit.
    #[error("unit `{0}` not found")]
    NoUnit(UnitName),
    /// The charm has no such option.
    #[error("unknown option `{0}`")]
    UnknownOption(String),
    /// A value is not of its option's type.
    #[error("option `{option}` expected {expected}, got `{value}`")]
    WrongType {
        /// Which option.
        option: String,
        /// Its type.
        expected: OptionType,
        /// The value.
        value: String,
    },
    /// The charm has an option whose default is of another type.
    #[error("option `{option}` of the charm has a default that is not of type {expected}")]
    WrongDefault {
        /// Which option.
        option: String,
        /// Its type.
        expected: OptionType,
    },
    /// An endpoint or interface name that Juju keeps for itself.
    #[error("endpoint `{endpoint}` with interface `{interface}` of the charm uses a reserved name")]
    ReservedEndpoint {
        /// The endpoint.
        endpoint: EndpointName,
        /// Its interface.
        interface: String,
    },
    /// The schema of an action's parameter has a type that JSON Schema does not know.
    #[error("action `{action}` of the charm has a parameter `{param}` of an unknown type")]
    UnknownParameterType {
        /// The action.
        action: ActionName,
        /// The parameter.
        param: String,
    },
    /// An endpoint was named that the charm does not have.
    #[error("application `{app}` has no endpoint `{endpoint}`")]
    NoEndpoint {
        /// The application.
        app: AppName,
        /// The endpoint.
        endpoint: EndpointName,
    },
    /// Nothing fits.
    #[error("no endpoints of `{a}` and `{b}` fit each other")]
    NoMatch {
        /// One end.
        a: EndpointRef,
        /// The other.
        b: EndpointRef,
    },
    /// More than one pair fits.
    #[error("ambiguous: could be {}", candidates.join(" or "))]
    Ambiguous {
        /// The pairs.
        candidates: Vec<String>,
    },
    /// They are related already.
    #[error("relation `{0}` already exists")]
    RelationExists(String),
    /// The endpoint may not have one more.
    #[error("a new relation for `{app}:{endpoint}` would exceed its maximum relation limit of {limit}")]
    LimitReached {
        /// The application.
        app: AppName,
        /// Its endpoint.
        endpoint: EndpointName,
        /// How many it may have.
        limit: u32,
    },
    /// An application cannot be the other side of itself here.
    #[error("application `{0}` cannot be related to itself")]
    SameApplication(AppName),
    /// They are not related.
    #[error("relation between `{a}` and `{b}` not found")]
    NoRelation {
        /// One end.
        a: EndpointRef,
        /// The other.
        b: EndpointRef,
    },
    /// A refresh takes away an endpoint that is in use.
    #[error("the new charm has no endpoint `{0}` that fits its existing relations")]
    EndpointInUse(EndpointName),
    /// The charm has no such action.
    #[error("action `{0}` not defined")]
    NoAction(ActionName),
    /// A parameter is missing.
    #[error("parameter `{0}` is required")]
    MissingParameter(String),
    /// A parameter is not in the action's schema.
    #[error("parameter `{0}` is not defined")]
    UnknownParameter(String),
    /// A parameter does not fit its schema.
    #[error("parameter `{param}` {problem}")]
    InvalidParameter {
        /// Where, dotted.
        param: String,
        /// What is wrong.
        problem: String,
    },
    /// No hook of it failed.
    #[error("unit `{0}` is not in an error state")]
    NotInError(UnitName),
}

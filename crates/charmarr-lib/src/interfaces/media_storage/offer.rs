//! What an application makes of its `media-storage` relations. Pure: relations enter, an offer and its words leave.

use juju_ops::{AppName, InvalidData, Relation, Remote, Requires, Status};

use super::data::{MediaStorage, MediaStorageProviderData};

/// What the storage side offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// There is no relation.
    NotRelated,
    /// There is a relation, and nothing published on it, yet or any more.
    NotYet {
        /// The application at the other side.
        provider: AppName,
    },
    /// What is published cannot be used.
    Invalid(InvalidData),
    /// More than one application offers a volume; which one is meant only a person knows.
    Several {
        /// The applications at the other side.
        providers: Vec<AppName>,
    },
    /// A volume to mount.
    Ready(MediaStorageProviderData),
}

impl Offer {
    /// The offer of these relations.
    pub fn of(relations: &[Relation<Requires<MediaStorage>>]) -> Self {
        match relations {
            [] => Self::NotRelated,
            [relation] => match &relation.remote {
                // Unreadable only while it goes away: nothing to mount, and nothing to undo in haste.
                Remote::NotYet | Remote::Unreadable => Self::NotYet {
                    provider: relation.app.clone(),
                },
                Remote::Invalid(invalid) => Self::Invalid(invalid.clone()),
                Remote::Ready(data) => Self::Ready(data.clone()),
            },
            several => Self::Several {
                providers: several.iter().map(|relation| relation.app.clone()).collect(),
            },
        }
    }

    /// The data, if there is a volume to mount.
    pub fn ready(&self) -> Option<&MediaStorageProviderData> {
        match self {
            Self::Ready(data) => Some(data),
            Self::NotRelated | Self::NotYet { .. } | Self::Invalid(_) | Self::Several { .. } => None,
        }
    }

    /// What to say to a person; nothing where there is a volume to mount. `mounted`: the volume of an earlier offer is
    /// still mounted, and stays so until the relation is removed.
    pub fn complaint(&self, mounted: bool) -> Option<Status> {
        let kept = if mounted { "; still mounted" } else { "" };
        match self {
            Self::NotRelated => Some(Status::blocked("Waiting for media-storage relation")),
            Self::NotYet { provider } if mounted => Some(Status::waiting(format!(
                "Shared storage withdrawn by {provider}{kept}"
            ))),
            Self::NotYet { .. } => Some(Status::waiting("Waiting for shared storage")),
            Self::Invalid(invalid) => Some(Status::blocked(format!("media-storage: {invalid}{kept}"))),
            Self::Several { providers } => {
                let names: Vec<&str> = providers.iter().map(AppName::as_str).collect();
                Some(Status::blocked(format!(
                    "media-storage: more than one provider ({}): remove all but one{kept}",
                    names.join(", ")
                )))
            }
            Self::Ready(_) => None,
        }
    }
}

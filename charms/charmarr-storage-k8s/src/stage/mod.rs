//! The stages of a decision, one file each. Each looks at the facts and either decides or lets the next one look.

pub(crate) mod claim;
pub(crate) mod publish;
pub(crate) mod settle;

/// One change to the world.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Of the claim and its volume.
    Claim(claim::Step),
    /// Of what is published and noted.
    Publish(publish::Step),
    /// Of what a person asked to be removed with the application.
    CleanUp {
        claim: Option<Target>,
        volume: Option<Target>,
    },
}

/// An object to delete, and no other of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) uid: String,
}

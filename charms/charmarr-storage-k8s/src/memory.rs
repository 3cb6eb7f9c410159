//! Which claim the application has in use. Pure.
//!
//! The charm state belongs to one unit, and another unit may lead tomorrow. So what protects the data is noted once for the whole
//! application, on its `StatefulSet` (see [`crate::application`]); a unit's own memory only saves the question, and only as long
//! as the claim it names is there. Where nothing is noted, the claims that carry the application's labels tell.

use charmarr_lib::{
    PvcName,
    claim::{LiveClaim, Ownership},
};
use serde::{Deserialize, Serialize};

/// A claim that this application has made or taken over: one that was there once is never silently made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) name: PvcName,
    pub(crate) uid: String,
}

/// What is remembered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Memory {
    /// No claim was in use so far.
    Nothing,
    /// This one. Whether it is still there is another question.
    Claim(Remembered),
    /// Something is noted that cannot be read: there was a claim.
    Unreadable,
}

/// The claim in use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum InUse {
    Nothing,
    Claim(Remembered),
    /// Nothing is remembered, and these are all of this application: which one is meant only a person knows.
    Several(Vec<String>),
    /// Nothing can be read, and no claim tells.
    Unreadable,
}

impl Remembered {
    pub(crate) fn of(claim: &LiveClaim) -> Option<Self> {
        Some(Self {
            name: claim.name.parse().ok()?,
            uid: claim.uid.clone(),
        })
    }

    /// The very claim that is remembered, and no later one of its name.
    pub(crate) fn find<'a>(&self, claims: &'a [LiveClaim]) -> Option<&'a LiveClaim> {
        named(&self.name, claims).filter(|claim| claim.uid == self.uid)
    }
}

impl Memory {
    /// What the application noted. A unit's memory fills in for a note that is gone or unreadable.
    pub(crate) fn of(noted: Self, unit: Option<&Remembered>) -> Self {
        match (noted, unit) {
            (Self::Nothing | Self::Unreadable, Some(unit)) => Self::Claim(unit.clone()),
            (noted, _) => noted,
        }
    }
}

impl InUse {
    /// The claim in use among `claims`, all that there are; `chosen` is the name that a person set.
    pub(crate) fn of(memory: Memory, claims: &[LiveClaim], chosen: Option<&PvcName>) -> Self {
        let unreadable = match memory {
            Memory::Claim(remembered) => return Self::Claim(remembered),
            Memory::Nothing => false,
            Memory::Unreadable => true,
        };
        let ours: Vec<Remembered> = claims
            .iter()
            .filter(|claim| claim.ownership == Ownership::Ours)
            .filter_map(Remembered::of)
            .collect();
        match ours.as_slice() {
            [] if unreadable => Self::Unreadable,
            [] => Self::Nothing,
            [one] => Self::Claim(one.clone()),
            several => match several.iter().find(|claim| Some(&claim.name) == chosen) {
                Some(chosen) => Self::Claim(chosen.clone()),
                None => Self::Several(several.iter().map(|claim| claim.name.to_string()).collect()),
            },
        }
    }

    /// Where it is one claim: that.
    pub(crate) fn claim(&self) -> Option<&Remembered> {
        match self {
            Self::Claim(remembered) => Some(remembered),
            Self::Nothing | Self::Several(_) | Self::Unreadable => None,
        }
    }
}

/// The claim of this name.
pub(crate) fn named<'a>(name: &PvcName, claims: &'a [LiveClaim]) -> Option<&'a LiveClaim> {
    claims.iter().find(|claim| claim.name == name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::claim;

    fn remembered(name: &str, uid: &str) -> Remembered {
        Remembered {
            name: name.parse().unwrap(),
            uid: uid.to_owned(),
        }
    }

    fn there(name: &str, ownership: Ownership) -> LiveClaim {
        LiveClaim {
            name: name.to_owned(),
            uid: format!("uid-of-{name}"),
            ownership,
            ..claim(false)
        }
    }

    #[track_caller]
    fn check(memory: Memory, claims: &[LiveClaim], chosen: Option<&str>, expect: &InUse) {
        let chosen: Option<PvcName> = chosen.map(|name| name.parse().unwrap());
        assert_eq!(InUse::of(memory, claims, chosen.as_ref()), *expect);
    }

    #[test]
    fn what_is_remembered_counts_whatever_is_there() {
        let reels = InUse::Claim(remembered("reels", "1"));
        let memory = || Memory::Claim(remembered("reels", "1"));
        check(memory(), &[], None, &reels);
        check(
            memory(),
            &[there("attic", Ownership::Ours)],
            Some("attic"),
            &reels,
        );
    }

    #[test]
    fn without_a_memory_the_labels_tell() {
        let ours = || there("reels", Ownership::Ours);
        let found = InUse::Claim(remembered("reels", "uid-of-reels"));
        for memory in [Memory::Nothing, Memory::Unreadable] {
            check(memory.clone(), &[ours()], None, &found);
            check(
                memory,
                &[there("alien", Ownership::Foreign), ours()],
                Some("alien"),
                &found,
            );
        }
        let others = [
            there("alien", Ownership::Foreign),
            there("old", Ownership::Original),
        ];
        check(Memory::Nothing, &others, None, &InUse::Nothing);
    }

    #[test]
    fn several_of_ours_wait_for_a_person() {
        let both = [there("reels", Ownership::Ours), there("attic", Ownership::Ours)];
        let several = InUse::Several(vec!["reels".to_owned(), "attic".to_owned()]);
        check(Memory::Nothing, &both, None, &several);
        check(Memory::Nothing, &both, Some("third"), &several);
        let chosen = InUse::Claim(remembered("attic", "uid-of-attic"));
        check(Memory::Nothing, &both, Some("attic"), &chosen);
    }

    #[test]
    fn an_unreadable_memory_is_never_nothing() {
        let alien = [there("alien", Ownership::Foreign)];
        check(Memory::Unreadable, &[], None, &InUse::Unreadable);
        check(Memory::Unreadable, &alien, Some("alien"), &InUse::Unreadable);
    }

    #[test]
    fn a_unit_remembers_for_an_application_that_does_not() {
        let (mine, noted) = (remembered("reels", "1"), remembered("attic", "2"));
        for lost in [Memory::Nothing, Memory::Unreadable] {
            assert_eq!(Memory::of(lost.clone(), Some(&mine)), Memory::Claim(mine.clone()));
            assert_eq!(Memory::of(lost.clone(), None), lost);
        }
        let noted = Memory::Claim(noted);
        assert_eq!(Memory::of(noted.clone(), Some(&mine)), noted);
    }

    #[test]
    fn another_claim_of_the_name_is_not_the_one_remembered() {
        let claims = [there("reels", Ownership::Ours)];
        assert!(remembered("reels", "uid-of-reels").find(&claims).is_some());
        assert!(remembered("reels", "earlier").find(&claims).is_none());
    }
}

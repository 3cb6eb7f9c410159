//! What this process may become. In a user namespace with one uid nothing can belong to anybody else; then everything
//! belongs to the only user, and one log line per wanted owner says so.

use super::Owner;
use crate::log::Log;
use crate::sync::locked;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Decides which owner a process or file really gets.
#[derive(Debug)]
pub(crate) struct Powers {
    own: Owner,
    uids: IdMap,
    gids: IdMap,
    warned: Mutex<BTreeSet<Owner>>,
}

impl Powers {
    /// Looks at the ids of this process and at its user namespace.
    pub(crate) fn probe() -> Self {
        let own = Owner {
            uid: nix::unistd::geteuid().as_raw(),
            gid: nix::unistd::getegid().as_raw(),
        };
        Self {
            own,
            uids: IdMap::read("uid"),
            gids: IdMap::read("gid"),
            warned: Mutex::default(),
        }
    }

    pub(crate) fn own(&self) -> Owner {
        self.own
    }

    /// The owner to set, or `None` to leave things as they are: because `wanted` asks for nothing else than what
    /// is, or because it is not possible here (which is logged once).
    pub(crate) fn grant(&self, wanted: Option<Owner>, log: Log) -> Option<Owner> {
        let wanted = wanted.filter(|wanted| *wanted != self.own)?;
        if self.own.uid == 0 && self.uids.holds(wanted.uid) && self.gids.holds(wanted.gid) {
            return Some(wanted);
        }
        if locked(&self.warned).insert(wanted) {
            let (Owner { uid, gid }, own) = (wanted, self.own.uid);
            log.line(&format!(
                "cannot run services as {uid}:{gid} here: running as {own}"
            ));
        }
        None
    }
}

/// The ids that exist in this user namespace: first id and how many.
#[derive(Debug, PartialEq)]
struct IdMap(Vec<(u64, u64)>);

impl IdMap {
    /// Without `/proc` nothing is known, and everything is tried.
    fn read(kind: &str) -> Self {
        match std::fs::read_to_string(format!("/proc/self/{kind}_map")) {
            Ok(text) => Self::parse(&text),
            Err(_) => Self(vec![(0, u64::from(u32::MAX))]),
        }
    }

    fn parse(text: &str) -> Self {
        let range = |line: &str| {
            let mut fields = line.split_whitespace();
            let (inside, _outside, count) = (fields.next()?, fields.next()?, fields.next()?);
            Some((inside.parse().ok()?, count.parse().ok()?))
        };
        Self(text.lines().filter_map(range).collect())
    }

    fn holds(&self, id: u32) -> bool {
        let id = u64::from(id);
        self.0
            .iter()
            .any(|(first, count)| (*first..first.saturating_add(*count)).contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(own: u32, map: &str, wanted: (u32, u32)) -> Option<Owner> {
        let powers = Powers {
            own: Owner { uid: own, gid: own },
            uids: IdMap::parse(map),
            gids: IdMap::parse(map),
            warned: Mutex::default(),
        };
        powers.grant(
            Some(Owner {
                uid: wanted.0,
                gid: wanted.1,
            }),
            Log::silent(),
        )
    }

    #[test]
    fn owners_are_granted_where_they_can_be() {
        let whole = "         0          0 4294967295\n";
        let single = "         0       1000          1\n";
        assert_eq!(
            granted(0, whole, (1001, 1002)),
            Some(Owner { uid: 1001, gid: 1002 })
        );
        assert_eq!(granted(0, whole, (0, 0)), None, "already so");
        assert_eq!(granted(0, single, (1001, 1002)), None, "not mapped");
        assert_eq!(granted(500, whole, (1001, 1002)), None, "not root");
    }
}

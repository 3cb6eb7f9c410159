//! Who may ask what. The uid of the socket's peer decides; over the HTTP port there is none.

use crate::identity::Identities;

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Access {
    /// Anybody, also over the HTTP port.
    Open,
    /// Metrics scrapers.
    Metrics,
    /// Any user of the socket.
    Read,
    /// Root, the daemon's own user, or an identity with `access: admin`.
    Admin,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    /// `None` over the HTTP port.
    pub(crate) uid: Option<u32>,
}

/// Who asks, and how far they are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) uid: Option<u32>,
    pub(crate) access: Access,
}

impl Standing {
    /// How far a peer is trusted by a daemon that runs as `own_uid`.
    pub(crate) fn of(peer: Peer, own_uid: u32, identities: &Identities) -> Self {
        let access = match peer.uid {
            None => Access::Open,
            Some(uid) => identities.access_of(uid).unwrap_or({
                let admin = uid == 0 || uid == own_uid;
                if admin { Access::Admin } else { Access::Read }
            }),
        };
        Self {
            uid: peer.uid,
            access,
        }
    }

    pub(crate) fn may(self, access: Access) -> bool {
        self.access >= access
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_decides() {
        let standing = |uid| Standing::of(Peer { uid }, 500, &Identities::default()).access;
        assert_eq!(standing(None), Access::Open);
        assert_eq!(standing(Some(0)), Access::Admin);
        assert_eq!(standing(Some(500)), Access::Admin);
        assert_eq!(standing(Some(501)), Access::Read);
    }
}

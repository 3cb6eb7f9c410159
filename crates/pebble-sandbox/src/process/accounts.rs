//! Users and groups of the container, from its own `/etc/passwd` and `/etc/group`. Error texts are those of Go's
//! `os/user`, which clients of Pebble see.

use crate::plan::Context;

/// The accounts files as they stand now.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
}

/// One line of `/etc/passwd`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) home: String,
}

#[derive(Debug)]
struct Group {
    name: String,
    gid: u32,
}

/// Who a process or a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Accounts {
    /// Reads both files; one that is missing or unreadable holds nobody, as in an image without it.
    pub(crate) fn read() -> Self {
        let text = |path| std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let passwd = text("/etc/passwd").unwrap_or_default();
        let group = text("/etc/group").unwrap_or_default();
        Self::parse(&passwd, &group)
    }

    /// Lines that do not have the form of an account are passed over.
    pub(crate) fn parse(passwd: &str, group: &str) -> Self {
        Self {
            users: passwd.lines().filter_map(user).collect(),
            groups: group.lines().filter_map(self::group).collect(),
        }
    }

    pub(crate) fn user_by_id(&self, uid: u32) -> Option<&User> {
        self.users.iter().find(|user| user.uid == uid)
    }

    pub(crate) fn group_name(&self, gid: u32) -> Option<&str> {
        self.groups
            .iter()
            .find(|group| group.gid == gid)
            .map(|group| group.name.as_str())
    }

    /// The owner that a context asks for by number or name; `None` when it asks for nobody in particular.
    ///
    /// # Errors
    /// Unknown names, a name and a number that disagree, a group without a user.
    pub(crate) fn owner(&self, wanted: &Context) -> Result<Option<Owner>, String> {
        let Context {
            user_id,
            user,
            group_id,
            group,
            environment: _,
            working_dir: _,
        } = wanted;
        if user_id.is_none() && user.is_empty() && group_id.is_none() && group.is_empty() {
            return Ok(None);
        }
        let uid = self.uid(*user_id, user)?;
        let gid = self.gid(*group_id, group)?;
        match (uid, gid) {
            (Some(uid), Some(gid)) => Ok(Some(Owner { uid, gid })),
            (Some(uid), None) => {
                let user = self
                    .user_by_id(uid)
                    .ok_or_else(|| format!("user: unknown userid {uid}"))?;
                Ok(Some(Owner { uid, gid: user.gid }))
            }
            (None, _) => Err("must specify user, not just group".to_owned()),
        }
    }

    fn uid(&self, number: Option<u32>, name: &str) -> Result<Option<u32>, String> {
        if name.is_empty() {
            return Ok(number);
        }
        let known = self.users.iter().find(|user| user.name == name);
        let uid = known.ok_or_else(|| format!("user: unknown user {name}"))?.uid;
        match number {
            Some(number) if number != uid => Err(format!(
                "user {name:?} UID ({uid}) does not match user-id ({number})"
            )),
            Some(_) | None => Ok(Some(uid)),
        }
    }

    fn gid(&self, number: Option<u32>, name: &str) -> Result<Option<u32>, String> {
        if name.is_empty() {
            return Ok(number);
        }
        let known = self.groups.iter().find(|group| group.name == name);
        let gid = known.ok_or_else(|| format!("group: unknown group {name}"))?.gid;
        match number {
            Some(number) if number != gid => Err(format!(
                "group {name:?} GID ({gid}) does not match group-id ({number})"
            )),
            Some(_) | None => Ok(Some(gid)),
        }
    }
}

fn user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let (name, _password) = (fields.next()?, fields.next()?);
    let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let (_comment, home) = (fields.next()?, fields.next()?);
    Some(User {
        name: name.to_owned(),
        uid,
        gid,
        home: home.to_owned(),
    })
}

fn group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let (name, _password) = (fields.next()?, fields.next()?);
    Some(Group {
        name: name.to_owned(),
        gid: fields.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Accounts {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nbroken line\nheron:x:1001:1002::/home/heron:\n";
        Accounts::parse(passwd, "root:x:0:\nmarsh:x:1003:heron\nx\n")
    }

    fn check(
        user_id: Option<u32>,
        user: &str,
        group_id: Option<u32>,
        group: &str,
        expect: Result<Option<(u32, u32)>, &str>,
    ) {
        let wanted = Context {
            user_id,
            user: user.to_owned(),
            group_id,
            group: group.to_owned(),
            ..Context::default()
        };
        let seen = accounts()
            .owner(&wanted)
            .map(|owner| owner.map(|owner| (owner.uid, owner.gid)));
        assert_eq!(seen, expect.map_err(str::to_owned));
    }

    #[test]
    fn owners() {
        check(None, "", None, "", Ok(None));
        check(Some(1001), "", None, "", Ok(Some((1001, 1002))));
        check(None, "heron", None, "", Ok(Some((1001, 1002))));
        check(None, "heron", None, "marsh", Ok(Some((1001, 1003))));
        check(Some(1001), "heron", Some(1003), "marsh", Ok(Some((1001, 1003))));
        check(Some(4242), "", Some(4343), "", Ok(Some((4242, 4343))));
        check(Some(4242), "", None, "", Err("user: unknown userid 4242"));
        check(None, "nouser", None, "", Err("user: unknown user nouser"));
        check(
            None,
            "heron",
            None,
            "nogroup1",
            Err("group: unknown group nogroup1"),
        );
        check(
            Some(7),
            "heron",
            None,
            "",
            Err(r#"user "heron" UID (1001) does not match user-id (7)"#),
        );
        check(
            Some(7),
            "",
            Some(8),
            "marsh",
            Err(r#"group "marsh" GID (1003) does not match group-id (8)"#),
        );
        check(None, "", Some(8), "", Err("must specify user, not just group"));
    }
}

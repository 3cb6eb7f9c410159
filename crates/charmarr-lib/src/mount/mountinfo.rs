//! What is mounted in a container, as the kernel tells: the text of `/proc/self/mountinfo`.
//!
//! Only this shows that the volume is there. A template says what pods will have, a running pod what it had when it was
//! made, and a folder at the path may be an empty one of the image. The form is that of
//! [proc_pid_mountinfo(5)](https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html).

/// One mount, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// The file system: `ext4`, `nfs4`.
    pub(crate) kind: String,
    /// Whether nothing can be written through it.
    pub(crate) read_only: bool,
}

/// The mount at exactly this path, or none. Of several, one above the other, the last is seen. Lines that cannot be read
/// are passed over.
pub(crate) fn at(text: &str, path: &str) -> Option<Mount> {
    text.lines()
        .rev()
        .filter_map(parse)
        .find(|(point, _)| point == path)
        .map(|(_, mount)| mount)
}

/// `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse(line: &str) -> Option<(String, Mount)> {
    let (mount, file_system) = line.split_once(" - ")?;
    let mut fields = mount.split(' ').skip(4);
    let (point, options) = (fields.next()?, fields.next()?);
    let mut file_system = file_system.split(' ');
    let kind = file_system.next()?.to_owned();
    let of_file_system = file_system.nth(1).unwrap_or_default();
    let read_only = |options: &str| options.split(',').any(|option| option == "ro");
    let mount = Mount {
        kind,
        read_only: read_only(options) || read_only(of_file_system),
    };
    Some((unescape(point), mount))
}

/// The kernel writes space, tab, newline and backslash as `\` and three octal digits.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let (Some(code), Some(rest)) = (code.filter(u8::is_ascii), part.get(3..)) {
            plain.push(char::from(code));
            plain.push_str(rest);
        } else {
            plain.push('\\');
            plain.push_str(part);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "\
1 0 0:30 / / rw,relatime - overlay overlay rw,lowerdir=/l
2 1 0:31 / /proc rw,nosuid - proc proc rw
3 1 8:1 /var/lib/kubelet/pods/u/volumes/x /reels rw,relatime shared:7 master:1 - nfs4 nas.example:/export rw,vers=4.1
4 1 8:1 /y /read-only ro,relatime - ext4 /dev/sda1 rw
5 1 8:1 /z /frozen rw,relatime - ext4 /dev/sda1 ro
6 1 8:1 /q /with\\040a\\011tab\\134 rw - ext4 /dev/sda1 rw
7 3 0:40 / /reels/over rw - tmpfs tmpfs rw
8 1 0:41 / /twice rw - tmpfs tmpfs rw
9 8 8:1 / /twice ro - xfs /dev/sdb rw
not a mount
10 1 0:42 / /short
11 1 0:43 / /odd\\9zz rw - ext4 /dev/sda1
";

    #[track_caller]
    fn check(path: &str, expect: Option<(&str, bool)>) {
        let found = at(TEXT, path);
        assert_eq!(
            found.as_ref().map(|mount| (mount.kind.as_str(), mount.read_only)),
            expect,
            "{path}"
        );
    }

    #[test]
    fn mounts_are_found_by_their_exact_path() {
        check("/reels", Some(("nfs4", false)));
        check("/read-only", Some(("ext4", true)));
        check("/frozen", Some(("ext4", true)));
        check("/with a\ttab\\", Some(("ext4", false)));
        check("/reels/over", Some(("tmpfs", false)));
        check("/twice", Some(("xfs", true)));
        check("/odd\\9zz", Some(("ext4", false)));
        for absent in ["/reel", "/reels/", "/data", "", "/short", "reels"] {
            check(absent, None);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[\\PC\\\\ \\n-]{0,80}", path in "\\PC{0,20}") {
            let _ = at(&text, &path);
        }
    }
}

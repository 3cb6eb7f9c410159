//! The root of a container: a folder becomes `/`, and everything else of the host goes away.
//!
//! The folder becomes the root first and things are mounted into it after that, so that symbolic links in it lead where they
//! lead for the program, never out to the host. Until the end the working directory is the host's root: a relative path
//! is the host's, an absolute one the container's.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{chdir, pivot_root};

use super::{During, StageError};
use crate::pods::Mount;
use crate::pods::control::InitPlan;

/// What makes up the machine's own system; `/lib*` differ between machines.
const SYSTEM: [&str; 8] = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc"];
/// Where the host's root waits, below the root, while the container is made.
const HOST: &str = "dev/host";
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
const DEVICE_LINKS: [(&str, &str); 4] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];

pub(super) fn enter(plan: &InitPlan) -> Result<(), StageError> {
    pivot(&plan.root)?;
    fill_dev()?;
    make_dir(Path::new("/proc"))?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount_new("proc", Path::new("/proc"), flags)?;
    make_tmp()?;
    let mut done = Vec::new();
    if plan.host_system {
        for name in SYSTEM {
            done.extend(mount_system(Path::new(name))?);
        }
    }
    for mount in &plan.mounts {
        done.push(bind(mount)?);
    }
    let_go_of_the_host()?;
    protect(&done)
}

/// Makes the folder the root, with an empty `/dev` in memory, and leaves the host's root as the working directory.
///
/// The host's root waits in that `/dev`. (`pivot_root(".", ".")` needs no place for it, but then it lies on the new root, and
/// `..` at the top of the container would lead there.)
fn pivot(root: &Path) -> Result<(), StageError> {
    // From here on nothing that we mount is seen by the host.
    mount_flags(Path::new("/"), MsFlags::MS_REC | MsFlags::MS_PRIVATE)?;
    // Only a mount can become the root.
    mount_bind(root, root)?;
    let dev = root.join("dev");
    make_dir(&dev)?;
    mount_new("tmpfs", &dev, MsFlags::MS_NOSUID)?;
    let host = root.join(HOST);
    make_dir(&host)?;
    let name = || format!("make `{}` the root", root.display());
    pivot_root(root, &host).during(name)?;
    chdir(&Path::new("/").join(HOST)).during(name)
}

fn let_go_of_the_host() -> Result<(), StageError> {
    let host = Path::new("/").join(HOST);
    let name = || "let go of the host's files".into();
    chdir("/").during(name)?;
    umount2(&host, MntFlags::MNT_DETACH).during(name)?;
    fs::remove_dir(&host).during(name)
}

/// Nobody may make devices here, so the host's are bound.
fn fill_dev() -> Result<(), StageError> {
    let dev = Path::new("/dev");
    fs::set_permissions(dev, Permissions::from_mode(0o755)).during(|| "open `/dev` to everybody".into())?;
    for device in DEVICES {
        let path = dev.join(device);
        bind(&Mount::new(&path, &path))?;
    }
    for (name, leads_to) in DEVICE_LINKS {
        make_link(Path::new(leads_to), &dev.join(name))?;
    }
    make_shared_dir(&dev.join("shm"))
}

fn make_tmp() -> Result<(), StageError> {
    let tmp = Path::new("/tmp");
    if tmp.exists() {
        Ok(())
    } else {
        make_shared_dir(tmp)
    }
}

/// One of the machine's own folders, unless the root has its own; a symbolic link (`/bin` on a machine with one `/usr`) stays one.
fn mount_system(name: &Path) -> Result<Option<Mount>, StageError> {
    let target = Path::new("/").join(name);
    let Ok(found) = name.symlink_metadata() else {
        return Ok(None);
    };
    if has_its_own(&target) {
        return Ok(None);
    }
    if found.is_symlink() {
        let leads_to = fs::read_link(name).during(|| format!("read the link `{}`", target.display()))?;
        make_link(&leads_to, &target)?;
        return Ok(None);
    }
    bind(&Mount::read_only(&target, &target)).map(Some)
}

/// An empty folder is a mount point that an earlier container left.
fn has_its_own(target: &Path) -> bool {
    match fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_some() || target.is_symlink(),
        Err(_) => target.symlink_metadata().is_ok(),
    }
}

/// Mounts one file or folder of the host; returns the mount with its target as the kernel will name it.
fn bind(wanted: &Mount) -> Result<Mount, StageError> {
    let Mount {
        source,
        target,
        read_only,
    } = wanted;
    // The working directory is the host's root.
    let on_the_host = source.strip_prefix("/").unwrap_or(source);
    let name = || format!("mount `{}` on `{}`", source.display(), target.display());
    if on_the_host.metadata().during(name)?.is_dir() {
        make_dir(target)?;
    } else {
        make_file(target)?;
    }
    mount_bind(on_the_host, target)?;
    let target = target
        .canonicalize()
        .during(|| format!("find `{}`", target.display()))?;
    Ok(Mount {
        source: source.clone(),
        target,
        read_only: *read_only,
    })
}

/// Makes read-only what should be, with all that is mounted below it: a mount's own flag says nothing about those.
fn protect(mounts: &[Mount]) -> Result<(), StageError> {
    let table = fs::read_to_string("/proc/self/mountinfo").during(|| "read `/proc/self/mountinfo`".into())?;
    for point in read_only_points(&table, mounts) {
        // What the host forbade stays forbidden; without these flags the kernel refuses an unprivileged user.
        let flags = kept_flags(&point)? | MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        mount_flags(&point, flags)?;
    }
    Ok(())
}

fn kept_flags(point: &Path) -> Result<MsFlags, StageError> {
    let found = statvfs(point)
        .during(|| format!("look at `{}`", point.display()))?
        .flags();
    let pairs = [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
    ];
    Ok(pairs
        .into_iter()
        .filter(|(flag, _)| found.contains(*flag))
        .map(|(_, flag)| flag)
        .collect())
}

/// The mount points of `mountinfo` that the nearest mount above them (the last one that was made there) wants read-only.
fn read_only_points(mountinfo: &str, mounts: &[Mount]) -> Vec<PathBuf> {
    let nearest = |point: &Path| {
        let above = mounts.iter().filter(|mount| point.starts_with(&mount.target));
        above.max_by_key(|mount| mount.target.components().count())
    };
    let points = mountinfo
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(unescape);
    points
        .filter(|point| nearest(point).is_some_and(|mount| mount.read_only))
        .collect()
}

/// Spaces and the like are octal in `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).
fn unescape(field: &str) -> PathBuf {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    escapes
        .iter()
        .fold(field.to_owned(), |text, (escape, plain)| {
            text.replace(escape, plain)
        })
        .into()
}

/// A new file system of this kind.
fn mount_new(kind: &str, target: &Path, flags: MsFlags) -> Result<(), StageError> {
    mount(Some(kind), target, Some(kind), flags, None::<&str>)
        .during(|| format!("mount `{}`", target.display()))
}

/// What is at `source`, with all that is mounted below it, at `target` too.
fn mount_bind(source: &Path, target: &Path) -> Result<(), StageError> {
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(source), target, None::<&str>, flags, None::<&str>)
        .during(|| format!("mount `{}` on `{}`", source.display(), target.display()))
}

/// Changes how a mount behaves.
fn mount_flags(target: &Path, flags: MsFlags) -> Result<(), StageError> {
    mount(None::<&str>, target, None::<&str>, flags, None::<&str>)
        .during(|| format!("change the mount `{}`", target.display()))
}

fn make_dir(path: &Path) -> Result<(), StageError> {
    fs::create_dir_all(path).during(|| format!("make the folder `{}`", path.display()))
}

fn make_shared_dir(path: &Path) -> Result<(), StageError> {
    make_dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o1777))
        .during(|| format!("open `{}` to everybody", path.display()))
}

/// Another container that is made on the same root may be faster.
fn make_link(leads_to: &Path, path: &Path) -> Result<(), StageError> {
    match symlink(leads_to, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other.during(|| format!("make the link `{}`", path.display())),
    }
}

fn make_file(path: &Path) -> Result<(), StageError> {
    if let Some(folder) = path.parent() {
        make_dir(folder)?;
    }
    // The content of a file that is there stays.
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    file.map(drop)
        .during(|| format!("make the file `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_below_a_read_only_mount_are_read_only_too() {
        let mountinfo = "\
21 20 0:1 / / rw - ext4 /dev/vda rw
22 21 0:2 / /proc rw - proc proc rw
23 21 0:1 /usr /usr rw - ext4 /dev/vda rw
24 23 0:3 / /usr/local/my\\040disk rw - ext4 /dev/vdb rw
25 23 0:3 / /usr/share/open rw - ext4 /dev/vdb rw
26 21 0:4 / /usrlocal rw - ext4 /dev/vdb rw
";
        let mounts = [
            Mount::read_only("/usr", "/usr"),
            Mount::new("/srv/open", "/usr/share/open"),
            Mount::new("/srv/other", "/usrlocal"),
        ];
        let expect = [PathBuf::from("/usr"), PathBuf::from("/usr/local/my disk")];
        assert_eq!(read_only_points(mountinfo, &mounts), expect);
    }
}

//! Images of workload containers, without a registry.
//!
//! Enters: an [`Image`], which is a folder or a small description of a stand-in. Leaves: a folder that becomes the root of a
//! container. What is not the real program says so: [`Image::simulated`].

mod chown;
mod stand_in;

pub(crate) use stand_in::serve;
pub use stand_in::stand_in;

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Where a container whose image is a stand-in finds the stand-in program.
pub const STAND_IN_PROGRAM: &str = "/charm/bin/stand-in";

/// What a container's root is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// A folder with the real program in it, copied for every container.
    Folder(PathBuf),
    /// No real program: something small that answers in its place.
    StandIn(StandIn),
}

/// Programs that only answer their readiness path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandIn {
    /// Absolute path of the program in the container, and what it answers.
    pub programs: BTreeMap<PathBuf, Answers>,
}

/// What a stand-in program does: it listens and answers one path with 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// The TCP port, on all addresses of the pod.
    pub port: u16,
    /// The path that is answered with 200, `/ping`; others get 404.
    pub path: String,
    /// How long after its start it takes connections and says nothing.
    pub silent_for: Duration,
}

impl Image {
    /// Makes `root` hold a fresh copy of the image.
    ///
    /// # Errors
    /// When the image's folder cannot be read, a path of a stand-in leaves the root, or `root` cannot be written.
    pub fn unpack(&self, root: &Path) -> io::Result<()> {
        base(root)?;
        match self {
            Self::Folder(folder) => copy_tree(folder, root),
            Self::StandIn(stand_in) => stand_in
                .programs
                .iter()
                .try_for_each(|(path, answers)| program(root, path, answers)),
        }
    }

    /// How this is named in a list of what was simulated; nothing for a real program. `reference` is the image's name.
    pub fn simulated(&self, reference: &str) -> Option<String> {
        match self {
            Self::Folder(_) => None,
            Self::StandIn(_) => Some(format!("image {reference} (stand-in)")),
        }
    }
}

/// Copies the folder `from` into `to`: modes and symbolic links stay as they are.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
            fs::set_permissions(&target, fs::metadata(&source)?.permissions())?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

/// What every container has, whatever its image: places to write, the two files that name users, and a `chown`.
fn base(root: &Path) -> io::Result<()> {
    for (folder, mode) in [
        ("etc", 0o755),
        ("tmp", 0o1777),
        ("config", 0o777),
        ("proc", 0o555),
        ("dev", 0o755),
        ("sys", 0o555),
        ("run", 0o755),
        ("root", 0o700),
        ("var/lib/pebble/default", 0o755),
    ] {
        let path = root.join(folder);
        fs::create_dir_all(&path)?;
        fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
    }
    fs::write(
        root.join("etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    )?;
    fs::write(root.join("etc/group"), "root:x:0:\nnogroup:x:65534:\n")?;
    script(&root.join("usr/bin/chown"), chown::VERB)
}

/// An executable that is the stand-in program with these arguments, and whatever it is called with behind them.
fn script(file: &Path, arguments: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, format!("#!{STAND_IN_PROGRAM} {arguments}\n"))?;
    fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

fn program(root: &Path, path: &Path, answers: &Answers) -> io::Result<()> {
    let inside = path.strip_prefix("/").unwrap_or(path);
    if !inside
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        let why = format!(
            "cannot place a stand-in at `{}`: not a plain absolute path",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let Answers {
        port,
        path,
        silent_for,
    } = answers;
    let silent_for = silent_for.as_secs();
    script(
        &root.join(inside),
        &format!("--port {port} --path {path} --silent-for {silent_for}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answering(path: &str) -> Image {
        let answers = Answers {
            port: 7878,
            path: "/ping".to_owned(),
            silent_for: Duration::from_secs(3),
        };
        Image::StandIn(StandIn {
            programs: BTreeMap::from([(PathBuf::from(path), answers)]),
        })
    }

    #[test]
    fn a_stand_in_is_an_executable_script_at_the_path_of_the_program() {
        let root = tempfile::tempdir().unwrap();
        answering("/app/bin/Kettle").unpack(root.path()).unwrap();

        let file = root.path().join("app/bin/Kettle");
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            "#!/charm/bin/stand-in --port 7878 --path /ping --silent-for 3\n"
        );
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(
            fs::metadata(root.path().join("tmp"))
                .unwrap()
                .permissions()
                .mode()
                & 0o7777,
            0o1777
        );
        assert_eq!(
            answering("/x").simulated("kettle:1").as_deref(),
            Some("image kettle:1 (stand-in)")
        );
    }

    #[test]
    fn a_stand_in_stays_inside_its_root() {
        let root = tempfile::tempdir().unwrap();
        let error = answering("/../outside").unpack(root.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot place a stand-in at `/../outside`: not a plain absolute path"
        );
    }

    #[test]
    fn a_folder_is_copied_with_modes_and_links() {
        let (image, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(image.path().join("bin")).unwrap();
        fs::write(image.path().join("bin/tool"), "x").unwrap();
        fs::set_permissions(
            image.path().join("bin/tool"),
            std::fs::Permissions::from_mode(0o751),
        )
        .unwrap();
        symlink("tool", image.path().join("bin/alias")).unwrap();

        let folder = Image::Folder(image.path().to_owned());
        folder.unpack(root.path()).unwrap();

        assert_eq!(
            fs::read_link(root.path().join("bin/alias")).unwrap(),
            Path::new("tool")
        );
        assert_eq!(
            fs::metadata(root.path().join("bin/tool"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o751
        );
        assert_eq!(folder.simulated("tool:1"), None);
    }
}

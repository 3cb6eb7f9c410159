//! Charms of a few lines, for the other end of a relation: given data, published through the same door as any charm's.

use fs_err as fs;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A charm with one endpoint whose leader publishes fixed settings in every relation of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptedCharm {
    /// The charm's name.
    pub name: String,
    /// Its endpoint.
    pub endpoint: String,
    /// The endpoint's interface.
    pub interface: String,
    /// Whether it provides the interface; otherwise it requires it.
    pub provides: bool,
    /// What it writes into the application databag.
    pub publishes: BTreeMap<String, String>,
}

impl ScriptedCharm {
    /// Writes the unpacked charm into the folder `charm`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, charm: &Path) -> io::Result<()> {
        fs::create_dir_all(charm)?;
        fs::write(charm.join("metadata.yaml"), self.metadata())?;
        fs::write(
            charm.join("manifest.yaml"),
            "bases:\n  - {name: ubuntu, channel: '24.04', architectures: [amd64, arm64]}\n",
        )?;
        let dispatch = charm.join("dispatch");
        fs::write(&dispatch, self.dispatch())?;
        fs::set_permissions(&dispatch, std::fs::Permissions::from_mode(0o755))
    }

    fn metadata(&self) -> String {
        let (role, text) = (
            if self.provides { "provides" } else { "requires" },
            serde_json::Value::from,
        );
        format!(
            "name: {}\nsummary: A scripted charm.\ndescription: Publishes fixed relation data.\n{role}:\n  {}: {{interface: {}}}\n",
            text(self.name.as_str()),
            text(self.endpoint.as_str()),
            text(self.interface.as_str()),
        )
    }

    fn dispatch(&self) -> String {
        let mut script = "#!/bin/sh\nset -eu\nif [ \"$(is-leader)\" = True ]; then\n".to_owned();
        let quoted = |text: &str| shell_words::quote(text).into_owned();
        let mut settings = String::new();
        for (key, value) in &self.publishes {
            // Writing into a String cannot fail.
            let _ = write!(settings, " {}", quoted(&format!("{key}={value}")));
        }
        let _ = write!(
            script,
            "  for id in $(relation-ids {}); do\n    relation-set -r \"$id\" --app{settings}\n  done\nfi\nstatus-set active scripted\n",
            quoted(&self.endpoint),
        );
        script
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charm_is_one_that_juju_takes() {
        let folder = tempfile::tempdir().unwrap();
        let charm = ScriptedCharm {
            name: "other-tea".to_owned(),
            endpoint: "leaves".to_owned(),
            interface: "tea".to_owned(),
            provides: true,
            publishes: BTreeMap::from([("config".to_owned(), r#"{"it's":"1"}"#.to_owned())]),
        };
        charm.write(folder.path()).unwrap();

        let read = charm_metadata::CharmDir::read(folder.path()).unwrap();
        assert_eq!(read.metadata.provides["leaves"].interface, "tea");
        insta::assert_snapshot!(fs::read_to_string(folder.path().join("dispatch")).unwrap(), @r#"
        #!/bin/sh
        set -eu
        if [ "$(is-leader)" = True ]; then
          for id in $(relation-ids leaves); do
            relation-set -r "$id" --app 'config={"it'\''s":"1"}'
          done
        fi
        status-set active scripted
        "#);
    }
}

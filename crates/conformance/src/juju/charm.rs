//! The folder of an unpacked charm that does what a case says and records what it saw. Both subjects deploy the same one.
//!
//! The paths of the records are written into `dispatch`, as a hook inherits nothing.

use std::{io, os::unix::fs::PermissionsExt, path::Path};

use super::{
    case::{Charm, When},
    script::Script,
};

/// What every charm's `dispatch` does: it keeps its standard input as descriptor 3, makes a folder for this run, keeps the environment there, and runs the script of
/// this hook, if there is one. Each command runs in the same shell, with its streams in files.
const DISPATCH: &str = r#"#!/bin/sh
unit=${JUJU_UNIT_NAME%/*}-${JUJU_UNIT_NAME#*/}
event=${JUJU_DISPATCH_PATH#*/}
remote=${JUJU_REMOTE_UNIT:-${JUJU_REMOTE_APP:-}}
case $remote in */*) remote=${remote%/*}-${remote#*/} ;; esac
exec 3<&0
number=0
while ! mkdir "$home/runs/$unit/$number" 2>/dev/null; do
    [ -d "$home/runs/$unit" ] || mkdir -p "$home/runs/$unit"
    [ ! -d "$home/runs/$unit/$number" ] || number=$((number + 1))
done
here=$home/runs/$unit/$number
env -0 >"$here/env"
count=0
run() {
    count=$((count + 1))
    eval "$1" >"$here/$count.out" 2>"$here/$count.err" </dev/null
    printf %s "$?" >"$here/$count.code"
}
code=0
for script in "$event@$remote" "$event"; do
    if [ -f "$home/does/$unit/$script" ]; then
        printf %s "$script" >"$here/script"
        . "$home/does/$unit/$script"
        break
    fi
done
exit "$code"
"#;

/// Writes `charm` into `folder`. Its hooks do what is below `home/does`, and record below `home/runs`.
pub(super) fn write(folder: &Path, charm: &Charm, home: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let manifest = serde_json::json!({
        "bases": [{"name": "ubuntu", "channel": "24.04/stable", "architectures": ["amd64", "arm64"]}]
    });
    std::fs::write(folder.join("manifest.yaml"), manifest.to_string())?;
    let files = [
        ("metadata.yaml", &charm.metadata),
        ("config.yaml", &charm.config),
        ("actions.yaml", &charm.actions),
    ];
    for (name, content) in files.into_iter().filter(|(_, content)| !content.is_empty()) {
        std::fs::write(folder.join(name), serde_json::to_string(content)?)?;
    }
    let dispatch = folder.join("dispatch");
    let text = DISPATCH.replacen('\n', &format!("\nhome='{}'\n", home.display()), 1);
    std::fs::write(&dispatch, text)?;
    std::fs::set_permissions(&dispatch, std::fs::Permissions::from_mode(0o755))
}

/// The name of the file of a script, below the folder of its unit.
pub(super) fn script_file(when: &When) -> String {
    match &when.remote {
        Some(remote) => format!("{}@{}", when.hook, dashed(remote)),
        None => when.hook.clone(),
    }
}

/// Makes `script` what the charm does then.
pub(super) fn set(home: &Path, when: &When, script: &Script) -> io::Result<()> {
    let folder = home.join("does").join(dashed(&when.unit));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(script_file(when)), script.shell())
}

/// A unit's name in a path.
pub(super) fn dashed(unit: &str) -> String {
    unit.replace('/', "-")
}

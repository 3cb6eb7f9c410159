//! The charms of these tests: a shelf that says where books are, and a reader with a workload that needs to know.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

const MANIFEST: &str = "bases:\n  - {name: ubuntu, channel: '24.04', architectures: [amd64, arm64]}\n";

/// Provides `shelf`; its leader publishes the option `place`. Fails as often as the file `grief` in its folder says.
pub(crate) fn shelf(folder: &Path) {
    write(
        folder,
        "name: bookshelf\nsummary: s\ndescription: d\nprovides: {shelf: {interface: books}}\n",
        r#"#!/bin/sh
set -eu
if [ -e grief ] && [ "$(wc -l < grief)" -gt 0 ]; then
  sed -i 1d grief
  exit 7
fi
if [ "$(is-leader)" = True ]; then
  for id in $(relation-ids shelf); do
    relation-set -r "$id" --app "place=$(config-get place)"
  done
fi
status-set active "offers the $(config-get place)"
"#,
    );
    fs::write(
        folder.join("config.yaml"),
        "options:\n  place: {type: string, default: attic}\n",
    )
    .unwrap();
    fs::write(
        folder.join("actions.yaml"),
        "dust:\n  description: Dusts.\n  params: {cloth: {type: string, default: wool}}\n",
    )
    .unwrap();
    let dispatch = fs::read_to_string(folder.join("dispatch")).unwrap();
    let act = "if [ \"${JUJU_ACTION_NAME:-}\" = dust ]; then\n  action-set \"dusted.with=$(action-get cloth)\"\n  exit 0\nfi\n";
    fs::write(
        folder.join("dispatch"),
        dispatch.replacen("set -eu\n", &format!("set -eu\n{act}"), 1),
    )
    .unwrap();
}

/// Makes a secret that is to change every day, and changes it then.
pub(crate) fn keeper(folder: &Path) {
    write(
        folder,
        "name: keeper\nsummary: s\ndescription: d\n",
        "#!/bin/sh\nset -eu\ncase $JUJU_HOOK_NAME in\n\
         install) secret-add token=one --owner unit --rotate daily ;;\n\
         secret-rotate) secret-set \"$JUJU_SECRET_ID\" token=two ;;\n\
         esac\nstatus-set active\n",
    );
}

/// Requires `shelf`; runs its workload when it knows the place, and is active when the workload is ready.
pub(crate) fn reader(folder: &Path) {
    write(
        folder,
        "name: bookreader\nsummary: s\ndescription: d\nrequires: {shelf: {interface: books}}\n\
         containers: {reader: {resource: reader-image, mounts: [{storage: notes, location: /notes}]}}\n\
         resources: {reader-image: {type: oci-image}}\nstorage: {notes: {type: filesystem}}\n",
        r#"#!/bin/sh
set -eu
socket=/charm/containers/reader/pebble.socket
place=
for id in $(relation-ids shelf); do
  [ "${JUJU_HOOK_NAME%-relation-broken}" != "$JUJU_HOOK_NAME" ] && continue
  place=$(relation-get -r "$id" --app place "$(relation-list -r "$id" --app)")
done
if [ -z "$place" ]; then
  status-set waiting "no shelf"
elif [ ! -S "$socket" ]; then
  status-set waiting "no pebble"
elif ./talk ready "$socket" 2>/dev/null; then
  status-set active "reads in the $place"
else
  ./talk start "$socket"
  status-set waiting "the reader starts"
fi
"#,
    );
    symlink("/charm/bin/jujuc", folder.join("talk")).unwrap();
}

/// Says what its resource holds.
pub(crate) fn diary(folder: &Path) {
    write(
        folder,
        "name: diary\nsummary: s\ndescription: d\nresources: {page: {type: file, filename: page.txt}}\n",
        "#!/bin/sh\nset -eu\nstatus-set active \"$(cat \"$(resource-get page)\")\"\n",
    );
}

fn write(folder: &Path, metadata: &str, dispatch: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("metadata.yaml"), metadata).unwrap();
    fs::write(folder.join("manifest.yaml"), MANIFEST).unwrap();
    fs::write(folder.join("dispatch"), dispatch).unwrap();
    fs::set_permissions(folder.join("dispatch"), fs::Permissions::from_mode(0o755)).unwrap();
}

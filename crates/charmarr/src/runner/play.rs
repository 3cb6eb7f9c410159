//! One title on its way: the download client writes it, a media manager imports it, the players read it. Each is a process of its
//! own in the container of its application, as the published user.

use anyhow::{Context as _, bail};
use juju_sandbox::Sandbox;
use serde::de::DeserializeOwned;

use super::{PGID, PUID, arrange::first_unit};
use crate::{
    report::{App, Import, Touched},
    scenario::Title,
    stand_in::{self, Imported, Seen},
};

/// Plays it; what fails is written into the import.
pub(super) fn title(sandbox: &Sandbox, title: &Title, apps: &[App]) -> Import {
    let (client, download) = title.download;
    let mut import = Import {
        title: title.name.to_owned(),
        downloaded: format!("{}/{download}", mount_path(apps, client)),
        imported: None,
        inode: None,
        links: None,
        bytes_copied: None,
        read_by: Vec::new(),
        digest: None,
        touched: Vec::new(),
        trouble: None,
    };
    let played = make(sandbox, title, apps, &mut import).and_then(|()| check(sandbox, title, &mut import));
    told(import, played)
}

/// Looks whether a title that was played is still what it was: the same file under both names, for everyone.
pub(super) fn again(sandbox: &Sandbox, title: &Title, mut import: Import) -> Import {
    if import.trouble.is_some() {
        return import;
    }
    import.touched.retain(|touched| touched.bytes_copied.is_some());
    import.read_by.clear();
    let checked = check(sandbox, title, &mut import);
    told(import, checked)
}

fn told(mut import: Import, played: anyhow::Result<()>) -> Import {
    import.trouble = played.err().map(|error| format!("{error:#}"));
    import
}

/// The download client writes it, the manager imports it.
fn make(sandbox: &Sandbox, title: &Title, apps: &[App], import: &mut Import) -> anyhow::Result<()> {
    let (client, _) = title.download;
    let bytes = title.bytes.to_string();
    let source: Seen = run(sandbox, client, &["download", &import.downloaded, &bytes])?;
    let (manager, library) = title.import;
    let imported = format!("{}/{library}", mount_path(apps, manager));
    let linked: Imported = run(sandbox, manager, &["import", &import.downloaded, &imported])?;
    import.imported = Some(imported);
    import.inode = Some(linked.inode);
    import.links = Some(linked.links);
    import.bytes_copied = Some(linked.bytes_copied);
    import.digest = Some(source.digest);
    import.touched.push(Touched {
        app: manager.to_owned(),
        inode: linked.inode,
        links: linked.links,
        bytes_copied: Some(linked.bytes_copied),
    });
    Ok(())
}

/// The players read what was imported to its end. The download goes on seeding: its own name must still lead to the same file.
fn check(sandbox: &Sandbox, title: &Title, import: &mut Import) -> anyhow::Result<()> {
    let (client, _) = title.download;
    let imported = import.imported.clone().unwrap_or_default();
    for reader in &title.readers {
        let seen: Seen = run(sandbox, reader, &["read", &imported])?;
        import.touched.push(touched(reader, &seen));
        if !is_same(import, &seen) || seen.bytes != title.bytes {
            bail!("{reader} reads another file than {client} downloaded");
        }
        import.read_by.push((*reader).to_owned());
    }
    let seeding: Seen = run(sandbox, client, &["read", &import.downloaded])?;
    import.touched.push(touched(client, &seeding));
    import.links = Some(seeding.links);
    if !is_same(import, &seeding) {
        bail!("the download and the import are two files");
    }
    Ok(())
}

fn is_same(import: &Import, seen: &Seen) -> bool {
    import.inode == Some(seen.inode) && import.digest == Some(seen.digest)
}

fn touched(app: &str, seen: &Seen) -> Touched {
    Touched {
        app: app.to_owned(),
        inode: seen.inode,
        links: seen.links,
        bytes_copied: None,
    }
}

/// Runs the stand-in in an application's container, and reads the object that it prints.
fn run<T: DeserializeOwned>(sandbox: &Sandbox, app: &str, verb: &[&str]) -> anyhow::Result<T> {
    let argv: Vec<&str> = std::iter::once(stand_in::PROGRAM)
        .chain(verb.iter().copied())
        .collect();
    let output = sandbox.exec(&first_unit(app)?, app, &argv, PUID, PGID)?;
    if !output.success() {
        bail!("{app}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("cannot read the answer of `{app}`"))
}

/// Where an application has the volume; one that has none is told the usual place, and will say what it finds there.
fn mount_path<'a>(apps: &'a [App], name: &str) -> &'a str {
    apps.iter()
        .find(|app| app.name == name)
        .and_then(|app| app.mount_path.as_deref())
        .unwrap_or("/data")
}

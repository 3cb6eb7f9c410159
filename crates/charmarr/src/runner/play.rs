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
    let downloaded = format!("{}/{download}", mount_path(apps, client));
    let mut import = Import {
        title: title.name.to_owned(),
        downloaded: downloaded.clone(),
        imported: None,
        inode: None,
        links: None,
        bytes_copied: None,
        read_by: Vec::new(),
        touched: Vec::new(),
        trouble: None,
    };
    if let Err(error) = through(sandbox, title, apps, &downloaded, &mut import) {
        import.trouble = Some(format!("{error:#}"));
    }
    import
}

fn through(
    sandbox: &Sandbox,
    title: &Title,
    apps: &[App],
    downloaded: &str,
    import: &mut Import,
) -> anyhow::Result<()> {
    let (client, _) = title.download;
    let source: Seen = run(
        sandbox,
        client,
        &["download", downloaded, &title.bytes.to_string()],
    )?;
    let (manager, library) = title.import;
    let imported = format!("{}/{library}", mount_path(apps, manager));
    let linked: Imported = run(sandbox, manager, &["import", downloaded, &imported])?;
    import.imported = Some(imported.clone());
    import.inode = Some(linked.inode);
    import.links = Some(linked.links);
    import.bytes_copied = Some(linked.bytes_copied);
    import.touched.push(Touched {
        app: manager.to_owned(),
        inode: linked.inode,
        links: linked.links,
        bytes_copied: Some(linked.bytes_copied),
    });
    for reader in &title.readers {
        let seen: Seen = run(sandbox, reader, &["read", &imported])?;
        import.touched.push(touched(reader, &seen));
        if seen.inode != linked.inode || seen.digest != source.digest || seen.bytes != title.bytes {
            bail!("{reader} reads another file than {client} downloaded");
        }
        import.read_by.push((*reader).to_owned());
    }
    // The download goes on seeding: its own name must still lead to the same file.
    let seeding: Seen = run(sandbox, client, &["read", downloaded])?;
    import.touched.push(touched(client, &seeding));
    if seeding.inode != linked.inode || seeding.digest != source.digest {
        bail!("the download and the import are two files");
    }
    Ok(())
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

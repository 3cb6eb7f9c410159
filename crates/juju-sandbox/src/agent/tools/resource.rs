//! `resource-get`: the agent puts the resource into its own folder and says where. It asks the controller at each call, and writes
//! what differs from the file that is there.

use super::flags::Args;
use super::{HookContext, Output, SILENT, Stop, Tool};
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use juju_model::Resource;
use std::io::{self, Write as _};
use std::path::Path;

pub(super) const TOOLS: &[Tool] = &[Tool {
    name: "resource-get",
    summary: "Download a resource.",
    flags: &[],
    formats: SILENT,
    run: get,
}];

/// Below the agent's folder. There is no folder for each resource.
const FOLDER: &str = "resources";

fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let name = args
        .words()
        .first()
        .ok_or_else(|| Stop::usage("missing required resource name"))?;
    args.at_most(1)?;
    let failed = |why: String| Stop::failed(format!("could not download resource: {why}"));
    let resource = download(context, name).map_err(failed)?;
    let folder = context.site().agent_dir.join(FOLDER);
    store(&folder, &resource.file, &resource.content.unwrap_or_default())
        .map_err(|why| failed(format!("could not create new file for resource: {why}")))?;
    let told = context.site().agent_dir_seen.join(FOLDER).join(&resource.file);
    Ok(Output::Bare(told.display().to_string()))
}

/// What the controller answers: `UnitResourcesHandler` (`apiserver/resources_unit.go` in Juju's repository), whose errors the
/// agent's client puts the request before. A local charm has nothing in Charmhub.
fn download(context: &HookContext<'_>, name: &str) -> Result<Resource, String> {
    let unit = &context.run().unit;
    let found = context
        .world()
        .application(unit.app())
        .and_then(|application| application.resources.get(name).cloned());
    let why = match found {
        Some(resource) if resource.content.is_some() => return Ok(resource),
        Some(_) => format!("while getting resource from charmhub: resource {name:?} not found"),
        None => format!("resource#{}/{name} not found", unit.app()),
    };
    let controller = context.site().api_addresses.first();
    let (model, unit) = (&context.run().model.uuid, unit.dashed());
    Err(format!(
        "HTTP request failed: Get https://{}/model/{model}/units/unit-{unit}/resources/{name}: {why}",
        controller.map(String::as_str).unwrap_or_default()
    ))
}

/// Leaves `content` in a file of `folder`, which is not written when it is there already. The charm can put what it likes there: no
/// link of its leads the agent elsewhere.
fn store(folder: &Path, file: &str, content: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if folder.symlink_metadata()?.is_symlink() {
        return Err(io::Error::other(format!("`{}` is a link", folder.display())));
    }
    let path = folder.join(file);
    let is_link = path.symlink_metadata().is_ok_and(|facts| facts.is_symlink());
    if !is_link && fs::read(&path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .custom_flags(nix::libc::O_NOFOLLOW)
        .open(&path)?
        .write_all(content)
}

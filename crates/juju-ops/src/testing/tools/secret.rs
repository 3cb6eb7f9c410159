//! The secret family, with Juju's permissions: who may read, and who may write. Of the forms of content, `key=value` and
//! `--file` are known here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::relation::relation;
use super::{asked, document, told};
use crate::error::Refusal;
use crate::hookcmds::SecretOwner;
use crate::testing::args::{Args, misuse};
use crate::testing::declaration::is_secret_uri;
use crate::testing::juju::{Answer, World};
use crate::testing::{SecretState, State};

const EDIT: &[&str] = &[
    "--label",
    "--description",
    "--expire",
    "--rotate",
    "--owner",
    "--file",
];
const ROTATIONS: [&str; 7] = [
    "never",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "yearly",
];

pub(super) fn add(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, EDIT, &[])?;
    if args.positional.is_empty() && args.value("--file").is_none() {
        return Err(misuse("missing secret value or filename"));
    }
    check_options(&args)?;
    let content = content(&args, &args.positional)?;
    let owner = match args.value("--owner") {
        Some("unit") => SecretOwner::Unit,
        None | Some("application") => SecretOwner::Application,
        Some(other) => return Err(misuse(format!("secret owner {other:?} not valid"))),
    };
    if owner == SecretOwner::Application && !world.state.leader {
        return Err(not_leader());
    }
    let number = world.state.secrets.len();
    let mut ids = (number..).map(|number| format!("secret:{number:0>20}"));
    let id = ids
        .find(|id| world.state.secret(id).is_none())
        .unwrap_or_default();
    let mut secret = SecretState::owned(owner, id.clone(), []);
    secret.revisions = BTreeMap::from([(1, content)]);
    set_options(&mut secret, &args);
    world.state.secrets.push(secret);
    world.new_revisions.insert(id.clone());
    Ok(Some(json!(id)))
}

pub(super) fn set(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, EDIT, &[])?;
    let id = id(&args)?;
    check_options(&args)?;
    let values = args.positional.get(1..).unwrap_or_default();
    let content = content(&args, values)?;
    let is_new = world.new_revisions.contains(&id);
    let secret = writable(world, &id)?;
    set_options(secret, &args);
    if content.is_empty() {
        return Ok(None);
    }
    // Juju takes all that a hook writes as one revision.
    let revision = secret.latest() + u64::from(!is_new);
    secret.revisions.insert(revision, content);
    world.new_revisions.insert(id);
    Ok(None)
}

pub(super) fn get(world: &mut World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format", "--label"], &["--peek", "--refresh"])?;
    args.at_most(2)?;
    let (peek, refresh) = (args.has("--peek"), args.has("--refresh"));
    let at = named(&world.state, &args)?;
    if peek && refresh {
        return Err(misuse("specify one of --peek or --refresh but not both"));
    }
    let secret = world.state.secrets.get_mut(at).ok_or_else(|| not_found(""))?;
    if let (Some(label), Some(_)) = (args.value("--label"), args.first()) {
        secret.label = Some(label.to_owned());
    }
    let latest = secret.latest();
    let revision = if peek {
        latest
    } else if refresh {
        *secret.tracked.insert(latest)
    } else {
        *secret.tracked.get_or_insert(latest)
    };
    let content = secret.revisions.get(&revision);
    let content = content.ok_or_else(|| failure(format!("secret revision {revision} not found")))?;
    match args.positional.get(1) {
        None => Ok(Some(json!(content))),
        Some(key) => content
            .get(key)
            .map(|text| Some(json!(text)))
            .ok_or_else(|| failure(format!("secret key value {key:?} not found"))),
    }
}

pub(super) fn info(world: &World, args: &[&str]) -> Answer {
    let args = asked(args, &["--format", "--label"], &[])?;
    args.at_most(1)?;
    if let (Some(_), Some(_)) = (args.first(), args.value("--label")) {
        return Err(misuse("specify either a secret URI or label but not both"));
    }
    let at = named(&world.state, &args)?;
    let secret = world
        .state
        .secrets
        .get(at)
        .filter(|secret| may_write(&world.state, secret));
    let wanted = args.first().or(args.value("--label")).unwrap_or_default();
    let secret = secret.ok_or_else(|| not_found(wanted))?;
    Ok(Some(json!({ bare(&secret.id): facts(world, secret) })))
}

/// What is told of a secret; what Juju has not yet taken has no rotation and no access.
fn facts(world: &World, secret: &SecretState) -> Value {
    let owner = match secret.owner {
        Some(SecretOwner::Unit) => "unit",
        Some(SecretOwner::Application) | None => "application",
    };
    let taken = !(secret.latest() == 1 && world.new_revisions.contains(&secret.id));
    let rotation = secret.rotation.as_deref().unwrap_or("never");
    let access: Vec<Value> = secret
        .grants
        .iter()
        .filter_map(|(id, unit)| access(&world.state, *id, unit.as_deref()))
        .collect();
    let facts = [
        ("revision", Some(json!(secret.latest()))),
        ("label", Some(json!(secret.label.as_deref().unwrap_or_default()))),
        ("owner", Some(json!(owner))),
        ("description", secret.description.as_ref().map(|text| json!(text))),
        ("expiry", secret.expiry.as_ref().map(|time| json!(time))),
        ("rotation", taken.then(|| json!(rotation))),
        ("access", (taken && !access.is_empty()).then(|| json!(access))),
    ];
    facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name.to_owned(), fact?)))
        .collect()
}

/// One reader. The endpoint at the other side, which a unit is not told, is taken to have the same name.
fn access(state: &State, id: u32, unit: Option<&str>) -> Option<Value> {
    let relation = state.relation(id)?;
    let (own, other, endpoint) = (state.app(), &relation.remote_app, &relation.endpoint);
    let target = match unit {
        Some(unit) => format!("unit-{}", unit.replace('/', "-")),
        None => format!("application-{other}"),
    };
    let scope = format!("relation-{other}.{endpoint}#{own}.{endpoint}");
    Some(json!({"target": target, "scope": scope, "role": "view"}))
}

pub(super) fn ids(world: &World, args: &[&str]) -> Answer {
    asked(args, &["--format"], &[])?.at_most(0)?;
    let secrets = world.state.secrets.iter();
    let ids: Vec<&str> = secrets
        .filter(|secret| may_write(&world.state, secret))
        .map(|secret| bare(&secret.id))
        .collect();
    Ok(Some(if ids.is_empty() { Value::Null } else { json!(ids) }))
}

pub(super) fn grant(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &["-r", "--relation", "--unit"], &[])?;
    let id = id(&args)?;
    let related = relation(world, &args)?;
    let (number, app) = (related.id, related.remote_app.clone());
    let unit = args.value("--unit").map(str::to_owned);
    if let Some(unit) = &unit
        && unit.split('/').next() != Some(app.as_str())
    {
        return Err(misuse(format!(
            "cannot specify unit {unit:?} in relation to application {app:?}"
        )));
    }
    args.at_most(1)?;
    writable(world, &id)?.grants.insert(number, unit);
    Ok(None)
}

pub(super) fn revoke(world: &mut World, args: &[&str]) -> Answer {
    let args = told(
        args,
        &["-r", "--relation", "--app", "--application", "--unit"],
        &[],
    )?;
    let id = id(&args)?;
    let app = args
        .value("--app")
        .or(args.value("--application"))
        .map(str::to_owned);
    let unit = args.value("--unit").map(str::to_owned);
    if app.is_some() && unit.is_some() {
        return Err(misuse("specify only one of application or unit"));
    }
    let by_relation = args.value("-r").or(args.value("--relation")).is_some();
    if by_relation && app.is_some() {
        return Err(misuse("do not specify both relation and app"));
    }
    let app = if by_relation {
        Some(relation(world, &args)?.remote_app.clone())
    } else {
        app
    };
    if app.is_none() && unit.is_none() {
        return Err(misuse("missing relation or application or unit"));
    }
    args.at_most(1)?;
    let with: BTreeMap<u32, String> = world
        .state
        .relations
        .iter()
        .map(|relation| (relation.id, relation.remote_app.clone()))
        .collect();
    let secret = writable(world, &id)?;
    secret.grants.retain(|number, granted| match &unit {
        Some(unit) => granted.as_ref() != Some(unit),
        None => with.get(number) != app.as_ref(),
    });
    Ok(None)
}

pub(super) fn remove(world: &mut World, args: &[&str]) -> Answer {
    let args = told(args, &["--revision"], &[])?;
    let revision = args.value("--revision").map(|text| {
        text.parse::<u64>().map_err(|_| {
            let why = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
            misuse(format!("invalid value {text:?} for option --revision: {why}"))
        })
    });
    let revision = revision.transpose()?;
    let id = id(&args)?;
    args.at_most(1)?;
    let secret = writable(world, &id)?;
    if let Some(revision) = revision {
        secret.revisions.remove(&revision);
    }
    if revision.is_none() || secret.revisions.is_empty() {
        world.state.secrets.retain(|secret| secret.id != id);
    }
    Ok(None)
}

/// The secret that the first argument names.
fn id(args: &Args) -> Result<String, Refusal> {
    uri(args.first().ok_or_else(|| misuse("missing secret URI"))?)
}

fn uri(text: &str) -> Result<String, Refusal> {
    let uri = format!("secret:{}", bare(text));
    if is_secret_uri(&uri) {
        Ok(uri)
    } else {
        Err(misuse(format!("secret URI {text:?} not valid")))
    }
}

fn bare(id: &str) -> &str {
    id.strip_prefix("secret:").unwrap_or(id)
}

/// Where the secret is that id or label name.
fn named(state: &State, args: &Args) -> Result<usize, Refusal> {
    let mut secrets = state.secrets.iter();
    let (found, wanted) = match (args.first(), args.value("--label")) {
        (Some(text), _) => {
            let uri = uri(text)?;
            (secrets.position(|secret| secret.id == uri), bare(text))
        }
        (None, Some(label)) => (
            secrets.position(|secret| secret.label.as_deref() == Some(label)),
            label,
        ),
        (None, None) => return Err(misuse("require either a secret URI or label")),
    };
    found.ok_or_else(|| not_found(wanted))
}

fn may_write(state: &State, secret: &SecretState) -> bool {
    match secret.owner {
        Some(SecretOwner::Application) => state.leader,
        Some(SecretOwner::Unit) => true,
        None => false,
    }
}

/// A secret that this unit may write.
fn writable<'w>(world: &'w mut World, id: &str) -> Result<&'w mut SecretState, Refusal> {
    let leads = world.state.leader;
    let mut secrets = world.state.secrets.iter_mut();
    let secret = secrets.find(|secret| secret.id == id && secret.owner.is_some());
    let secret = secret.ok_or_else(|| not_found(bare(id)))?;
    if secret.owner == Some(SecretOwner::Application) && !leads {
        return Err(not_leader());
    }
    Ok(secret)
}

fn check_options(args: &Args) -> Result<(), Refusal> {
    match args.value("--rotate") {
        Some(policy) if !ROTATIONS.contains(&policy) => {
            Err(misuse(format!("rotate policy {policy:?} not valid")))
        }
        Some(_) | None => Ok(()),
    }
}

fn set_options(secret: &mut SecretState, args: &Args) {
    let given = |flag| args.value(flag).map(str::to_owned);
    secret.label = given("--label").or_else(|| secret.label.take());
    secret.description = given("--description").or_else(|| secret.description.take());
    secret.expiry = given("--expire").or_else(|| secret.expiry.take());
    secret.rotation = given("--rotate").or_else(|| secret.rotation.take());
}

fn content(args: &Args, values: &[String]) -> Result<BTreeMap<String, String>, Refusal> {
    let mut content = BTreeMap::new();
    for word in values {
        let (key, text) = word
            .split_once('=')
            .filter(|(key, text)| !key.is_empty() && !text.is_empty())
            .ok_or_else(|| misuse(format!("key value {word:?} not valid")))?;
        content.insert(key.to_owned(), text.to_owned());
    }
    if let Some(path) = args.value("--file") {
        let read = std::fs::read(path);
        let read = read.map_err(|_| misuse(format!("open {path}: no such file or directory")))?;
        content.extend(document(&read)?);
    }
    match content.keys().find(|key| !is_key(key)) {
        Some(key) => Err(misuse(format!("key {key:?} not valid"))),
        None => Ok(content),
    }
}

/// A lower-case letter, then at least two more letters or digits, each with at most one dash before it.
fn is_key(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.chars().filter(|c| plain(*c)).count() > 2
        && key
            .split('-')
            .all(|part| !part.is_empty() && part.chars().all(plain))
}

fn not_leader() -> Refusal {
    failure("this unit is not the leader")
}

fn not_found(wanted: &str) -> Refusal {
    failure(format!("secret {wanted:?} not found"))
}

fn failure(message: impl Into<String>) -> Refusal {
    Refusal {
        code: 1,
        message: message.into(),
    }
}

//! `secret-add`, `secret-set`, `secret-grant`, `secret-revoke`, `secret-remove`: what a hook wants to change of secrets, and
//! `secret-get`, `secret-info-get`, `secret-ids`.

use super::flags::{Args, Flag, switch, text};
use super::relation::{RELATION, needed};
use super::secret_data::{self, KEY_BASE64};
use super::value::Value;
use super::{HookContext, Output, SILENT, SMART, Stop, Tool, YAML};
use juju_model::{
    AppName, Party, Secret, SecretContent, SecretEdit, SecretId, SecretRead, SecretRefused, UnitName,
};
use std::collections::BTreeMap;

const EDIT: &[Flag] = &[
    text(&["expire"]),
    text(&["rotate"]),
    text(&["description"]),
    text(&["label"]),
    text(&["file"]),
    text(&["owner"]),
];

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "secret-add",
        summary: "Make a secret.",
        flags: EDIT,
        formats: SILENT,
        run: add,
    },
    Tool {
        name: "secret-set",
        summary: "Change a secret.",
        flags: EDIT,
        formats: SILENT,
        run: set,
    },
    Tool {
        name: "secret-grant",
        summary: "Let the other side of a relation read a secret.",
        flags: &[text(&["unit"]), RELATION],
        formats: SILENT,
        run: grant,
    },
    Tool {
        name: "secret-revoke",
        summary: "Take the right to read a secret.",
        flags: &[text(&["app", "application"]), text(&["unit"]), RELATION],
        formats: SILENT,
        run: revoke,
    },
    Tool {
        name: "secret-remove",
        summary: "Remove a secret, or a revision of it.",
        flags: &[text(&["revision"])],
        formats: SILENT,
        run: remove,
    },
    Tool {
        name: "secret-ids",
        summary: "List the unit's own secrets.",
        flags: &[],
        formats: SMART,
        run: ids,
    },
    Tool {
        name: "secret-get",
        summary: "Read a secret.",
        flags: &[text(&["label"]), switch(&["peek"]), switch(&["refresh"])],
        formats: YAML,
        run: get,
    },
    Tool {
        name: "secret-info-get",
        summary: "Read facts of a secret of one's own.",
        flags: &[text(&["label"])],
        formats: YAML,
        run: info,
    },
];

/// A flag that is given and not empty.
fn given<'a>(args: &'a Args, name: &str) -> Option<&'a str> {
    args.flag(name).filter(|value| !value.is_empty())
}

fn parse_id(uri: &str) -> Result<SecretId, Stop> {
    let invalid = || Stop::usage(format!("secret URI {uri:?} not valid"));
    match uri.split_once(':') {
        Some((scheme, _)) if scheme != "secret" => {
            Err(Stop::usage(format!("secret URI scheme {scheme:?} not valid")))
        }
        Some((_, id)) => id.trim_start_matches('/').parse().map_err(|_| invalid()),
        None => uri.parse().map_err(|_| invalid()),
    }
}

/// The first word, which must be there.
fn own_id(args: &Args) -> Result<SecretId, Stop> {
    let uri = args.words().first();
    parse_id(uri.ok_or_else(|| Stop::usage("missing secret URI"))?)
}

fn edit(args: &Args, words: &[String]) -> Result<SecretEdit, Stop> {
    let expiry = given(args, "expire").map(secret_data::expiry).transpose()?;
    if let Some(policy) = given(args, "rotate").filter(|policy| !secret_data::is_rotation(policy)) {
        return Err(Stop::usage(format!("rotate policy {policy:?} not valid")));
    }
    if let Some(owner) = args
        .flag("owner")
        .filter(|owner| !["application", "unit"].contains(owner))
    {
        return Err(Stop::usage(format!("secret owner {owner:?} not valid")));
    }
    let content = secret_data::content(args, words)?;
    Ok(SecretEdit {
        label: given(args, "label").map(str::to_owned),
        description: given(args, "description").map(str::to_owned),
        rotation: given(args, "rotate").map(str::to_owned),
        expiry,
        content: Some(content).filter(|content| !content.is_empty()),
    })
}

fn add(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    if args.words().is_empty() && given(args, "file").is_none() {
        return Err(Stop::usage("missing secret value or filename"));
    }
    let edit = edit(args, args.words())?;
    if edit.content.is_none() {
        return Err(Stop::failed("empty secret value not valid"));
    }
    let unit = context.run().unit.clone();
    let owner = if args.flag("owner") == Some("unit") {
        Party::Unit(unit)
    } else if context.is_leader() {
        Party::Application(unit.app().clone())
    } else {
        return Err(Stop::failed("this unit is not the leader"));
    };
    let id = context.world().new_secret_id();
    let secrets = &mut context.changes.secrets;
    secrets.create(id.clone(), owner, edit).map_err(Stop::failed)?;
    Ok(Value::text(format!("secret:{id}")).into())
}

/// Only the leader changes what is the application's. A secret that is not known here is left to the controller.
fn may_change(context: &HookContext<'_>, id: &SecretId) -> Result<(), Stop> {
    let secret = context.run().secrets.get(id);
    if secret.is_some_and(|secret| matches!(secret.owner, Party::Application(_))) && !context.is_leader() {
        return Err(Stop::failed("this unit is not the leader"));
    }
    Ok(())
}

fn set(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let id = own_id(args)?;
    let edit = edit(args, args.words().get(1..).unwrap_or_default())?;
    may_change(context, &id)?;
    context.changes.secrets.update(id, edit);
    Ok(Output::Nothing)
}

fn grant(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let id = own_id(args)?;
    let (relation, view) = needed(context, args)?;
    let (app, scope) = (view.remote_app.clone(), view.scope.clone());
    let reader = match given(args, "unit") {
        None => Party::Application(app),
        Some(name) => {
            let unit: UnitName = name
                .parse()
                .map_err(|_| Stop::usage(format!("unit {name:?} not valid")))?;
            if *unit.app() != app {
                let app = app.to_string();
                return Err(Stop::usage(format!(
                    "cannot specify unit {name:?} in relation to application {app:?}"
                )));
            }
            Party::Unit(unit)
        }
    };
    args.at_most(1)?;
    if !context.changes.secrets.creates.contains_key(&id) {
        let secret = owned(context, &id).ok_or_else(|| Stop::failed(SecretRefused::NotFound(id.clone())))?;
        may_change(context, &id)?;
        let there = secret.grants.iter().filter(|grant| {
            let view = context.run().relations.get(&grant.relation);
            view.is_some_and(|view| view.scope == scope)
        });
        for other in there {
            match (&other.reader, &reader) {
                (other, reader) if other == reader => return Ok(Output::Nothing),
                (Party::Application(_), _) => return Ok(Output::Nothing),
                (Party::Unit(_), Party::Application(_)) => {
                    return Err(Stop::failed(
                        "any unit level grants need to be revoked before granting access to the corresponding application",
                    ));
                }
                (Party::Unit(_), Party::Unit(_)) => {}
            }
        }
    }
    context.changes.secrets.grant(id, relation, reader);
    Ok(Output::Nothing)
}

fn revoke(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let id = own_id(args)?;
    let mut app = match given(args, "app") {
        None => None,
        Some(name) => Some(
            name.parse::<AppName>()
                .map_err(|_| Stop::usage(format!("application {name:?} not valid")))?,
        ),
    };
    let unit = match given(args, "unit") {
        None => None,
        Some(name) => Some(
            name.parse::<UnitName>()
                .map_err(|_| Stop::usage(format!("unit {name:?} not valid")))?,
        ),
    };
    if app.is_some() && unit.is_some() {
        return Err(Stop::usage("specify only one of application or unit"));
    }
    if let Some((_, view)) = super::relation::given(context, args)? {
        if app.is_some() {
            return Err(Stop::usage("do not specify both relation and app"));
        }
        app = Some(view.remote_app.clone());
    }
    let reader = match (unit, app) {
        (Some(unit), _) => Party::Unit(unit),
        (None, Some(app)) => Party::Application(app),
        (None, None) => return Err(Stop::usage("missing relation or application or unit")),
    };
    args.at_most(1)?;
    may_change(context, &id)?;
    context.changes.secrets.revoke(id, reader);
    Ok(Output::Nothing)
}

fn remove(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let revision = match args.flag("revision") {
        None => None,
        Some(text) => {
            let number: i64 = text.parse().map_err(|_| {
                let why = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
                Stop::usage(format!("invalid value {text:?} for option --revision: {why}"))
            })?;
            u32::try_from(number).ok().filter(|number| *number > 0)
        }
    };
    let id = own_id(args)?;
    args.at_most(1)?;
    may_change(context, &id)?;
    context.changes.secrets.remove(id, revision);
    Ok(Output::Nothing)
}

/// The unit's own secret with what the hook changed of it, but for content and rights.
fn owned(context: &HookContext<'_>, id: &SecretId) -> Option<Secret> {
    let changes = &context.changes.secrets;
    if changes.removes.contains_key(id) {
        return None;
    }
    let mut secret = context.run().secrets.get(id)?.clone();
    if let Some(edit) = changes.updates.get(id) {
        let SecretEdit {
            label,
            description,
            rotation,
            expiry,
            content: _,
        } = edit.clone();
        secret.label = label.unwrap_or(secret.label);
        secret.description = description.unwrap_or(secret.description);
        secret.rotation = rotation.unwrap_or(secret.rotation);
        secret.expiry = expiry.or(secret.expiry);
    }
    Some(secret)
}

/// Label and facts of all of them, those that this hook makes included.
fn all_owned(context: &HookContext<'_>) -> BTreeMap<SecretId, (String, Value)> {
    let there = context.run().secrets.keys();
    let there = there.filter_map(|id| {
        let secret = owned(context, id)?;
        Some((id.clone(), (secret.label.clone(), shown(context, &secret))))
    });
    let made = context.changes.secrets.creates.iter();
    let made = made.map(|(id, (owner, edit))| {
        let label = edit.label.clone().unwrap_or_default();
        (id.clone(), (label, made_here(owner, edit)))
    });
    there.chain(made).collect()
}

fn ids(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    args.at_most(0)?;
    let ids: Vec<SecretId> = all_owned(context).into_keys().collect();
    if ids.is_empty() {
        return Ok(Value::Null.into());
    }
    Ok(Value::texts(ids).into())
}

fn info(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (id, label) = named(args)?;
    if id.is_some() && label.is_some() {
        return Err(Stop::usage("specify either a secret URI or label but not both"));
    }
    args.at_most(1)?;
    let all = all_owned(context);
    let found = all.iter().find(|(own, (own_label, _))| match &id {
        Some(id) => *own == id,
        None => label.as_ref() == Some(own_label),
    });
    let wanted = id
        .as_ref()
        .map_or_else(|| label.unwrap_or_default(), ToString::to_string);
    let (id, (_, facts)) = found.ok_or_else(|| Stop::failed(format!("secret {wanted:?} not found")))?;
    Ok(Value::map([(id, facts.clone())]).into())
}

/// The secret that is meant: its id, its label, or both.
fn named(args: &Args) -> Result<(Option<SecretId>, Option<String>), Stop> {
    let uri = args.words().first();
    let id = match uri {
        Some(uri) => Some(parse_id(uri).map_err(|_| Stop::usage(format!("secret URI {uri:?} not valid")))?),
        None => None,
    };
    let label = given(args, "label").map(str::to_owned);
    if id.is_none() && label.is_none() {
        return Err(Stop::usage("require either a secret URI or label"));
    }
    Ok((id, label))
}

fn get(context: &mut HookContext<'_>, args: &Args) -> Result<Output, Stop> {
    let (id, label) = named(args)?;
    if args.is_on("peek") && args.is_on("refresh") {
        return Err(Stop::usage("specify one of --peek or --refresh but not both"));
    }
    let key = args.at_most(2)?.get(1);
    let found = read(context, args, id, label)?;
    let Some(key) = key else {
        let values = found
            .iter()
            .map(|(key, value)| Ok((key, Value::text(secret_data::decoded(value)?))))
            .collect::<Result<Vec<_>, Stop>>()?;
        return Ok(Value::map(values).into());
    };
    let bare = key.strip_suffix(KEY_BASE64).unwrap_or(key);
    let not_found = || Stop::failed(format!("secret key value {bare:?} not found"));
    let value = found.get(bare).ok_or_else(not_found)?;
    if key.ends_with(KEY_BASE64) {
        return Ok(Value::text(value).into());
    }
    Ok(Value::text(secret_data::decoded(value)?).into())
}

/// What this hook wrote, where that is asked for; else what the controller has.
fn read(
    context: &mut HookContext<'_>,
    args: &Args,
    mut id: Option<SecretId>,
    mut label: Option<String>,
) -> Result<SecretContent, Stop> {
    let refresh = args.is_on("refresh");
    let newest = refresh || args.is_on("peek");
    if let Some(content) = pending(context, id.as_ref(), label.as_ref(), newest, refresh) {
        return Ok(content);
    }
    let unit = context.run().unit.clone();
    if id.is_none()
        && let Some(own) = by_own_label(context, label.as_deref())
    {
        id = Some(own);
        label = None;
    }
    let mode = match (refresh, newest) {
        (true, _) => SecretRead::Refresh,
        (false, true) => SecretRead::Peek,
        (false, false) => SecretRead::Tracked,
    };
    let read = context
        .world()
        .read_secret(&unit, id.as_ref(), label.as_deref(), mode);
    read.map_err(Stop::failed)
}

fn pending(
    context: &mut HookContext<'_>,
    id: Option<&SecretId>,
    label: Option<&String>,
    newest: bool,
    refresh: bool,
) -> Option<SecretContent> {
    let changes = &mut context.changes.secrets;
    let meant = |other: &SecretId, other_label: &Option<String>| {
        id == Some(other) || (label.is_some() && other_label.as_ref() == label)
    };
    let made = changes
        .creates
        .iter_mut()
        .find(|(other, (_, edit))| meant(other, &edit.label));
    if let Some((_, (_, edit))) = made {
        edit.label = label.cloned().or_else(|| edit.label.take());
        return edit.content.clone();
    }
    let (other, edit) = changes
        .updates
        .iter_mut()
        .find(|(other, edit)| newest && meant(other, &edit.label))?;
    edit.label = label.cloned().or_else(|| edit.label.take());
    if refresh {
        changes.track_latest.insert(other.clone());
    }
    edit.content.clone()
}

/// The secret that the unit itself owns under this label.
fn by_own_label(context: &HookContext<'_>, label: Option<&str>) -> Option<SecretId> {
    let mut own = context
        .run()
        .secrets
        .keys()
        .filter_map(|id| owned(context, id).map(|it| (id, it)));
    let unit = Party::Unit(context.run().unit.clone());
    let found = own.find(|(_, secret)| Some(secret.label.as_str()) == label && secret.owner == unit);
    found.map(|(id, _)| id.clone())
}

fn made_here(owner: &Party, edit: &SecretEdit) -> Value {
    let mut facts = vec![
        ("revision", Value::Int(1)),
        ("label", Value::text(edit.label.as_deref().unwrap_or_default())),
        ("owner", Value::text(owner.kind())),
    ];
    let more = [("description", &edit.description), ("rotation", &edit.rotation)];
    facts.extend(
        more.into_iter()
            .filter_map(|(name, value)| Some((name, Value::text(value.as_ref()?)))),
    );
    facts.extend(
        edit.expiry
            .iter()
            .map(|time| ("expiry", Value::Time(time.clone()))),
    );
    Value::map(facts)
}

fn shown(context: &HookContext<'_>, secret: &Secret) -> Value {
    let mut facts = vec![
        ("revision", Value::Int(i64::from(secret.latest))),
        ("label", Value::text(&secret.label)),
        ("owner", Value::text(secret.owner.kind())),
    ];
    if !secret.description.is_empty() {
        facts.push(("description", Value::text(&secret.description)));
    }
    facts.push(("rotation", Value::text(&secret.rotation)));
    facts.extend(
        secret
            .expiry
            .iter()
            .map(|time| ("expiry", Value::Time(time.clone()))),
    );
    let access = secret.grants.iter().map(|grant| {
        let view = context.run().relations.get(&grant.relation);
        let scope = view.map(|view| view.scope.clone()).unwrap_or_default();
        Value::map([
            ("target", Value::text(grant.reader.tag())),
            ("scope", Value::text(scope)),
            ("role", Value::text("view")),
        ])
    });
    let access: Vec<Value> = access.collect();
    if !access.is_empty() {
        facts.push(("access", Value::List(access)));
    }
    Value::map(facts)
}

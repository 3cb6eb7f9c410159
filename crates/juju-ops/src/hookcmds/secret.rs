//! The secret family. Content travels in a file that only the charm's user can read, never among arguments.
//!
//! Juju takes what is written when the hook succeeds; the id of a new secret is there at once. Only the leader may write
//! secrets of the application.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::Error as _;

use super::private_file::PrivateFile;
use super::{Command, yaml};
use crate::error::Error;
use crate::name::{AppName, InvalidName, RelationId, SecretId, UnitName};
use crate::redacted::Redacted;
use crate::transport::{Transport, TransportError};

/// What a secret holds: texts under keys. Juju takes keys of at least three lower-case letters, digits and inner dashes,
/// and texts that are not empty.
pub type SecretContent = Redacted<BTreeMap<String, String>>;

/// Which secret is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretRef<'a> {
    /// By its id.
    Id(&'a SecretId),
    /// By the label this charm gave it.
    Label(&'a str),
    /// By its id, which gets this label for this charm.
    Labelling(&'a SecretId, &'a str),
}

/// Which revision of a secret is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretRead {
    /// The one this charm tracks: the latest when it first read the secret.
    #[default]
    Tracked,
    /// The latest, which is tracked from now on.
    Refresh,
    /// The latest, once.
    Peek,
}

/// Whom a new secret belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretOwner {
    /// The application: its leader writes it, all its units read it.
    #[default]
    Application,
    /// This unit.
    Unit,
}

/// How often Juju asks for a new revision, by `secret-rotate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretRotate {
    /// Never.
    Never,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every year.
    Yearly,
}

/// When a revision expires, which Juju tells by `secret-expired`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretExpire<'a> {
    /// After this time from now.
    After(Duration),
    /// At this time, as RFC 3339 has it.
    At(&'a str),
}

/// What else is said of a secret when it is written. What is absent stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SecretOptions<'a> {
    /// The name by which this charm finds it again.
    pub label: Option<&'a str>,
    /// What it is, for a person.
    pub description: Option<&'a str>,
    /// When this revision expires.
    pub expire: Option<SecretExpire<'a>>,
    /// How often there is to be a new one.
    pub rotate: Option<SecretRotate>,
}

/// Who loses the right to read a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretGrantee<'a> {
    /// All at the other side of a relation.
    Relation(&'a RelationId),
    /// An application.
    App(&'a AppName),
    /// A unit.
    Unit(&'a UnitName),
}

/// What Juju knows of a secret of ours, its content apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretInfo {
    /// The secret.
    pub id: SecretId,
    /// The latest revision.
    pub revision: u64,
    /// The label this charm gave it.
    pub label: Option<String>,
    /// `application` or `unit`.
    pub owner: String,
    /// What it is, for a person.
    pub description: Option<String>,
    /// Juju's word for how often there is to be a new revision. Absent in the hook that made the secret.
    pub rotation: Option<String>,
    /// When the latest revision expires.
    pub expiry: Option<String>,
    /// When the next revision is due.
    pub rotates: Option<String>,
    /// Who may read it.
    pub access: Vec<SecretAccess>,
}

/// Who may read a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SecretAccess {
    /// Who, as Juju's tag: `application-mysql`.
    pub target: String,
    /// By which relation, as Juju's tag: `relation-mysql.db#web.db`.
    pub scope: String,
    /// What they may: `view`.
    pub role: String,
}

/// Makes a secret. Doing it twice makes two: look for the label first, with [`secret_info_get`].
///
/// [`secret-add`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-add/)
pub fn secret_add(
    transport: &dyn Transport,
    owner: SecretOwner,
    content: &SecretContent,
    options: SecretOptions<'_>,
) -> Result<SecretId, Error> {
    let command = Command::new("secret-add").arg("--owner").arg(owner);
    let command = with_options(command, options);
    let (command, file) = with_content(command, content)?;
    let printed = command.call(transport)?;
    drop(file);
    let text = String::from_utf8_lossy(&printed);
    text.trim().parse().map_err(|invalid: InvalidName| Error::Answer {
        command: command.shown(),
        source: serde_json::Error::custom(invalid),
    })
}

/// Gives a secret of ours a new revision, where there is content, and other options.
///
/// [`secret-set`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-set/)
pub fn secret_set(
    transport: &dyn Transport,
    id: &SecretId,
    content: Option<&SecretContent>,
    options: SecretOptions<'_>,
) -> Result<(), Error> {
    let command = with_options(Command::new("secret-set").arg(id), options);
    let Some(content) = content else {
        return command.run(transport);
    };
    let (command, file) = with_content(command, content)?;
    let done = command.run(transport);
    drop(file);
    done
}

/// What a secret holds, ours or one that was granted to us.
///
/// [`secret-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-get/)
pub fn secret_get(
    transport: &dyn Transport,
    secret: SecretRef<'_>,
    read: SecretRead,
) -> Result<SecretContent, Error> {
    let command = Command::new("secret-get");
    let command = match read {
        SecretRead::Tracked => command,
        SecretRead::Refresh => command.arg("--refresh"),
        SecretRead::Peek => command.arg("--peek"),
    };
    named(command, secret).read(transport)
}

/// What Juju knows of a secret of ours. Juju refuses for one that is not there, or not ours: see
/// [`Error::is_no_secret`].
///
/// [`secret-info-get`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-info-get/)
pub fn secret_info_get(transport: &dyn Transport, secret: SecretRef<'_>) -> Result<SecretInfo, Error> {
    let command = named(Command::new("secret-info-get"), secret).with_json_answer();
    let answer = command.call(transport)?;
    let by_id: BTreeMap<BareId, Info> = command.parsed(&answer)?;
    let (BareId(id), info) = by_id.into_iter().next().ok_or_else(|| Error::Answer {
        command: command.shown(),
        source: serde_json::Error::custom("it tells of no secret"),
    })?;
    let Info {
        revision,
        label,
        owner,
        description,
        rotation,
        expiry,
        rotates,
        access,
    } = info;
    Ok(SecretInfo {
        id,
        revision,
        label: label.filter(|label| !label.is_empty()),
        owner,
        description,
        rotation,
        expiry,
        rotates,
        access,
    })
}

/// The secrets that this unit may write.
///
/// [`secret-ids`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-ids/)
pub fn secret_ids(transport: &dyn Transport) -> Result<Vec<SecretId>, Error> {
    let ids: Option<Vec<BareId>> = Command::new("secret-ids").read(transport)?;
    Ok(ids.unwrap_or_default().into_iter().map(|BareId(id)| id).collect())
}

/// Lets the other side of a relation, or one unit there, read a secret of ours, as long as the relation is there.
///
/// [`secret-grant`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-grant/)
pub fn secret_grant(
    transport: &dyn Transport,
    id: &SecretId,
    relation: &RelationId,
    unit: Option<&UnitName>,
) -> Result<(), Error> {
    let command = Command::new("secret-grant").arg(id).arg("-r").arg(relation);
    optional(command, "--unit", unit).run(transport)
}

/// Takes the right to read a secret of ours.
///
/// [`secret-revoke`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-revoke/)
pub fn secret_revoke(transport: &dyn Transport, id: &SecretId, from: SecretGrantee<'_>) -> Result<(), Error> {
    let command = Command::new("secret-revoke").arg(id);
    match from {
        SecretGrantee::Relation(relation) => command.arg("--relation").arg(relation),
        SecretGrantee::App(app) => command.arg("--app").arg(app),
        SecretGrantee::Unit(unit) => command.arg("--unit").arg(unit),
    }
    .run(transport)
}

/// Removes a secret of ours, or one revision of it.
///
/// [`secret-remove`](https://documentation.ubuntu.com/juju/3.6/reference/hook-command/list-of-hook-commands/secret-remove/)
pub fn secret_remove(transport: &dyn Transport, id: &SecretId, revision: Option<u64>) -> Result<(), Error> {
    let command = Command::new("secret-remove").arg(id);
    optional(command, "--revision", revision).run(transport)
}

fn named(command: Command, secret: SecretRef<'_>) -> Command {
    match secret {
        SecretRef::Id(id) => command.arg(id),
        SecretRef::Label(label) => command.arg("--label").arg(label),
        SecretRef::Labelling(id, label) => command.arg("--label").arg(label).arg(id),
    }
}

fn with_options(command: Command, options: SecretOptions<'_>) -> Command {
    let SecretOptions {
        label,
        description,
        expire,
        rotate,
    } = options;
    let command = optional(command, "--label", label);
    let command = optional(command, "--description", description);
    let command = optional(command, "--expire", expire);
    optional(command, "--rotate", rotate)
}

fn optional(command: Command, flag: &'static str, value: Option<impl fmt::Display>) -> Command {
    match value {
        Some(value) => command.arg(flag).arg(value),
        None => command,
    }
}

/// The command with its content in a file, which must live until the command has ended.
fn with_content(command: Command, content: &SecretContent) -> Result<(Command, PrivateFile), Error> {
    match PrivateFile::holding(&yaml::document(content.expose())) {
        Ok(file) => Ok((command.arg("--file").arg(file.path()), file)),
        Err(error) => Err(command.failed(TransportError::Io(error).into())),
    }
}

/// An id as some commands print it: without its scheme.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct BareId(SecretId);

impl TryFrom<String> for BareId {
    type Error = InvalidName;

    fn try_from(id: String) -> Result<Self, InvalidName> {
        SecretId::with_or_without_scheme(&id).map(Self)
    }
}

#[derive(Deserialize)]
struct Info {
    revision: u64,
    label: Option<String>,
    owner: String,
    description: Option<String>,
    rotation: Option<String>,
    expiry: Option<String>,
    rotates: Option<String>,
    #[serde(default)]
    access: Vec<SecretAccess>,
}

impl fmt::Display for SecretOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "application",
            Self::Unit => "unit",
        })
    }
}

impl fmt::Display for SecretRotate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "never",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        })
    }
}

impl fmt::Display for SecretExpire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(time) => write!(f, "{}ms", time.as_millis()),
            Self::At(time) => f.write_str(time),
        }
    }
}

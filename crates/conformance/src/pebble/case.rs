//! The shape of a case file: YAML enters, checked cases leave. It runs nothing.
//!
//! A file is a list of cases; a case has a name, a sentence that says what holds, and steps. A step is one of:
//!
//! | member | the step |
//! |---|---|
//! | `ask: METHOD /path` | a request, and what its answer must be |
//! | `until: METHOD /path` | the same, repeated until the answer is so |
//! | `layer: …` | adds a layer, which must be taken, or refused with `error` |
//! | `exec: {command: …}` | a command of a client, with its streams |
//! | `sh: …` | a shell script in the case's folder; prepares or looks at files and processes |
//! | `exits: 0` | the daemon ends by itself with that code |
//! | `restart: true` | the daemon is ended with SIGTERM and started again |

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

/// One thing that holds of Pebble, and the steps that show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A sentence.
    pub name: String,
    /// Files of `$PEBBLE/layers` before the daemon starts: name and text.
    #[serde(default)]
    pub(super) layers: BTreeMap<String, String>,
    /// Whether the daemon also serves HTTP on `127.0.0.1:${port}`.
    #[serde(default)]
    pub(super) http: bool,
    pub(super) steps: Vec<Step>,
}

/// One step; exactly one of `ask`, `until`, `layer`, `exec`, `sh`, `exits` and `restart` is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Step {
    pub(super) ask: Option<String>,
    pub(super) until: Option<String>,
    pub(super) layer: Option<String>,
    pub(super) exec: Option<Value>,
    pub(super) sh: Option<String>,
    pub(super) exits: Option<i32>,
    pub(super) restart: bool,

    /// Of a request: its body as JSON, as it stands, or as a form.
    pub(super) json: Option<Value>,
    pub(super) body: Option<String>,
    pub(super) form: Option<Vec<FormPart>>,
    pub(super) boundary: Option<String>,
    /// Of a request: headers beside those that follow from the body.
    pub(super) headers: BTreeMap<String, String>,
    /// Of a request: the uid that asks.
    pub(super) r#as: Option<u32>,
    /// Of a request: asked over TCP, not over the socket.
    pub(super) over_http: bool,
    /// Steps between the request and the reading of its answer.
    pub(super) meanwhile: Vec<Step>,

    /// Of an answer: the HTTP status when it is not the usual one of the kind.
    pub(super) status: Option<u16>,
    /// Of an answer: the result of a `sync` one; `<absent>` when it has none.
    pub(super) sync: Option<Value>,
    /// Of an answer: the result of an `async` one. Binds `${change}`.
    pub(super) r#async: Option<Value>,
    /// Of an answer: the message, kind and value of an `error` one.
    pub(super) error: Option<String>,
    pub(super) kind: Option<String>,
    /// Of an answer: an `async` one whose change ends so. Other members may be there, but no `err`.
    pub(super) change: Option<Value>,
    /// Of an answer: a body that is no envelope: as text, as JSON lines, as the parts of a form.
    pub(super) text: Option<String>,
    pub(super) lines: Option<Vec<Value>>,
    pub(super) parts: Option<Value>,
    /// Of an answer: headers, by lower-case name.
    pub(super) answer_headers: BTreeMap<String, String>,

    /// Of `exec`: what is sent to the command, then the end of its input.
    pub(super) stdin: String,
    /// Of `exec`: how often `stdin` is repeated.
    pub(super) times: Option<usize>,
    /// Of `exec`: which websockets are connected; all by default.
    pub(super) connect: Option<Vec<String>>,
    /// Of `exec`: control messages, sent when the output holds `once`.
    pub(super) once: Option<String>,
    pub(super) control: Vec<Value>,
    /// Of `exec`: whether the control socket is then dropped without a goodbye.
    pub(super) drop_control: bool,
    /// Of `exec`: what came on the streams.
    pub(super) stdout: Option<String>,
    pub(super) stderr: Option<String>,

    /// Of `sh`: what it prints.
    pub(super) prints: String,
}

/// One part of a form that is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormPart {
    pub(super) name: String,
    pub(super) filename: Option<String>,
    pub(super) json: Option<Value>,
    pub(super) body: Option<String>,
}

/// Why the cases cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A folder or file is not readable.
    #[error("cannot read `{path}`")]
    Unreadable {
        /// Of the file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not a list of cases.
    #[error("cannot read the cases of `{path}`: {message}")]
    Malformed {
        /// Of the file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
}

impl Case {
    /// All cases of the `.yaml` files in `folder`, by file name.
    ///
    /// # Errors
    /// When a file cannot be read or is not a list of cases, when two cases have one name, or a step is no step.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, CaseError> {
        let mut files = std::fs::read_dir(folder)
            .and_then(|entries| {
                entries
                    .map(|entry| Ok(entry?.path()))
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(unreadable(folder))?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        files.sort();
        let mut cases = Vec::<Self>::new();
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
            let malformed = |message| CaseError::Malformed {
                path: path.clone(),
                message,
            };
            let of_file: Vec<Self> =
                serde_saphyr::from_str(&text).map_err(|error| malformed(error.to_string()))?;
            for case in of_file {
                case.check().map_err(&malformed)?;
                if cases.iter().any(|other| other.name == case.name) {
                    return Err(malformed(format!("two cases are named `{}`", case.name)));
                }
                cases.push(case);
            }
        }
        Ok(cases)
    }

    /// Whether a step asks as another user.
    pub(super) fn needs_users(&self) -> bool {
        fn needs(steps: &[Step]) -> bool {
            steps
                .iter()
                .any(|step| step.r#as.is_some() || needs(&step.meanwhile))
        }
        needs(&self.steps)
    }

    fn check(&self) -> Result<(), String> {
        self.steps.iter().enumerate().try_for_each(|(index, step)| {
            step.check()
                .map_err(|what| format!("step {} of `{}` {what}", index + 1, self.name))
        })
    }
}

impl Step {
    fn check(&self) -> Result<(), &'static str> {
        let verbs = [
            self.ask.is_some(),
            self.until.is_some(),
            self.layer.is_some(),
            self.exec.is_some(),
            self.sh.is_some(),
            self.exits.is_some(),
            self.restart,
        ];
        if verbs.into_iter().filter(|set| *set).count() != 1 {
            return Err("must be one of ask, until, layer, exec, sh, exits, restart");
        }
        let answers = [
            self.sync.is_some(),
            self.r#async.is_some(),
            self.error.is_some(),
            self.change.is_some(),
            self.text.is_some(),
            self.lines.is_some(),
            self.parts.is_some(),
        ];
        let asks = self.ask.is_some() || self.until.is_some() || self.exec.is_some();
        if asks && answers.into_iter().filter(|set| *set).count() != 1 {
            return Err("must say what the answer is: one of sync, async, error, change, text, lines, parts");
        }
        self.meanwhile.iter().try_for_each(Self::check)
    }
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> CaseError {
    let path = path.to_owned();
    move |source| CaseError::Unreadable {
        path: path.clone(),
        source,
    }
}

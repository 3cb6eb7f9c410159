//! The layers in their order: read from the layers directory, added over the API, and the plan they give.

use super::{FormatError, Layer, Plan, merge, parse_layer, validate};
use std::path::Path;
use std::sync::Arc;

/// All layers, bottom first, and what they add up to.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    layers: Vec<Layer>,
    plan: Arc<Plan>,
}

/// What to do with a new layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addition {
    /// Merge into the layer of the same label, if there is one.
    pub(crate) combine: bool,
    /// Allow a layer of a `label/sub` family to go between others.
    pub(crate) inner: bool,
}

/// Why a layer was not added.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddError {
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error("layer {0:?} already exists")]
    Exists(String),
    #[error("cannot insert sub-directory layer without 'inner' attribute set")]
    NotInner,
}

/// Why the layers directory could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("cannot read `{path}`")]
    Io { path: String, source: std::io::Error },
    #[error("invalid layer filename: {0:?} (must look like \"123-some-label.yaml\")")]
    Name(String),
    #[error("invalid layer filename: {0:?} not unique (have multiple {1:?} labels or orders)")]
    NotUnique(String, String),
    #[error(transparent)]
    Format(#[from] FormatError),
}

impl Layers {
    pub(crate) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// Adds a layer, if the plan with it is valid; otherwise nothing changes.
    ///
    /// # Errors
    /// See [`AddError`].
    pub(crate) fn add(&mut self, layer: Layer, how: Addition) -> Result<Arc<Plan>, AddError> {
        let mut layers = self.layers.clone();
        match layers.iter().position(|old| old.label == layer.label) {
            Some(_) if !how.combine => return Err(AddError::Exists(layer.label)),
            Some(index) => {
                if let Some(old) = layers.get_mut(index) {
                    old.entries = merge::combine([&*old, &layer])?;
                }
            }
            None => insert(&mut layers, layer, how.inner)?,
        }
        Ok(self.replace(layers)?)
    }

    /// Reads `123-label.yaml` files and `123-label.d` directories of such files. A missing directory holds none.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub(crate) fn read_dir(&mut self, dir: &Path) -> Result<(), ReadError> {
        let layers = read_level(dir, None)?;
        self.replace(layers)?;
        Ok(())
    }

    fn replace(&mut self, layers: Vec<Layer>) -> Result<Arc<Plan>, FormatError> {
        let plan = merge::combine(&layers)?;
        validate::plan(&plan)?;
        self.layers = layers;
        self.plan = Arc::new(plan);
        Ok(self.plan())
    }
}

/// Puts a new label behind the last of its family, or on top.
fn insert(layers: &mut Vec<Layer>, mut layer: Layer, inner: bool) -> Result<(), AddError> {
    let family = |label: &str| label.split('/').next().unwrap_or_default().to_owned();
    let own = family(&layer.label);
    let (index, order) = if let Some(last) = layers.iter().rposition(|old| family(&old.label) == own) {
        (last + 1, layers.get(last).map_or(0, |old| old.order) + 1)
    } else {
        let top = layers.last().map_or(0, |old| old.order / 1000 * 1000) + 1000;
        (layers.len(), top + u32::from(layer.label.contains('/')))
    };
    if index != layers.len() && !inner {
        return Err(AddError::NotInner);
    }
    layer.order = order;
    layers.insert(index, layer);
    Ok(())
}

/// The layers of one directory; `parent` is the layer directory it stands in, with its order and label.
fn read_level(dir: &Path, parent: Option<(u32, &str)>) -> Result<Vec<Layer>, ReadError> {
    let io = |source| ReadError::Io {
        path: dir.display().to_string(),
        source,
    };
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        let path = Path::new(&name)
            .extension()
            .and_then(|extension| extension.to_str());
        if path == Some("yaml") || (path == Some("d") && parent.is_none()) {
            names.push(name);
        }
    }
    names.sort();
    let mut layers: Vec<Layer> = Vec::new();
    for name in names {
        let Some((order, label)) = file_name(&name) else {
            return Err(ReadError::Name(name));
        };
        let (order, label) = match parent {
            None => (order * 1000, label.to_owned()),
            Some((base, family)) => (base + order, format!("{family}/{label}")),
        };
        let path = dir.join(&name);
        if parent.is_none() && path.is_dir() {
            layers.extend(read_level(&path, Some((order, &label)))?);
            continue;
        }
        if layers
            .iter()
            .any(|other| other.order == order || other.label == label)
        {
            return Err(ReadError::NotUnique(name, label));
        }
        let text = std::fs::read_to_string(&path).map_err(|source| ReadError::Io {
            path: path.display().to_string(),
            source,
        })?;
        layers.push(Layer {
            order,
            ..parse_layer(&label, &text)?
        });
    }
    Ok(layers)
}

/// `012-some-label.yaml` is order 12, label `some-label`.
fn file_name(name: &str) -> Option<(u32, &str)> {
    let (digits, rest) = name.split_once('-')?;
    let label = rest.strip_suffix(".yaml").or_else(|| rest.strip_suffix(".d"))?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let well_formed = label.len() >= 3
        && label.starts_with(|c: char| c.is_ascii_lowercase())
        && label.chars().all(fits)
        && !label.ends_with('-')
        && !label.contains("--");
    (digits.len() == 3 && well_formed).then_some(())?;
    Some((digits.parse().ok()?, label))
}

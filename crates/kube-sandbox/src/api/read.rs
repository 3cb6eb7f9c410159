//! `get`, `list`.

use serde_json::{Value, json};

use super::{Answer, Api, Call};
use crate::status::StatusError;
use crate::store::Store;

impl Api {
    pub(super) fn get(store: &Store, call: Call<'_>) -> Result<Answer, StatusError> {
        call.live(store).cloned().map(Answer::ok)
    }

    pub(super) fn list(store: &Store, call: Call<'_>) -> Result<Answer, StatusError> {
        let items = Self::selected(store, call)?;
        Ok(Answer::ok(json!({
            "kind": format!("{}List", call.kind.kind), "apiVersion": call.kind.api_version(),
            "metadata": { "resourceVersion": store.revision().to_string() }, "items": items,
        })))
    }

    /// The objects that the selectors of a request choose.
    pub(super) fn selected(store: &Store, call: Call<'_>) -> Result<Vec<Value>, StatusError> {
        let (labels, fields) = call.request.query.selectors()?;
        let fits = |object: &&Value| labels.fits_labels(object) && fields.fits_fields(object);
        let objects = store.list(call.kind.kind, call.request.namespace.as_deref());
        Ok(objects.into_iter().filter(fits).cloned().collect())
    }
}

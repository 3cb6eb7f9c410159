//! The `eviction` subresource of a pod: a deletion that the disruption budgets of the pod may refuse. See "API-initiated
//! Eviction".

use serde_json::{Value, json};

use super::{Answer, Api, Call, options};
use crate::object::Object;
use crate::policy::disruption;
use crate::status::StatusError;
use crate::store::{Key, Store};

impl Api {
    pub(super) fn evict(store: &mut Store, call: Call<'_>) -> Result<Answer, StatusError> {
        options::check(call)?;
        if call.request.body.name() != call.name() {
            return Err(StatusError::bad_request(
                "name in URL does not match name in Eviction object",
            ));
        }
        let pod = call.live(store)?.clone();
        let budgets = store
            .list("PodDisruptionBudget", Some(pod.namespace()))
            .into_iter();
        let budgets: Vec<Value> = budgets
            .filter(|budget| disruption::covers(budget, &pod))
            .cloned()
            .collect();
        let dry_run = call.request.query.dry_run;
        // one that does no work or goes already is missed by nobody
        let idle =
            pod.is_terminating() || matches!(pod.text("/status/phase"), "Pending" | "Succeeded" | "Failed");
        match budgets.as_slice() {
            _ if idle => {}
            [] => {}
            [budget] => {
                if let Some(spent) =
                    disruption::spend(budget, &pod, &store.now()).map_err(|why| refused(&why))?
                    && !dry_run
                {
                    store.put(
                        Key::new("PodDisruptionBudget", budget.namespace(), budget.name()),
                        spent,
                    );
                }
            }
            _ => {
                return Err(StatusError::internal(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                ));
            }
        }
        if !dry_run {
            Self::delete_one(store, call, &pod);
        }
        Ok(Answer::new(
            201,
            json!({
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201,
            }),
        ))
    }
}

/// 429: the same request may succeed later.
fn refused(why: &str) -> StatusError {
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    let mut error = StatusError::plain(429, "TooManyRequests", message);
    error.details = Some(json!({ "causes": [{ "reason": "DisruptionBudget", "message": why }] }));
    error
}

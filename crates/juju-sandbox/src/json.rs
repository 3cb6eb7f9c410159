//! Reading objects of Kubernetes, which are kept as plain JSON: what is absent is empty.

use serde_json::Value;

/// The text at `pointer` (RFC 6901).
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The list at `pointer`.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The truth at `pointer`.
pub(crate) fn flag(value: &Value, pointer: &str) -> bool {
    value
        .pointer(pointer)
        .and_then(Value::as_bool)
        .unwrap_or_default()
}

/// The number at `pointer`.
pub(crate) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// The user or group id at `pointer`.
pub(crate) fn id(value: &Value, pointer: &str) -> u32 {
    let number = value.pointer(pointer).and_then(Value::as_u64);
    number.and_then(|id| u32::try_from(id).ok()).unwrap_or_default()
}

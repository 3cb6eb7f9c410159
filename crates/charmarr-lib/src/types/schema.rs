//! The newtypes in JSON Schema, as strict as their parsers where a schema can say so. Only the tests that write the
//! schemas need it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Gid, InstanceName, MountPath, PvcName, Uid};

macro_rules! schema {
    ($name:ident, $schema:expr) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema!(
    PvcName,
    json_schema!({
        "type": "string",
        "maxLength": 253,
        "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    })
);
schema!(
    MountPath,
    json_schema!({"type": "string", "maxLength": 4095, "pattern": "^(/[^/:]+)+$"})
);
schema!(
    InstanceName,
    json_schema!({"type": "string", "minLength": 1, "maxLength": 63, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]+$"})
);
schema!(
    Uid,
    json_schema!({"type": "integer", "minimum": 0, "maximum": 2_147_483_647})
);
schema!(
    Gid,
    json_schema!({"type": "integer", "minimum": 0, "maximum": 2_147_483_647})
);

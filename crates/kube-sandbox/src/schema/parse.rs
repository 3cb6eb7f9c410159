//! Reads the table. Enters: its text. Leaves: [`Schema`], or what is wrong with the text.

use std::collections::BTreeMap;

use super::{ListKey, Schema, Type, table};

impl Schema {
    /// The schema of this API; the text is a description when the table itself is wrong.
    pub(crate) fn load() -> Result<Self, String> {
        let mut schema = Schema::default();
        for text in [table::WORKLOADS, table::STORAGE, table::REST] {
            for block in blocks(text) {
                schema.add(&block)?;
            }
        }
        schema.check_references()?;
        Ok(schema)
    }

    fn add(&mut self, words: &[&'static str]) -> Result<(), String> {
        let Some((name, fields)) = words.split_first() else {
            return Ok(());
        };
        let mut members = BTreeMap::new();
        for word in fields {
            let (field, ty) = field(word)?;
            members.insert(field, ty);
        }
        match self.structs.insert(name, members) {
            None => Ok(()),
            Some(_) => Err(format!("type `{name}` stands twice")),
        }
    }

    fn check_references(&self) -> Result<(), String> {
        for (name, members) in &self.structs {
            for (field, ty) in members {
                if let Some(missing) = self.missing(ty) {
                    return Err(format!("`{name}.{field}` has the unknown type `{missing}`"));
                }
            }
        }
        Ok(())
    }

    fn missing(&self, ty: &Type) -> Option<&'static str> {
        match ty {
            Type::Struct(name) => (!self.structs.contains_key(name)).then_some(*name),
            Type::Map(item) | Type::List { item, .. } => self.missing(item),
            Type::Value { .. } | Type::Quantity | Type::Atomic { .. } | Type::Any | Type::Set => None,
        }
    }
}

/// The words of each block: a line that begins in the first column and the indented ones below it.
fn blocks(text: &'static str) -> Vec<Vec<&'static str>> {
    let mut blocks: Vec<Vec<&'static str>> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words = line.split_whitespace();
        match blocks.last_mut() {
            Some(block) if line.starts_with(' ') => block.extend(words),
            _ => blocks.push(words.collect()),
        }
    }
    blocks
}

fn field(word: &'static str) -> Result<(&'static str, Type), String> {
    match word.split_once(':') {
        Some((name, ty)) => Ok((name, parse_type(ty)?)),
        None => Ok(match word.strip_suffix('?') {
            Some(name) => (name, Type::Value { omit_zero: true }),
            None => (word, Type::Value { omit_zero: false }),
        }),
    }
}

fn parse_type(text: &'static str) -> Result<Type, String> {
    if let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return Ok(Type::Map(Box::new(parse_type(inner)?)));
    }
    if let Some((item, keys)) = text.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        let keys: Vec<ListKey> = keys.split(',').map(list_key).collect();
        if keys.iter().any(|key| key.name.is_empty()) {
            return Err(format!("`{text}` has an empty key"));
        }
        return Ok(Type::List {
            keys,
            item: Box::new(parse_type(item)?),
        });
    }
    Ok(match text {
        "v" => Type::Value { omit_zero: false },
        "quantity" => Type::Quantity,
        "set" => Type::Set,
        "list" => Type::Atomic { omit_empty: true },
        "atomic" => Type::Atomic { omit_empty: false },
        "any" => Type::Any,
        name => Type::Struct(name),
    })
}

fn list_key(text: &'static str) -> ListKey {
    match text.split_once('=') {
        Some((name, default)) => ListKey {
            name,
            default: Some(default),
        },
        None => ListKey {
            name: text,
            default: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::KINDS;

    #[test]
    fn the_table_is_whole() {
        let schema = Schema::load().unwrap();
        for kind in KINDS {
            assert!(schema.member(&kind.ty(), "metadata").is_some(), "{}", kind.kind);
        }
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(
            parse_type("{Volume[]}"),
            Err("`Volume[]` has an empty key".to_owned())
        );
        let mut schema = Schema::default();
        schema.add(&["Pod", "spec:Lost"]).unwrap();
        assert_eq!(
            schema.check_references(),
            Err("`Pod.spec` has the unknown type `Lost`".to_owned())
        );
        assert_eq!(schema.add(&["Pod"]), Err("type `Pod` stands twice".to_owned()));
    }

    #[test]
    fn keys_may_have_defaults() {
        let Type::List { keys, .. } = parse_type("ContainerPort[containerPort,protocol=TCP]").unwrap() else {
            panic!("not a list")
        };
        assert_eq!(
            keys[1],
            ListKey {
                name: "protocol",
                default: Some("TCP")
            }
        );
    }
}

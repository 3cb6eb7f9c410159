//! A value as YAML text in the style of Pebble: what can be read there by eye or compared as text is the same here.
//!
//! Pure. The style is that of Go's `yaml.v3`: four spaces, quotes only where a plain text would be read as something else, keys
//! in natural order. A text that would be a number or a word of YAML stands in double quotes, one that would break the
//! syntax in single quotes, one with several lines in a literal block.

mod meaning;
mod order;
mod text;

pub(super) use order::in_natural_order;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use text::{fits_a_block, on_one_line, write_block};

/// Writes a value. The members of a struct keep their order, the keys of a map have theirs already.
///
/// # Errors
/// When a value has no JSON form.
pub(super) fn to_string(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let node: Node = serde_json::from_str(&serde_json::to_string(value)?)?;
    let mut out = String::new();
    match &node {
        Node::Map(members) if !members.is_empty() => write_map(&mut out, members, 0),
        Node::Map(_) | Node::List(_) | Node::Text(_) | Node::Other(_) => write_inline(&mut out, &node, 0),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// A value with ordered members.
enum Node {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Text(String),
    /// A number, a truth value or nothing, as it is written.
    Other(String),
}

fn write_map(out: &mut String, members: &[(String, Node)], indent: usize) {
    for (key, value) in members {
        out.push_str(&" ".repeat(indent));
        out.push_str(&on_one_line(key));
        out.push(':');
        match value {
            Node::Map(members) if !members.is_empty() => {
                out.push('\n');
                write_map(out, members, indent + 4);
            }
            Node::List(items) if !items.is_empty() => {
                for item in items {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent + 4));
                    out.push('-');
                    write_inline(out, item, indent + 4);
                }
                out.push('\n');
            }
            Node::Map(_) | Node::List(_) | Node::Text(_) | Node::Other(_) => {
                write_inline(out, value, indent);
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
}

/// Writes a value that follows on the line of its key.
fn write_inline(out: &mut String, value: &Node, indent: usize) {
    if !out.is_empty() {
        out.push(' ');
    }
    match value {
        Node::Text(text) if text.contains('\n') && fits_a_block(text) => write_block(out, text, indent + 4),
        Node::Text(text) => out.push_str(&on_one_line(text)),
        Node::Other(text) => out.push_str(text),
        // Only empty ones are written here: a plan has no lists of lists.
        Node::Map(_) => out.push_str("{}"),
        Node::List(_) => out.push_str("[]"),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Map(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Other(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Other(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Other(number.to_string()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Other(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other("null".to_owned()))
    }
}

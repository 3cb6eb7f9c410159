//! The HTTP server: sockets, who asks, which route, what envelope the answer has. What a request means is the business
//! of `api`.

mod access;
mod listen;
mod query;
mod reply;
mod request;
mod route;

pub(crate) use access::{Access, Peer, Standing};
pub(crate) use listen::{bind_tcp, bind_unix, serve_tcp, serve_unix};
pub(crate) use query::Query;
pub(crate) use reply::{Body, Kind, Refusal, Reply, body_of, envelope_text, stream_body};
pub(crate) use request::{Request, decode};
pub(crate) use route::{Route, route};

//! The verbs against a server that plays a script over real sockets, and the meaning of its refusals.

mod refusals;
mod server;
mod verbs;

//! A plain https client: one connection per request, nothing but what a request needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use kube_sandbox::KubeSandbox;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

pub(crate) struct Wire {
    address: std::net::SocketAddr,
    config: Arc<ClientConfig>,
    token: String,
}

type Stream = StreamOwned<ClientConnection, TcpStream>;

impl Wire {
    pub(crate) fn new(sandbox: &KubeSandbox, token: &str) -> Wire {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(sandbox.ca_pem().as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Wire {
            address: sandbox.address(),
            config: Arc::new(config),
            token: token.to_owned(),
        }
    }

    pub(crate) fn apply(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("PATCH", path, "application/apply-patch+yaml", &body.to_string())
    }

    pub(crate) fn send(&self, method: &str, path: &str, content: &str, body: &str) -> (u16, Value) {
        self.try_send(method, path, content, body).unwrap()
    }

    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        content: &str,
        body: &str,
    ) -> std::io::Result<(u16, Value)> {
        let mut stream = self.open(method, path, content, body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let code = head.split(' ').nth(1).unwrap().parse().unwrap();
        // what is no JSON is a plain text
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
        Ok((code, body))
    }

    /// The first lines of a watch that is open while `act` runs.
    pub(crate) fn watch(&self, path: &str, lines: usize, act: impl FnOnce()) -> Vec<Value> {
        let mut stream = BufReader::new(self.open("GET", path, "application/json", "").unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        }
        act();
        let mut told = Vec::new();
        while told.len() < lines {
            let mut line = String::new();
            assert_ne!(
                stream.read_line(&mut line).unwrap(),
                0,
                "the watch ended after {told:?}"
            );
            // sizes of chunks stand between the objects
            if line.starts_with('{') {
                told.push(serde_json::from_str(&line).unwrap());
            }
        }
        told
    }

    fn open(&self, method: &str, path: &str, content: &str, body: &str) -> std::io::Result<Stream> {
        let connection =
            ClientConnection::new(self.config.clone(), ServerName::try_from("127.0.0.1").unwrap()).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(self.address)?);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: kubernetes\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: {content}\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )?;
        stream.flush()?;
        Ok(stream)
    }
}

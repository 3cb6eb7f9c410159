//! A small https client: one request on one connection, the whole answer read. It follows no redirect, repeats nothing
//! and knows no Kubernetes type.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio_rustls::TlsConnector;

use super::Error;
use super::expect::Answer;
use super::resource::Target;

/// No answer takes longer; watches are asked to end sooner.
const LIMIT: Duration = Duration::from_mins(1);

/// Where an API server listens and how its administrator is known to it.
pub struct Endpoint {
    host: String,
    port: u16,
    anonymous: Arc<ClientConfig>,
    administrator: Administrator,
}

enum Administrator {
    Token(String),
    Certificate(Arc<ClientConfig>),
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asker {
    Administrator,
    Nobody,
    Bearer(String),
}

impl Endpoint {
    /// An administrator with a bearer token; `ca` as PEM.
    ///
    /// # Errors
    /// When `ca` holds no certificate.
    pub fn with_token(host: &str, port: u16, ca: &str, token: String) -> Result<Self, Error> {
        let anonymous = Arc::new(builder(ca)?.with_no_client_auth());
        let administrator = Administrator::Token(token);
        Ok(Endpoint {
            host: host.to_owned(),
            port,
            anonymous,
            administrator,
        })
    }

    /// An administrator with a client certificate and its key; all as PEM.
    ///
    /// # Errors
    /// When one of them is not PEM, or key and certificate do not fit.
    pub fn with_certificate(
        host: &str,
        port: u16,
        ca: &str,
        certificate: &str,
        key: &str,
    ) -> Result<Self, Error> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(not_pem)?;
        let anonymous = Arc::new(builder(ca)?.with_no_client_auth());
        let administrator =
            Administrator::Certificate(Arc::new(builder(ca)?.with_client_auth_cert(chain, key)?));
        Ok(Endpoint {
            host: host.to_owned(),
            port,
            anonymous,
            administrator,
        })
    }

    /// Sends one request and reads its whole answer.
    ///
    /// # Errors
    /// When no whole answer comes within the limit.
    pub(super) fn send(&self, target: &Target, asker: &Asker, body: Option<&Value>) -> Result<Answer, Error> {
        let failed = |reason: String| Error::Send {
            request: format!("{} {}", target.method, target.path),
            reason,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let answer = async { tokio::time::timeout(LIMIT, self.exchange(target, asker, body)).await };
        match runtime.block_on(answer) {
            Ok(Ok((response, bytes))) => Ok(read(target, &response, &bytes)),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed(format!("no answer within {} s", LIMIT.as_secs()))),
        }
    }

    async fn exchange(
        &self,
        target: &Target,
        asker: &Asker,
        body: Option<&Value>,
    ) -> Result<(Response<()>, Bytes), Failure> {
        let (config, token) = match (asker, &self.administrator) {
            (Asker::Administrator, Administrator::Certificate(config)) => (config, None),
            (Asker::Administrator, Administrator::Token(token)) | (Asker::Bearer(token), _) => {
                (&self.anonymous, Some(token))
            }
            (Asker::Nobody, _) => (&self.anonymous, None),
        };
        let mut request = Request::builder()
            .method(target.method)
            .uri(format!("{}{}", target.path, target.query))
            .header(HOST, format!("{}:{}", self.host, self.port))
            .header("Accept", "application/json");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let bytes = match body {
            None => Bytes::new(),
            Some(Value::String(text)) => Bytes::from(text.clone()),
            Some(value) => Bytes::from(serde_json::to_vec(value)?),
        };
        if body.is_some() {
            request = request.header(CONTENT_TYPE, target.content_type);
        }
        let stream = tokio::net::TcpStream::connect((self.host.as_str(), self.port)).await?;
        let name = ServerName::try_from(self.host.clone())?;
        let stream = TlsConnector::from(Arc::clone(config))
            .connect(name, stream)
            .await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let response = sender.send_request(request.body(Full::new(bytes))?).await?;
        let (head, incoming) = response.into_parts();
        let bytes = incoming.collect().await?.to_bytes();
        drop(sender);
        driver.abort();
        Ok((Response::from_parts(head, ()), bytes))
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn builder(ca: &str) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots.add(certificate)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    found.map_err(not_pem).and_then(|found| {
        if found.is_empty() {
            Err(not_pem("no certificate"))
        } else {
            Ok(found)
        }
    })
}

fn not_pem(error: impl std::fmt::Display) -> Error {
    Error::Tls(rustls::Error::General(format!("not PEM: {error}")))
}

fn read(target: &Target, response: &Response<()>, bytes: &Bytes) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let warnings = response.headers().get_all("Warning").iter();
    let warnings: Vec<_> = warnings
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    let streamed = target.watch && response.status().is_success();
    Answer {
        code: response.status().as_u16(),
        warning: warnings.join(", "),
        body: if streamed {
            text.lines().map(json).collect()
        } else {
            json(&text)
        },
    }
}

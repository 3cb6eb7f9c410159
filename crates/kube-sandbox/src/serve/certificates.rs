//! A certificate authority made for one run, and a server certificate signed by it.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;

use crate::sandbox::Error;

/// The names under which a cluster's API is known, and the address on which it listens here.
const NAMES: &[&str] = &[
    "127.0.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
];

pub(super) struct Certificates {
    pub(super) ca_pem: String,
    pub(super) server: ServerConfig,
}

pub(super) fn make() -> Result<Certificates, Error> {
    let key = |()| KeyPair::generate().map_err(Error::Certificate);
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "kube-sandbox authority");
    let authority_key = key(())?;
    let ca_pem = authority
        .self_signed(&authority_key)
        .map_err(Error::Certificate)?
        .pem();
    let issuer = Issuer::new(authority, authority_key);

    let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut server = CertificateParams::new(names).map_err(Error::Certificate)?;
    server.distinguished_name.push(DnType::CommonName, "kube-sandbox");
    // Python since 3.13 takes no certificate that does not name its authority's key, as RFC 5280 asks (4.2.1.1).
    server.use_authority_key_identifier_extension = true;
    let server_key = key(())?;
    let certificate = server
        .signed_by(&server_key, &issuer)
        .map_err(Error::Certificate)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::Tls)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .map_err(Error::Tls)?;
    Ok(Certificates { ca_pem, server })
}

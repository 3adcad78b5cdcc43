//! Whose certificates are trusted, and in which words it is said that one is not.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::Verifier;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error, RootCertStore};

use super::ConnectError;
use crate::model::Server;

/// The system's authorities, or those of one file in their place.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, ConnectError> {
    let provider = Arc::new(default_provider());
    let fail = |why: String| ConnectError::Tls { server: "any server".to_owned(), why };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| fail(error.to_string()))?;
    match ca_file {
        Some(path) => Ok(builder.with_root_certificates(authorities(path)?).with_no_client_auth()),
        None => {
            let verifier =
                Verifier::new(provider).map_err(|error| fail(format!("the system's certificate authorities cannot be used: {error}")))?;
            Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
        }
    }
}

fn authorities(path: &Path) -> Result<RootCertStore, ConnectError> {
    let fail = |why: String| ConnectError::CaFile { path: path.to_owned(), why };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| fail(format!("is no PEM file of certificates: {error}")))?;
        store.add(certificate).map_err(|error| fail(format!("holds a certificate that cannot be used: {error}")))?;
    }
    if store.is_empty() { Err(fail("holds no certificate".to_owned())) } else { Ok(store) }
}

/// A failed handshake in words that say what to do.
pub(super) fn explained(server: &Server, error: &io::Error) -> ConnectError {
    let name = server.to_string();
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        let why = format!("{error}; does this port speak TLS from the first byte? If not: tls = \"starttls\"");
        return ConnectError::Tls { server: name, why };
    };
    match tls {
        Error::InvalidCertificate(why) => ConnectError::Certificate { server: name, why: certificate(server, why) },
        Error::InvalidMessage(_) => {
            let why = "the port does not speak TLS from the first byte; try tls = \"starttls\", or the port for TLS".to_owned();
            ConnectError::Tls { server: name, why }
        }
        Error::AlertReceived(_) | Error::PeerIncompatible(_) => {
            let why = format!("{tls}; TLS 1.2 or newer is needed");
            ConnectError::Tls { server: name, why }
        }
        other => ConnectError::Tls { server: name, why: other.to_string() },
    }
}

fn certificate(server: &Server, error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; renew it on the server, and look at this machine's clock".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; look at this machine's clock".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it is for another host; write the name that stands in it instead of {}", server.host)
        }
        CertificateError::UnknownIssuer => match &server.ca_file {
            Some(path) => format!("no authority of {} signed it", path.display()),
            None => "no authority that this machine knows signed it; name yours with ca_file = \"ca.pem\"".to_owned(),
        },
        // What the platform's verifier could not name better.
        CertificateError::Other(other) => format!("{other:?}"),
        other => format!("{other:?}"),
    }
}

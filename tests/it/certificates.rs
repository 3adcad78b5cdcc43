//! A certificate authority for the servers of one test.

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::path::{Path, PathBuf};

/// An authority whose certificate lies in a file for `ca_file`.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// PEM file of its certificate.
    pub(crate) file: PathBuf,
}

/// A server's certificate and key, PEM.
pub(crate) struct Issued {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    /// A new authority; its certificate is written to `ca.pem` in `dir`.
    pub(crate) fn new(dir: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, format!("authority of {}", dir.display()));
        let key = KeyPair::generate().unwrap();
        let file = dir.join("ca.pem");
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    /// A certificate for these names (`localhost`, `127.0.0.1`), good for years.
    pub(crate) fn issue(&self, names: &[&str]) -> Issued {
        self.issue_until(names, 2099)
    }

    /// A certificate that is good from 2020 until a year begins; a past one for an expired certificate.
    pub(crate) fn issue_until(&self, names: &[&str], until: i32) -> Issued {
        let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A certificate that only its own key vouches for.
pub fn self_signed(names: &[&str]) -> Issued {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    Issued { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

#[tokio::test]
async fn an_authority_is_trusted_by_its_file_alone() {
    use forewarn::model::{Security, Server};
    use forewarn::tls::{ConnectError, connect};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{ServerConfig, crypto::ring::default_provider};

    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (authority, other) = (Authority::new(ours.path()), Authority::new(theirs.path()));
    for (names, until, ca, trusted) in [
        (["localhost", "127.0.0.1"], 2099, Some(&authority.file), "yes"),
        (["localhost", "127.0.0.1"], 2099, Some(&other.file), "no authority of"),
        (["localhost", "127.0.0.1"], 2099, None, "no authority that this machine knows"),
        (["localhost", "127.0.0.1"], 2021, Some(&authority.file), "expired"),
        (["mail.example", "mx.example"], 2099, Some(&authority.file), "another host"),
    ] {
        let issued = authority.issue_until(&names, until);
        let chain = vec![CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(std::sync::Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Server { host: "localhost".into(), port, security: Security::Implicit, ca_file: ca.cloned() };
        let accepting = async {
            let (stream, _) = listener.accept().await.unwrap();
            TlsAcceptor::from(std::sync::Arc::new(config)).accept(stream).await.is_ok()
        };
        let (met, connected) = tokio::join!(accepting, connect(&server));
        match connected {
            Ok(_) => assert!(met && trusted == "yes", "{names:?} {until}"),
            Err(error @ ConnectError::Certificate { .. }) => assert!(error.to_string().contains(trusted), "{error} should say {trusted}"),
            Err(error) => panic!("{error}"),
        }
    }
}

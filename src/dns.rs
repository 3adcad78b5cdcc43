//! Asks the domain name system for TXT records (RFC 1035), in bounded time. What it says is never trusted for more than advice.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};

/// Longest that one question may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// No name server could be asked.
    #[error("no name server answers ({0}): look at this machine's /etc/resolv.conf")]
    Unreachable(String),
}

/// Whoever is asked.
pub struct Dns(TokioResolver);

impl Dns {
    /// The machine's name servers, or one that is named.
    ///
    /// # Errors
    /// When the machine has none.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, DnsError> {
        let fail = |error: &dyn std::fmt::Display| DnsError::Unreachable(error.to_string());
        let mut builder = match server {
            None => TokioResolver::builder_tokio().map_err(|error| fail(&error))?,
            Some(address) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = address.port();
                    connection
                });
                let server = NameServerConfig::new(address.ip(), true, connections.into());
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        (options.timeout, options.attempts, options.use_hosts_file) = (Duration::from_secs(2), 1, ResolveHosts::Never);
        Ok(Self(builder.build().map_err(|error| fail(&error))?))
    }

    /// The TXT records of a name, each with its strings joined; empty where there are none, or no name of that form can be.
    ///
    /// # Errors
    /// When no name server answers.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        // A dot at the end: no search list is tried.
        let Ok(name) = Name::from_utf8(format!("{}.", name.trim_end_matches('.'))) else { return Ok(Vec::new()) };
        let asked = tokio::time::timeout(DEADLINE, self.0.txt_lookup(name)).await;
        match asked {
            Err(_) => Err(DnsError::Unreachable("no answer within 5 seconds".to_owned())),
            Ok(Err(error)) if error.is_no_records_found() || error.is_nx_domain() => Ok(Vec::new()),
            Ok(Err(error)) => Err(DnsError::Unreachable(error.to_string())),
            Ok(Ok(lookup)) => Ok(lookup.answers().iter().filter_map(|record| text(&record.data)).collect()),
        }
    }
}

fn text(data: &RData) -> Option<String> {
    match data {
        RData::TXT(txt) => {
            let bytes: Vec<u8> = txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => None,
    }
}

//! A ping to an address on the web: whoever watches it hears when it ends. Its answer's body is never read.

use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::crypto::ring::default_provider;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// Longest that a ping may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Asks for the address once; gives whether it answered with success.
///
/// # Errors
/// Why it did not; the address, which is as good as a password, stands in no error.
pub async fn ping(url: &str) -> Result<(), String> {
    let url = url.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent: Agent = Agent::config_builder().timeout_global(Some(DEADLINE)).tls_config(tls).build().into();
        match agent.get(&url).call() {
            Ok(_) => Ok(()),
            Err(ureq::Error::StatusCode(code)) => Err(format!("it answered with status {code}")),
            Err(ureq::Error::Timeout(_)) => Err("it did not answer within 10 seconds".to_owned()),
            Err(ureq::Error::HostNotFound) => Err("its host cannot be found".to_owned()),
            Err(ureq::Error::Io(error)) => Err(error.to_string()),
            Err(_) => Err("it cannot be asked for: mend heartbeat_url in forewarn.toml".to_owned()),
        }
    });
    asked.await.unwrap_or_else(|_| Err("the ping broke off".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    fn answering(status: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/secret-path", listener.local_addr().unwrap());
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 1024];
            let read = stream.read(&mut bytes).unwrap();
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&bytes[..read]).into_owned()
        });
        (url, heard)
    }

    #[tokio::test]
    async fn a_ping_is_one_get_and_its_failure_names_no_address() {
        let (url, heard) = answering("200 OK");
        ping(&url).await.unwrap();
        assert!(heard.join().unwrap().starts_with("GET /secret-path HTTP/1.1"));
        let (url, _heard) = answering("503 Down");
        assert_eq!(ping(&url).await.unwrap_err(), "it answered with status 503");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let gone = format!("http://{}/secret-path", listener.local_addr().unwrap());
        drop(listener);
        assert!(!ping(&gone).await.unwrap_err().contains("secret-path"));
    }
}

//! Where hosts are: their addresses, looked up without a thread or a name server where that was done a moment ago.
//!
//! The HTTP client asks before every request, also where it has a connection, and looks each name up on a thread of its own,
//! so that it can end the look-up in time.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Addresses of a name are used again for so long, which is how long the client keeps a connection that is idle.
const MAX_AGE: Duration = Duration::from_secs(15);

/// Looks addresses up as [`DefaultResolver`] does, and keeps them for a while.
#[derive(Debug, Default)]
pub struct Addresses {
    names: DefaultResolver,
    /// By scheme and authority.
    kept: Mutex<HashMap<String, (Instant, ResolvedSocketAddrs)>>,
}

impl Resolver for Addresses {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if let Some(address) = literal(uri) {
            let mut found = self.empty();
            found.push(address);
            return Ok(found);
        }
        let key = format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
        let key = format!("{key}:{}", uri.port_u16().unwrap_or_default());
        let kept = self.kept.lock().ok().and_then(|kept| kept.get(&key).cloned());
        if let Some((_, addresses)) = kept.filter(|(since, _)| since.elapsed() < MAX_AGE) {
            return Ok(addresses);
        }
        let found = self.names.resolve(uri, config, timeout)?;
        if let Ok(mut kept) = self.kept.lock() {
            kept.insert(key, (Instant::now(), found.clone()));
        }
        Ok(found)
    }
}

/// The address that a URL itself names.
fn literal(uri: &Uri) -> Option<SocketAddr> {
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("http")) => 80,
        (None, Some("https")) => 443,
        _ => return None,
    };
    let address: IpAddr = uri.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_urls() {
        let found = |url: &str| literal(&url.parse().expect("a URL")).map(|address| address.to_string());
        assert_eq!(found("http://127.0.0.1:8080/v1"), Some("127.0.0.1:8080".to_owned()));
        assert_eq!(found("https://[::1]/v1"), Some("[::1]:443".to_owned()));
        assert_eq!(found("http://10.0.0.7"), Some("10.0.0.7:80".to_owned()));
        assert_eq!(found("socks5://10.0.0.7"), None);
        assert_eq!(found("https://api.example.com/v1"), None);
    }
}

//! HTTP: one request at a time, on a thread of its own, while the backend waits interruptibly.
//!
//! Connections are kept alive per backend. Retries and waiting happen in the backend; the thread only sends and reads.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use once_cell::unsync::OnceCell;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, ProxyProtocol};

use super::addresses::Addresses;

use crate::pg::host::offload::offload;
use wire::Header;

/// A reply over this is refused.
const MAX_REPLY: u64 = 4 << 20;
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What the thread may take over the request's own timeout before it is given up.
const GRACE: Duration = Duration::from_millis(500);

/// How a server is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Route {
    pub https: bool,
    pub ca_file: Option<String>,
    pub proxy: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Request {
    pub url: String,
    pub headers: Vec<Header>,
    /// `None` makes it a GET.
    pub body: Option<String>,
    pub timeout: Duration,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub content_type: String,
    /// As the server asked with Retry-After, in seconds only.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// No connection, or it ended before a reply began: asking again may help.
    Connection(String),
    TimedOut,
    /// The reply began but can't be used.
    Reply(String),
    /// The route can't be made: certificates or proxy.
    Route(String),
}

thread_local! {
    static AGENTS: RefCell<HashMap<Route, Agent>> = RefCell::new(HashMap::new());
    /// The system's root certificates. Where none are found, the next request looks again.
    static SYSTEM_ROOTS: OnceCell<Arc<Vec<Certificate<'static>>>> = const { OnceCell::new() };
}

/// Sends a request and waits for the reply, interruptibly.
pub fn send(route: &Route, request: Request) -> Result<Response, Failed> {
    let agent = agent(route)?;
    let limit = request.timeout + GRACE;
    let thread_agent = agent.clone();
    let abandon = || {
        AGENTS.with_borrow_mut(|agents| agents.remove(route));
        agent.shutdown();
    };
    match offload(limit, move || exchange(&thread_agent, request), abandon) {
        Ok(Some(result)) => {
            // The next request looks for the address and for the certificates again.
            if matches!(result, Err(Failed::Connection(_))) {
                AGENTS.with_borrow_mut(|agents| agents.remove(route));
            }
            result
        }
        Ok(None) => Err(Failed::TimedOut),
        Err(error) => Err(Failed::Connection(format!("No thread could be started: {error}."))),
    }
}

fn agent(route: &Route) -> Result<Agent, Failed> {
    if let Some(agent) = AGENTS.with_borrow(|agents| agents.get(route).cloned()) {
        return Ok(agent);
    }
    let proxy = match &route.proxy {
        Some(url) => Some(ureq::Proxy::new(url).map_err(|error| Failed::Route(format!("The proxy: {error}.")))?),
        None => None,
    };
    // The request itself may be plain http while the proxy is reached by TLS.
    let needs_tls = route.https || proxy.as_ref().is_some_and(|proxy| proxy.protocol() == ProxyProtocol::Https);
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy)
        .timeout_resolve(Some(RESOLVE_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .user_agent(concat!("nl2sql/", env!("CARGO_PKG_VERSION")));
    if needs_tls {
        config = config.tls_config(TlsConfig::builder().root_certs(roots(route.ca_file.as_deref())?).build());
    }
    let agent = Agent::with_parts(config.build(), DefaultConnector::default(), Addresses::default());
    AGENTS.with_borrow_mut(|agents| agents.insert(route.clone(), agent.clone()));
    Ok(agent)
}

/// The certificates of `ca_file`, or else the system's.
fn roots(ca_file: Option<&str>) -> Result<RootCerts, Failed> {
    let certificates = match ca_file {
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| Failed::Route(format!("ca_file: {error}.")))?;
            let certificate = |item| if let Ok(PemItem::Certificate(found)) = item { Some(found) } else { None };
            at_least_one(parse_pem(&pem).filter_map(certificate).collect(), "The ca_file holds no certificate.")?
        }
        None => SYSTEM_ROOTS.with(|roots| roots.get_or_try_init(system_roots).cloned())?,
    };
    Ok(RootCerts::Specific(certificates))
}

fn system_roots() -> Result<Arc<Vec<Certificate<'static>>>, Failed> {
    let found = rustls_native_certs::load_native_certs().certs;
    let certificates = found.iter().map(|der| Certificate::from_der(der.as_ref()).to_owned()).collect();
    at_least_one(certificates, "No root certificates were found; install ca-certificates or set ca_file.")
}

fn at_least_one(
    certificates: Vec<Certificate<'static>>,
    otherwise: &str,
) -> Result<Arc<Vec<Certificate<'static>>>, Failed> {
    if certificates.is_empty() { Err(Failed::Route(otherwise.to_owned())) } else { Ok(Arc::new(certificates)) }
}

/// Runs on the thread: owned data only, nothing of the server.
fn exchange(agent: &Agent, request: Request) -> Result<Response, Failed> {
    let mut head = ureq::http::Request::builder().uri(&request.url);
    for (name, value) in &request.headers {
        head = head.header(*name, value.reveal());
    }
    let timeout = Some(request.timeout);
    let refused = |_| Failed::Route("The URL or a header is malformed.".to_owned());
    let result = match request.body {
        Some(body) => {
            let head = head.method("POST").header("content-type", "application/json").body(body).map_err(refused)?;
            agent.run(agent.configure_request(head).timeout_global(timeout).build())
        }
        None => agent.run(agent.configure_request(head.body(()).map_err(refused)?).timeout_global(timeout).build()),
    };
    let mut response = result.map_err(|error| failed(&error, Failed::Connection))?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(Response {
        status: response.status().as_u16(),
        content_type: header("content-type").to_owned(),
        retry_after: header("retry-after").trim().parse().ok().map(Duration::from_secs),
        body: response
            .body_mut()
            .with_config()
            .limit(MAX_REPLY)
            .read_to_vec()
            .map_err(|error| failed(&error, Failed::Reply))?,
    })
}

fn failed(error: &ureq::Error, otherwise: fn(String) -> Failed) -> Failed {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            Failed::Connection(format!("{error}."))
        }
        ureq::Error::Timeout(_) => Failed::TimedOut,
        ureq::Error::BodyExceedsLimit(_) => Failed::Reply("It is longer than 4 MiB.".to_owned()),
        ureq::Error::Protocol(_) => Failed::Reply(format!("It is no valid HTTP: {error}.")),
        _ => otherwise(format!("{error}.")),
    }
}

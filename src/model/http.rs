//! HTTP: one request at a time, or several of the same at once, on threads of their own, while the backend waits interruptibly.
//!
//! Connections are kept alive per backend. Retries and waiting happen in the backend; the thread only sends and reads.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use once_cell::unsync::OnceCell;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, ProxyProtocol};

use super::addresses::Addresses;
use super::reading::{self, MAX_REPLY, Room};

use crate::pg::host::offload::offload;
use wire::Header;

const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a request and of its reply, so much is held beside the texts; a thousand may be on their way in one process.
const BUFFER_BYTES: usize = 16 * 1024;
/// What the thread may take over the request's own timeout before it is given up.
const GRACE: Duration = Duration::from_millis(500);

/// Where most of several replies have come, the others are waited for so long at least.
const LEAST_AGAIN: Duration = Duration::from_millis(500);

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

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub content_type: String,
    /// As the server asked with Retry-After, in seconds only.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
    /// That a large one takes.
    _room: Option<Arc<Room>>,
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

/// What became of one of several requests, and how long it took.
pub type Sent = (Result<Response, Failed>, Duration);

/// Sends a request so many times at once, and waits for the replies, interruptibly. Where most have come, the others have as long
/// again, and [`LEAST_AGAIN`] at least: one that hangs holds up no answer.
pub fn send_several(route: &Route, request: &Request, count: usize) -> Vec<Sent> {
    let failed = |failed: Failed| vec![(Err(failed), Duration::ZERO); count];
    let agent = match agent(route) {
        Ok(agent) => agent,
        Err(error) => return failed(error),
    };
    let limit = request.timeout + GRACE;
    let (thread_agent, request) = (agent.clone(), request.clone());
    let give_up = || {
        AGENTS.with_borrow_mut(|agents| agents.remove(route));
        agent.shutdown();
    };
    match offload(limit, move || exchange_several(&thread_agent, &request, count), give_up.clone()) {
        Ok(Some(sent)) => {
            // What is still under way ends with its connection, and the next request looks for the address again.
            let is_left = |one: &Sent| matches!(one.0, Err(Failed::TimedOut | Failed::Connection(_)));
            if sent.iter().any(is_left) {
                give_up();
            }
            sent
        }
        Ok(None) => failed(Failed::TimedOut),
        Err(error) => failed(Failed::Connection(format!("No thread could be started: {error}."))),
    }
}

/// Has the next request of a route look for the address and for the certificates again.
pub fn forget(route: &Route) {
    AGENTS.with_borrow_mut(|agents| agents.remove(route));
}

/// What reaches a server, with the connections that are kept to it.
pub fn agent(route: &Route) -> Result<Agent, Failed> {
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
        .input_buffer_size(BUFFER_BYTES)
        .output_buffer_size(BUFFER_BYTES)
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
pub fn exchange(agent: &Agent, request: Request) -> Result<Response, Failed> {
    let mut head = ureq::http::Request::builder().uri(&request.url);
    for (name, value) in &request.headers {
        head = head.header(*name, value.reveal());
    }
    let (timeout, end) = (Some(request.timeout), Instant::now() + request.timeout);
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
    let (status, content_type) = (response.status().as_u16(), header("content-type").to_owned());
    let retry_after = header("retry-after").trim().parse().ok().map(Duration::from_secs);
    // This limit is on the bytes that come, packed as they may be; `reading` has one on what they are unpacked.
    let body = reading::read(response.body_mut().with_config().limit(MAX_REPLY).reader(), end);
    let body = body.map_err(|error| failed(&ureq::Error::from(error), Failed::Reply))?;
    let (body, room) = body.ok_or(Failed::TimedOut)?;
    Ok(Response { status, content_type, retry_after, body, _room: room.map(Arc::new) })
}

/// Runs on the thread, and starts one for each request. Those that are not done when it ends keep nothing waiting.
fn exchange_several(agent: &Agent, request: &Request, count: usize) -> Vec<Sent> {
    let (started, (sender, receiver)) = (Instant::now(), channel());
    for at in 0..count {
        let (agent, request, sender) = (agent.clone(), request.clone(), sender.clone());
        let work = move || {
            // Where nobody waits any more, nobody is told.
            let _ = sender.send((at, exchange(&agent, request), started.elapsed()));
        };
        // One that can't be started is as one that does not reply.
        let _ = std::thread::Builder::new().name("nl2sql".to_owned()).spawn(work);
    }
    drop(sender);
    let mut sent: Vec<Option<Sent>> = vec![None; count];
    let mut until = started + request.timeout + GRACE;
    while let Ok((at, result, took)) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
        sent[at] = Some((result, took));
        let good = sent.iter().flatten().filter(|(result, _)| result.is_ok()).count();
        if 2 * good > count {
            until = until.min(Instant::now() + took.max(LEAST_AGAIN));
        }
    }
    sent.into_iter().map(|sent| sent.unwrap_or_else(|| (Err(Failed::TimedOut), started.elapsed()))).collect()
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

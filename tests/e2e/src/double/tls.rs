//! TLS in front of a double: it takes connections under a certificate of its own authority and passes what it decrypts on.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Double, Provider};

/// How long one side is listened to before the other gets its turn.
const TURN: Duration = Duration::from_millis(5);

/// A certificate authority made for one test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, as a `ca_file` holds it.
    pub pem: String,
}

impl Authority {
    pub fn generate() -> Authority {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = parameters.self_signed(&key).expect("a certificate").pem();
        Authority { issuer: Issuer::new(parameters, key), pem }
    }

    /// What a server needs to be believed that it is `name`.
    fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new([name.to_owned()]).expect("a name of a host");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions of TLS").with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).expect("the key of the certificate"))
    }
}

/// A port on which a double speaks TLS. Dropping it ends its connections.
pub struct TlsFront {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl TlsFront {
    /// Under a certificate by which `authority` says that this is `name`.
    pub fn start(double: &Double, authority: &Authority, name: &str) -> TlsFront {
        let config = authority.server(name);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        let address = listener.local_addr().expect("its address");
        let (behind, stopping) = (double.address(), Arc::new(AtomicBool::new(false)));
        let stop = Arc::clone(&stopping);
        let acceptor = thread::spawn(move || {
            let mut relays = Vec::new();
            for client in listener.incoming().flatten() {
                if stop.load(SeqCst) {
                    break;
                }
                let (config, stop) = (Arc::clone(&config), Arc::clone(&stop));
                // A handshake that the client refuses is what some tests want.
                relays.push(thread::spawn(move || relay(client, config, behind, &stop)));
            }
            for relay in relays {
                let _ = relay.join();
            }
        });
        TlsFront { address, stopping, acceptor: Some(acceptor) }
    }

    /// The endpoint option of a foreign server of this provider that reaches the port by the name `host`.
    pub fn url(&self, provider: Provider, host: &str) -> String {
        let path = if provider == Provider::OpenAi { "/v1" } else { "" };
        format!("https://{host}:{}{path}", self.address.port())
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.stopping.store(true, SeqCst);
        // Wakes the acceptor, which then sees the flag.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// Passes bytes on in both directions until one side closes.
fn relay(client: TcpStream, config: Arc<ServerConfig>, behind: SocketAddr, stop: &AtomicBool) -> io::Result<()> {
    let mut plain = TcpStream::connect(behind)?;
    for stream in [&client, &plain] {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TURN))?;
    }
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut secure = StreamOwned::new(connection, client);
    while !stop.load(SeqCst) && pass(&mut secure, &mut plain)? && pass(&mut plain, &mut secure)? {}
    plain.shutdown(Shutdown::Both)
}

/// Passes on what has come; false at the end.
fn pass(from: &mut impl Read, to: &mut impl Write) -> io::Result<bool> {
    let mut bytes = [0; 16_384];
    match from.read(&mut bytes) {
        Ok(0) => Ok(false),
        Ok(count) => to.write_all(&bytes[..count]).and_then(|()| to.flush()).map(|()| true),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(true),
        Err(error) => Err(error),
    }
}

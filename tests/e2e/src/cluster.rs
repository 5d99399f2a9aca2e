//! A throw-away PostgreSQL for the tests: made in a temporary directory, gone with the process that made it.

mod programs;
mod standby;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use postgres::{Config, NoTls};

use crate::server;
use crate::session::Session;

/// This variable of the server's environment holds [`ENVIRONMENT_KEY`], for the user mapping option `api_key_env`.
pub const ENVIRONMENT_VARIABLE: &str = "NL2SQL_E2E_KEY";
pub const ENVIRONMENT_KEY: &str = "sk-canary-environment-5b1e";

/// The shop's script is part of the extension's sources, not of this package's.
const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/demo/shop.sql");

/// Ends the server when the pipe to it closes, so that even a killed test process leaves nothing behind. It ignores the
/// terminal's interrupt, which reaches it as well as the tests.
const WATCHDOG: &str = r#"trap '' INT TERM HUP; read -r _; "$@" >/dev/null 2>&1"#;

/// The timeout turns a test that would hang into one that fails. Some tests make hundreds of tables at once, or open dozens of
/// sessions, and several run at a time.
const SETTINGS: &str = "\
statement_timeout = 180s
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
jit = off
max_connections = 100
max_locks_per_transaction = 512
log_statement = none
TimeZone = UTC
log_timezone = UTC
";

/// Which database a fresh one is a copy of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content {
    /// Without the extension.
    Bare,
    /// The extension and nothing else.
    Empty,
    /// The extension and the demonstration shop.
    Shop,
}

pub struct Cluster {
    directory: PathBuf,
    bindir: PathBuf,
    port: u16,
    watchdog: Option<Child>,
    templates: Mutex<Vec<&'static str>>,
    databases: AtomicU32,
}

/// The cluster that all tests of a process share.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::start)
}

impl Cluster {
    pub fn start() -> Cluster {
        Self::start_with("")
    }

    /// One with further settings, a line each, which come last and so win.
    pub fn start_with(settings: &str) -> Cluster {
        let mut cluster = Self::prepare();
        cluster.initialize(settings);
        cluster.launch();
        cluster
    }

    /// A directory for a cluster, which goes with this process.
    fn prepare() -> Cluster {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("nl2sql-e2e-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let directory = std::env::temp_dir().join(name);
        fs::create_dir(&directory).expect("a fresh directory for the cluster");
        give_to_server(&directory);
        let mut cluster = Cluster {
            directory,
            bindir: PathBuf::from(server::config("--bindir")),
            port: 0,
            watchdog: None,
            templates: Mutex::default(),
            databases: AtomicU32::new(0),
        };
        cluster.watch("rm -rf \"$DIRECTORY\"");
        cluster
    }

    /// One whose data stay in the directory when it ends, to be found there the next time, where the version of the server is
    /// the same.
    pub fn kept(directory: &Path) -> Cluster {
        fs::create_dir_all(directory).expect("a directory for the cluster");
        give_to_server(directory);
        let directory = fs::canonicalize(directory).expect("the cluster's directory");
        let (templates, databases) = (Mutex::default(), AtomicU32::new(0));
        let mut cluster = Cluster {
            directory,
            bindir: PathBuf::from(server::config("--bindir")),
            port: 0,
            watchdog: None,
            templates,
            databases,
        };
        let version = cluster.command("postgres").arg("--version").output().expect("postgres can be run").stdout;
        let kept = cluster.directory.join("data/version");
        if fs::read(&kept).ok().as_ref() != Some(&version) {
            let _ = fs::remove_dir_all(cluster.directory.join("data"));
            // For GRANT on all of thousands of tables.
            cluster.initialize("max_locks_per_transaction = 1000\n");
            fs::write(kept, version).expect("a note of the version");
        }
        cluster.watch("true");
        cluster.launch();
        cluster
    }

    fn initialize(&self, settings: &str) {
        let data = self.data();
        self.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]);
        let settings = format!("{SETTINGS}{settings}");
        fs::write(self.directory.join("data/postgresql.auto.conf"), settings).expect("the cluster's settings");
    }

    /// The port is free when it is chosen and perhaps not when the server takes it, so one failure is no news.
    fn launch(&mut self) {
        let log = self.directory.join("log").display().to_string();
        for attempt in 1.. {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
            self.port = free.expect("a free loopback port").port();
            let (data, port) = (self.data(), format!("-p {}", self.port));
            let output = self.command("pg_ctl").args(["start", "-w", "-D", &data, "-l", &log, "-o", &port]).output();
            if output.expect("pg_ctl can be run").status.success() {
                return;
            }
            assert!(attempt < 3, "the server does not start:\n{}", self.log());
        }
    }

    /// Ends the server with this process, and then runs a line of shell.
    fn watch(&mut self, last: &str) {
        let stop = self.command("pg_ctl");
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", &format!("{WATCHDOG}; {last}"), "watchdog"]).arg(stop.get_program()).args(stop.get_args());
        watchdog.args(["stop", "-m", "immediate", "-D", &self.data()]);
        watchdog.env("DIRECTORY", &self.directory).current_dir(&self.directory);
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.watchdog = Some(watchdog.spawn().expect("a shell can be run"));
    }

    pub fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn data(&self) -> String {
        self.data_directory().display().to_string()
    }

    /// A program of the installation, as a user the server accepts to run as.
    fn command(&self, program: &str) -> Command {
        let program = self.bindir.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.directory).env(ENVIRONMENT_VARIABLE, ENVIRONMENT_KEY);
        // Seconds that a server may take to start or stop on a busy machine.
        command.env("PGCTLTIMEOUT", "180");
        // Backtraces would end up in error details; proxies would come between the server and the double.
        command.env_remove("RUST_BACKTRACE");
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.command(program).args(arguments).output().expect("the program can be run");
        assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// How to connect as the superuser.
    pub fn config(&self, database: &str) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user("postgres").dbname(database);
        config.application_name("nl2sql-e2e").connect_timeout(Duration::from_secs(60));
        config
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's log from its start.
    pub fn log(&self) -> String {
        let log = fs::read(self.directory.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// A file that the server, and next to nobody else, can read.
    pub fn server_file(&self, name: &str, content: &str) -> String {
        let path = self.directory.join(name);
        fs::write(&path, content).expect("a file in the cluster's directory");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its owner may");
        give_to_server(&path);
        path.display().to_string()
    }

    /// A fresh database for one test, and its name in `name`.
    pub fn database(&self, name: &str, content: Content) -> Database<'_> {
        let template = match content {
            Content::Bare => "template0",
            Content::Empty => self.template("e2e_empty", fill_empty),
            Content::Shop => self.template("e2e_shop", fill_shop),
        };
        let name = format!("{name}_{}", self.databases.fetch_add(1, Relaxed));
        self.create(&name, template);
        Database { cluster: self, name }
    }

    fn create(&self, name: &str, template: &str) {
        let mut client = self.config("postgres").connect(NoTls).expect("a connection to the cluster");
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        client.batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Makes a template the first time it is wanted.
    fn template(
        &self,
        name: &'static str,
        fill: fn(&mut postgres::Client) -> Result<(), postgres::Error>,
    ) -> &'static str {
        let mut made = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.contains(&name) {
            // A failed one may be left of a test that panicked here; the next test should see the reason, not that.
            let mut client = self.config("postgres").connect(NoTls).expect("a connection to the cluster");
            client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).expect("no session is on a template");
            self.create(name, "template0");
            let mut client = self.config(name).connect(NoTls).expect("a connection to the template");
            fill(&mut client).unwrap_or_else(|error| panic!("cannot fill {name}: {error:?}"));
            made.push(name);
        }
        name
    }

    /// Starts the server again, on the same port, after it was shut down in this mode: `fast`, or `immediate`, which is as a crash is.
    pub fn restart(&self, mode: &str) {
        let log = self.directory.join("log").display().to_string();
        self.run("pg_ctl", &["restart", "-w", "-m", mode, "-D", &self.data(), "-l", &log]);
    }

    /// Shuts the server down the way an administrator does; how long it took.
    pub fn stop_fast(&self) -> Duration {
        let started = Instant::now();
        self.run("pg_ctl", &["stop", "-w", "-m", "fast", "-D", &self.data()]);
        started.elapsed()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            drop(watchdog.stdin.take());
            let _ = watchdog.wait();
        }
    }
}

fn fill_empty(client: &mut postgres::Client) -> Result<(), postgres::Error> {
    client.batch_execute("CREATE EXTENSION nl2sql")
}

fn fill_shop(client: &mut postgres::Client) -> Result<(), postgres::Error> {
    let shop = fs::read_to_string(SHOP).unwrap_or_else(|error| panic!("{SHOP}: {error}"));
    client.batch_execute(&shop)?;
    fill_empty(client)
}

fn id(user: &str, what: &str) -> u32 {
    let output = Command::new("id").args([what, user]).output().expect("id can be run");
    let number = String::from_utf8_lossy(&output.stdout).trim().parse();
    number.unwrap_or_else(|_| panic!("the user {user} is wanted to run the server, which refuses to run as root"))
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        let output = Command::new("id").arg("-u").output().expect("id can be run");
        output.stdout.trim_ascii() == b"0"
    })
}

fn give_to_server(path: &Path) {
    if is_root() {
        chown(path, Some(id("postgres", "-u")), Some(id("postgres", "-g"))).expect("root may give files away");
    }
}

/// A database of the cluster, for one test.
#[derive(Clone)]
pub struct Database<'a> {
    pub cluster: &'a Cluster,
    pub name: String,
}

impl Database<'_> {
    /// The same database of a standby.
    pub fn on<'s>(&self, standby: &'s Cluster) -> Database<'s> {
        Database { cluster: standby, name: self.name.clone() }
    }

    /// A session of the superuser.
    pub fn session(&self) -> Session {
        self.session_as("postgres")
    }

    pub fn session_as(&self, role: &str) -> Session {
        let mut config = self.cluster.config(&self.name);
        Session::open(config.user(role))
    }

    /// A login role without rights, named after the database, as roles belong to the whole cluster.
    pub fn role(&self, name: &str) -> String {
        let role = format!("{name}_{}", self.name);
        self.session().run(&format!("CREATE ROLE {role} LOGIN"));
        role
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_starts_holds_databases_and_leaves_nothing() {
        let cluster = Cluster::start();
        let database = cluster.database("bare", Content::Bare);
        let role = database.role("analyst");
        let mut session = database.session_as(&role);
        assert_eq!(
            session.text("SELECT current_user || ' ' || current_database()"),
            format!("{role} {}", database.name)
        );
        assert_eq!(session.text("SELECT current_setting('server_encoding') || current_setting('TimeZone')"), "UTF8UTC");
        session.error("SELECT 1 / 0", "22012");
        assert!(cluster.log().contains("division by zero"));
        let file = cluster.server_file("key", "secret");
        assert_eq!(database.session().text(&format!("SELECT pg_read_file('{file}')")), "secret");
        let directory = cluster.directory.clone();
        drop(session);
        drop(cluster);
        assert!(!directory.exists());
    }
}

//! Models behind TLS: which certificates are accepted, and what is said of the others, which are sent nothing.

use nl2sql_e2e::cluster::{Content, Database, shared};
use nl2sql_e2e::double::{Authority, Double, Provider, Reply, TlsFront};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::Session;
use postgres::error::DbError;

const QUESTION: &str = "what is said in secret";

/// A session that asks the model at this endpoint, with this `ca_file` if any.
fn asker(database: &Database<'_>, endpoint: &str, ca_file: Option<&str>) -> Session {
    let mut session = database.session();
    session.run(&server("secure", Provider::OpenAi, endpoint));
    if let Some(file) = ca_file {
        session.run(&format!("ALTER SERVER secure OPTIONS (ADD ca_file '{file}')"));
    }
    session.run("CREATE USER MAPPING FOR PUBLIC SERVER secure OPTIONS (api_key 'sk-test')");
    session.run("LOAD 'nl2sql'; SET nl2sql.model = 'secure'; SET nl2sql.model_timeout = '30s'");
    session
}

/// The error of a question to a server whose certificate does not hold; the double behind it must not be asked.
fn refused(database: &str, certified: &str, host: &str, ca_file: impl Fn(&Authority) -> Option<String>) -> DbError {
    let (double, authority) = (Double::start(), Authority::generate());
    let front = TlsFront::start(&double, &authority, certified);
    let database = shared().database(database, Content::Empty);
    let file = ca_file(&authority).map(|pem| database.cluster.server_file(&format!("{}.pem", database.name), &pem));
    let mut session = asker(&database, &front.url(Provider::OpenAi, host), file.as_deref());
    let error = session.ask_error(QUESTION, "HV00N");
    assert!(double.requests().is_empty(), "it is asked all the same");
    error
}

#[test]
fn a_certificate_of_the_ca_file_is_accepted() {
    let (double, authority) = (Double::start(), Authority::generate());
    double.answer(QUESTION, Reply::sql("SELECT 7 AS n"));
    let front = TlsFront::start(&double, &authority, "localhost");
    let database = shared().database("tls_accepted", Content::Empty);
    let file = database.cluster.server_file("accepted.pem", &authority.pem);
    let mut session = asker(&database, &front.url(Provider::OpenAi, "localhost"), Some(&file));
    assert_eq!(session.ask(QUESTION), [serde_json::json!({ "n": 7 })]);
    assert_eq!(session.text("SELECT reachable FROM nl_health()"), "t");
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let error = refused("tls_other", "localhost", "localhost", |_| Some(Authority::generate().pem));
    assert!(error.detail().is_some_and(|detail| detail.contains("certificate")), "{error:?}");
}

#[test]
fn a_certificate_that_the_system_does_not_know_is_refused() {
    let error = refused("tls_unknown", "localhost", "localhost", |_| None);
    assert!(error.detail().is_some_and(|detail| detail.contains("certificate")), "{error:?}");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let error = refused("tls_name", "example.org", "localhost", |authority| Some(authority.pem.clone()));
    assert!(error.detail().is_some_and(|detail| detail.contains("certificate")), "{error:?}");
}

#[test]
fn a_ca_file_without_certificates_is_an_error() {
    let double = Double::start();
    let database = shared().database("tls_no_pem", Content::Empty);
    for (at, content) in ["", "no certificate"].into_iter().enumerate() {
        let file = database.cluster.server_file(&format!("empty_{at}.pem"), content);
        let mut session = asker(&database, "https://localhost:1/v1", Some(&file));
        let error = session.ask_error(QUESTION, "HV00N");
        assert_eq!(error.detail(), Some("The ca_file holds no certificate."));
        session.run("DROP SERVER secure CASCADE");
    }
    assert!(double.requests().is_empty());
}

//! What the end-to-end tests and the benchmark of nl2sql share: a model on loopback that speaks three wire formats and
//! misbehaves on demand ([`double`]), a throw-away PostgreSQL ([`cluster`]), what it was built with ([`server`]), sessions on
//! it ([`session`]), waiting for what its processes do ([`waiting`]), those who teach ([`teaching`]), questions in the background
//! ([`in_background`]), attacks on it ([`attack`]), statements that must end ([`limited`]) around which its state is compared
//! ([`fingerprint`]).

pub mod attack;
pub mod cluster;
pub mod double;
pub mod fingerprint;
pub mod fixture;
pub mod in_background;
pub mod limited;
pub mod server;
pub mod session;
pub mod suite;
pub mod teaching;
pub mod waiting;

/// The question most tests ask, and the statement a good model answers it with.
pub const TOP_CUSTOMERS: &str = "top 5 customers by revenue";
pub const TOP_CUSTOMERS_SQL: &str = "SELECT c.name, sum(o.total) AS revenue FROM customers c JOIN orders o ON \
     o.customer_id = c.id GROUP BY c.id, c.name ORDER BY revenue DESC, c.id LIMIT 5";

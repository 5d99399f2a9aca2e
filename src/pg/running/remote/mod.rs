//! Work on other servers: the transactions there, by `postgres_fdw` and Citus, and the statements that are sent.

pub mod cluster_transactions;
pub mod remote_statement;
pub mod remote_transactions;

//! A hot standby of a cluster.

use std::time::{Duration, Instant};

use super::Cluster;

/// So long a change may take to arrive.
const ARRIVES: Duration = Duration::from_secs(60);

impl Cluster {
    /// A standby that follows this cluster, with further settings.
    pub fn standby(&self, settings: &str) -> Cluster {
        let mut standby = Self::prepare();
        let (data, port) = (standby.data(), self.port.to_string());
        let connection = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres"];
        standby.run("pg_basebackup", &[&["-D", &data, "-R", "-c", "fast"][..], &connection[..]].concat());
        let file = standby.directory.join("data/postgresql.auto.conf");
        let kept = std::fs::read_to_string(&file).expect("the settings of the backup");
        std::fs::write(&file, kept + settings).expect("the standby's settings");
        standby.launch();
        standby
    }

    /// Waits until a standby of this cluster has everything that was done here.
    pub fn wait_for(&self, standby: &Cluster) {
        let place = |cluster: &Cluster, sql: &str| {
            let mut client = cluster.config("postgres").connect(postgres::NoTls).expect("a connection");
            client.query_one(sql, &[]).expect("a place in the log").get::<_, String>(0)
        };
        // What is flushed is sent at once, and a synchronous commit flushes it. The place where the next record would be
        // inserted can lie behind a page's header that nothing has been sent of, and a quiet server sends nothing more.
        let flush =
            "SELECT pg_catalog.pg_logical_emit_message(true, 'nl2sql', set_config('synchronous_commit', 'on', false))";
        place(self, &format!("{flush}::text"));
        let wanted = place(self, "SELECT pg_catalog.pg_current_wal_flush_lsn()::text");
        let has_it = format!("SELECT (pg_catalog.pg_last_wal_replay_lsn() >= '{wanted}'::pg_lsn)::text");
        let started = Instant::now();
        while place(standby, &has_it) != "true" {
            assert!(started.elapsed() < ARRIVES, "the standby does not follow:\n{}", standby.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes a standby a cluster of its own.
    pub fn promote(&self) {
        self.run("pg_ctl", &["promote", "-w", "-D", &self.data()]);
    }
}

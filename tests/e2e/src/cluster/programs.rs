//! The server's own programs, run on a cluster: dumps, and psql where the driver is not enough.

use super::Cluster;

impl Cluster {
    /// What pg_dump makes of a database.
    pub fn dump(&self, database: &str) -> String {
        self.dump_with(database, &[])
    }

    /// What pg_dumpall makes of the whole cluster, without the lines that are other ones each time.
    pub fn dump_all(&self) -> String {
        let port = self.port.to_string();
        let output = self.command("pg_dumpall").args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres"]).output();
        let output = output.expect("pg_dumpall can be run");
        assert!(output.status.success(), "pg_dumpall failed: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_same = |line: &&str| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ");
        text.lines().filter(is_same).map(|line| format!("{line}\n")).collect()
    }

    /// The same with further options of pg_dump.
    pub fn dump_with(&self, database: &str, options: &[&str]) -> String {
        let port = self.port.to_string();
        let connection = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", database];
        let output = self.command("pg_dump").args(options).args(connection).output().expect("pg_dump can be run");
        assert!(output.status.success(), "pg_dump failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a dump in a database, to its first error, which is returned. `options` are settings of the session, as `-c a=b`.
    pub fn restore(&self, dump: &str, database: &str, options: &str) -> Result<(), String> {
        let file = self.server_file(&format!("{database}.sql"), dump);
        let port = self.port.to_string();
        let connection = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", database];
        let mut psql = self.command("psql");
        psql.env("PGOPTIONS", options);
        let output = psql.args(connection).args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", &file]).output();
        let output = output.expect("psql can be run");
        let errors = || String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(errors()) }
    }

    /// The errors that psql prints, with their SQLSTATEs, where it runs these statements under this `application_name`. It
    /// reads what a server says before it closes the connection; the driver of [`Session`] drops that as soon as it finds the
    /// connection closed.
    pub fn psql_errors(&self, database: &str, application_name: &str, statements: &[&str]) -> String {
        let port = self.port.to_string();
        let mut psql = self.command("psql");
        psql.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", database]);
        psql.env("PGAPPNAME", application_name).args(["-X", "-q", "-v", "VERBOSITY=verbose"]);
        for statement in statements {
            psql.args(["-c", statement]);
        }
        let output = psql.output().expect("psql can be run");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

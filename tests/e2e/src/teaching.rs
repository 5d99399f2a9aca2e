//! Those who teach verified pairs.

use crate::fixture::Fixture;
use crate::session::{Session, quote};

/// The statement that teaches a pair; `more`: further arguments, by name, after a comma.
pub fn teach(question: &str, sql: &str, more: &str) -> String {
    format!("SELECT nl2sql.teach({}, {}{more})", quote(question), quote(sql))
}

/// One more role that may ask the model and count customers, and its session.
pub fn another_asker(fixture: &Fixture, name: &str) -> (String, Session) {
    let role = fixture.database.role(name);
    let grants = format!("GRANT USAGE ON FOREIGN SERVER gpt TO {role}; GRANT SELECT ON customers TO {role}");
    fixture.database.session().run(&grants);
    let session = fixture.asker(&role);
    (role, session)
}

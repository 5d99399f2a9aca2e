//! Comments that change while a session goes on: it reads the relations again that have other ones, and nothing else.

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::session::Session;

/// The relations that the next question reads again for their comments, and those that wait; `None` where it looks and finds none.
fn read_again(session: &mut Session) -> Option<(usize, usize)> {
    // It is asked for reasons, and so looks at comments however short a while ago it did.
    session.run("SELECT count(*) FROM nl_schema('how many orders')");
    session.notices().iter().find_map(|notice| {
        let (read, waiting) = notice.split_once(" relations are read again for their comments, ")?;
        let read = read.rsplit(' ').next()?.parse().ok()?;
        Some((read, waiting.split(' ').next()?.parse().ok()?))
    })
}

/// Those of wide tables, however often they change, hold up no question, as not many columns are read at a time. The cluster is the
/// test's own: what is done to catalogs in other databases may have a session read everything anew.
#[test]
fn changed_comments_are_read_alone_and_by_turns() {
    let cluster = Cluster::start_with("autovacuum = off\n");
    let database = cluster.database("changed_comments", Content::Empty);
    let (mut owner, mut asker) = (database.session(), database.session());
    owner.run(
        "SET statement_timeout = 0; CREATE SCHEMA theirs; CREATE TABLE orders (id int);
         DO $$ DECLARE columns text := (SELECT string_agg(format('c%s int', i), ',') FROM generate_series(1, 1600) i); BEGIN
             FOR i IN 1..20 LOOP EXECUTE format('CREATE TABLE theirs.w%s (%s)', i, columns); END LOOP;
         END $$;
         CREATE TYPE theirs.mood AS ENUM ('fine'); CREATE TABLE theirs.narrow (id int, mood theirs.mood)",
    );
    asker.run("SET client_min_messages = debug1");
    assert_eq!(read_again(&mut asker), None);
    owner.run(
        "COMMENT ON TABLE theirs.narrow IS 'zeppelins';
         DO $$ BEGIN FOR i IN 1..20 LOOP EXECUTE format('COMMENT ON COLUMN theirs.w%s.c7 IS %L', i, 'again'); END LOOP; END $$",
    );
    assert_eq!(read_again(&mut asker), Some((14, 7)));
    assert_eq!(read_again(&mut asker), Some((7, 0)));
    assert_eq!(read_again(&mut asker), None);
    let zeppelins = "SELECT why[1] FROM nl_schema('how many zeppelins') WHERE relation = 'theirs.narrow'";
    assert!(asker.text(zeppelins).contains("zeppelins"));
    owner.run("ALTER TYPE theirs.mood ADD VALUE 'gloomy'");
    assert_eq!(read_again(&mut asker), Some((1, 0)));
}

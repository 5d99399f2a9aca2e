//! What the wrappers promise on their error paths, shown on a live backend.

use pgrx::prelude::*;

#[pg_schema]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use pgrx::prelude::*;

    use crate::error::Error;
    use crate::limits::Bounds;
    use crate::pg::host::invalidation::{generation, generation_of_functions};
    use crate::pg::host::messages;
    use crate::pg::host::offload::offload;
    use crate::pg::running::query::rows_in;
    use crate::pg::running::sandbox::sandboxed;
    use crate::pg::statement::{Prepared, parse};
    use crate::pg::tree::uses::{Origin, uses};

    fn nest_level() -> i32 {
        // SAFETY: reads a variable of the backend.
        unsafe { pg_sys::GetCurrentTransactionNestLevel() }
    }

    fn failure(sql: &'static str) -> Option<crate::error::Failure> {
        match sandboxed(Bounds::default(), |sandbox| rows_in(sandbox, sql, &[])) {
            Err(Error::Server(failure)) => Some(failure),
            _ => None,
        }
    }

    #[pg_test]
    fn an_error_inside_ends_the_subtransaction() {
        let before = nest_level();
        let failed = failure("SELECT 1/0").expect("division by zero");
        assert_eq!(failed.sqlstate, "22012");
        assert_eq!(nest_level(), before);
        assert_eq!(sandboxed(Bounds::default(), |_| Ok(nest_level())), Ok(before + 1));
        assert_eq!(nest_level(), before);
    }

    #[pg_test]
    fn facts_about_functions_outlive_changes_of_tables() {
        // The first one of a session may make its schema too.
        Spi::run("CREATE TEMPORARY TABLE first (id int)").unwrap();
        let (anything, functions) = (generation(), generation_of_functions());
        Spi::run("CREATE TEMPORARY TABLE passing (id int); ALTER TABLE passing ADD name text; DROP TABLE passing")
            .unwrap();
        assert!(generation() > anything);
        assert_eq!(generation_of_functions(), functions);
        for sql in [
            "CREATE FUNCTION passing() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER FUNCTION passing() STABLE",
            "CREATE ROLE passing",
            "CREATE TYPE passing AS RANGE (SUBTYPE = int4)",
        ] {
            let before = generation_of_functions();
            Spi::run(sql).unwrap();
            assert!(generation_of_functions() > before, "{sql}");
        }
    }

    #[pg_test]
    fn nothing_is_written_even_after_the_caller_wrote() {
        Spi::run("CREATE TABLE written (id int); INSERT INTO written VALUES (1); CREATE SEQUENCE numbers").unwrap();
        Spi::run("CREATE FUNCTION write_it() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO written VALUES (2) RETURNING id'")
            .unwrap();
        assert_eq!(failure("SELECT write_it()").expect("read-only").sqlstate, "25006");
        assert_eq!(failure("SELECT nextval('numbers')").expect("read-only").sqlstate, "25006");
        Spi::run("INSERT INTO written VALUES (3)").unwrap();
        assert_eq!(Spi::get_one::<i64>("SELECT count(*) FROM written"), Ok(Some(2)));
    }

    #[pg_test]
    fn settings_and_locks_are_put_back() {
        let run = |sql: &'static str| sandboxed(Bounds::default(), |sandbox| rows_in(sandbox, sql, &[])).map(drop);
        run("SELECT set_config('work_mem', '64kB', false), pg_advisory_xact_lock(42)").unwrap();
        assert_ne!(Spi::get_one::<&str>("SELECT current_setting('work_mem')"), Ok(Some("64kB")));
        let locks =
            Spi::get_one::<i64>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
        assert_eq!(locks, Ok(Some(0)));
    }

    #[pg_test]
    fn a_syntax_error_has_its_position() {
        let error = sandboxed(Bounds::default(), |sandbox| {
            messages::analyzing(false);
            parse(sandbox, "SELECT 1 FORM t WHERE").map(drop)
        })
        .unwrap_err();
        let Error::Server(failed) = error else { panic!("{error:?}") };
        assert_eq!((failed.sqlstate.as_str(), failed.position), ("42601", Some(15)));
    }

    #[pg_test]
    fn an_unknown_column_has_its_position() {
        let error = sandboxed(Bounds::default(), |sandbox| {
            messages::analyzing(false);
            Prepared::new(sandbox, "SELECT nmae FROM pg_class").map(drop)
        })
        .unwrap_err();
        let Error::Server(failed) = error else { panic!("{error:?}") };
        assert_eq!((failed.sqlstate.as_str(), failed.position), ("42703", Some(8)));
    }

    #[pg_test]
    fn the_time_limit_stops_what_runs_and_nothing_after_it() {
        let slow = sandboxed(Bounds { milliseconds: 20, ..Bounds::default() }, |sandbox| {
            rows_in(sandbox, "SELECT pg_sleep(60)", &[])
        })
        .map(drop);
        assert_eq!(slow, Err(Error::QueryTimedOut { milliseconds: 20 }));
        let after = sandboxed(Bounds { milliseconds: 10_000, ..Bounds::default() }, |sandbox| {
            rows_in(sandbox, "SELECT pg_sleep(0.05)", &[])
        })
        .map(drop);
        assert_eq!(after, Ok(()));
    }

    #[pg_test]
    fn a_view_is_told_from_the_statement() {
        Spi::run("CREATE TABLE base (id int); CREATE VIEW front AS SELECT now() AS at, id FROM base").unwrap();
        let used = sandboxed(Bounds::default(), |sandbox| {
            Ok(uses(&Prepared::new(sandbox, "SELECT upper('x') FROM front")?.trees()))
        })
        .unwrap();
        let oid = |name: &str| {
            Spi::get_one::<pg_sys::Oid>(&format!("SELECT '{name}'::regclass::oid")).unwrap().unwrap().to_u32()
        };
        let (base, front) = (oid("base"), oid("front"));
        let mut expected = vec![(base, Origin::View(front)), (front, Origin::Statement)];
        expected.sort_unstable();
        assert_eq!(used.relations, expected);
        let origins: Vec<Origin> = used.functions.iter().map(|function| function.origin).collect();
        assert!(origins.contains(&Origin::Statement) && origins.contains(&Origin::View(front)), "{origins:?}");
    }

    #[pg_test]
    fn a_tree_too_deep_to_walk_ends_in_an_error_and_nothing_else() {
        let before = nest_level();
        let deep = format!("SELECT 1{}", "+1".repeat(3000));
        let result = sandboxed(Bounds { milliseconds: 5_000, ..Bounds::default() }, |sandbox| {
            Ok(uses(&Prepared::new(sandbox, &deep)?.trees()).functions.len())
        });
        let Err(Error::Server(failed)) = result else { panic!("{result:?}") };
        assert_eq!(failed.sqlstate, "54001");
        assert_eq!(nest_level(), before);
    }

    #[pg_test]
    fn a_cancel_that_is_caught_inside_comes_again() {
        Spi::run(
            "CREATE FUNCTION stubborn() RETURNS int LANGUAGE plpgsql STABLE AS
             'BEGIN BEGIN PERFORM pg_sleep(30); EXCEPTION WHEN query_canceled THEN NULL; END;
                    PERFORM pg_sleep(30); RETURN 1; END'",
        )
        .unwrap();
        let result = sandboxed(Bounds { milliseconds: 20, ..Bounds::default() }, |sandbox| {
            rows_in(sandbox, "SELECT stubborn()", &[])
        })
        .map(drop);
        assert_eq!(result, Err(Error::QueryTimedOut { milliseconds: 20 }));
    }

    #[pg_test]
    fn analysis_is_cancelled_at_columns_and_at_names_with_a_schema() {
        // Each has an error at its end, which analysis would come to otherwise.
        for sql in ["SELECT a, missing FROM (SELECT 1 AS a) one", "SELECT pg_catalog.abs(1), missing()"] {
            let result = sandboxed(Bounds::default(), |sandbox| {
                // SAFETY: sets what the handler of a cancel sets.
                unsafe {
                    pg_sys::QueryCancelPending = 1;
                    pg_sys::InterruptPending = 1;
                }
                Prepared::new(sandbox, sql).map(drop)
            });
            let Err(Error::Server(failed)) = result else { panic!("{result:?}") };
            assert_eq!(failed.sqlstate, "57014", "{sql}");
        }
    }

    /// Raises the flags of a cancel, and calls a comparison as an index does, while it has locked the page that it compares with.
    fn compare_when_cancelled() {
        // SAFETY: in a transaction; sets what the handler of a cancel sets. The lock stays where it is, as what rolls back
        // releases it.
        unsafe {
            let lock = std::ptr::from_mut(Box::leak(Box::<pg_sys::LWLock>::default()));
            pg_sys::LWLockInitialize(lock, pg_sys::BuiltinTrancheIds::LWTRANCHE_BUFFER_CONTENT as i32);
            pg_sys::LWLockAcquire(lock, pg_sys::LWLockMode::LW_SHARED);
            pg_sys::QueryCancelPending = 1;
            pg_sys::InterruptPending = 1;
            let (one, two) = (pg_sys::Datum::from(1), pg_sys::Datum::from(2));
            pg_sys::OidFunctionCall2Coll(pg_sys::Oid::from(pg_sys::F_INT4LT), pg_sys::InvalidOid, one, two);
            pg_sys::LWLockRelease(lock);
        }
    }

    #[pg_test]
    fn a_comparison_is_cancelled_while_its_page_is_locked() {
        let result = sandboxed(Bounds::default(), |_| {
            compare_when_cancelled();
            Ok(())
        });
        let Err(Error::Server(failed)) = result else { panic!("{result:?}") };
        assert_eq!(failed.sqlstate, "57014");
        // SAFETY: read variables of the backend.
        assert_eq!(unsafe { (pg_sys::InterruptHoldoffCount, pg_sys::QueryCancelPending) }, (0, 0));
    }

    #[pg_test]
    fn a_comparison_is_not_cancelled_where_more_than_locks_holds_cancels_off() {
        let result = sandboxed(Bounds::default(), |_| {
            // SAFETY: what HOLD_INTERRUPTS and RESUME_INTERRUPTS do.
            unsafe {
                pg_sys::InterruptHoldoffCount += 1;
                compare_when_cancelled();
                pg_sys::QueryCancelPending = 0;
                pg_sys::InterruptHoldoffCount -= 1;
            }
            Ok(())
        });
        assert_eq!(result, Ok(()));
    }

    #[pg_test]
    fn offloaded_work_comes_back() {
        assert_eq!(offload(Duration::from_secs(10), || 42, || panic!("not abandoned")).unwrap(), Some(42));
    }

    #[pg_test]
    fn offloaded_work_that_dies_or_takes_too_long_is_abandoned() {
        let abandoned = Cell::new(0);
        let count = || abandoned.set(abandoned.get() + 1);
        assert_eq!(offload(Duration::from_secs(10), || -> i32 { panic!("the thread dies") }, count).unwrap(), None);
        let slow = || std::thread::sleep(Duration::from_secs(2));
        assert_eq!(offload(Duration::from_millis(10), slow, count).unwrap(), None);
        assert_eq!(abandoned.get(), 2);
    }
}

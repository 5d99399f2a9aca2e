-- What an attack could have changed in the whole cluster, as lines, so that a difference names itself. Seen by a
-- superuser in another session than the attacked one; statements that only read leave all of it as it was.
SELECT concat_ws(' ', 'relation', oid::regclass, relkind, relfilenode, relowner, relacl) FROM pg_class WHERE oid >= 16384
UNION ALL SELECT concat_ws(' ', 'function', oid::regprocedure, md5(prosrc)) FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT concat_ws(' ', 'role', rolname, rolsuper, rolpassword) FROM pg_authid WHERE oid >= 10
UNION ALL SELECT concat_ws(' ', 'database', datname, datacl, datconnlimit) FROM pg_database
UNION ALL SELECT concat_ws(' ', 'extension', extname, extversion) FROM pg_extension
UNION ALL SELECT concat_ws(' ', 'role setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
UNION ALL SELECT concat_ws(' ', 'large object', oid, lomowner) FROM pg_largeobject_metadata
UNION ALL SELECT concat_ws(' ', 'sequence', schemaname, sequencename, last_value) FROM pg_sequences
UNION ALL SELECT concat_ws(' ', 'lock', locktype, mode, relation::regclass, classid, objid, pid) FROM pg_locks
    WHERE pid <> pg_backend_pid() AND locktype <> 'virtualxid'
    AND pid NOT IN (SELECT pid FROM pg_stat_activity WHERE backend_type = 'autovacuum worker')
UNION ALL SELECT concat_ws(' ', 'backend', pid, usename, backend_type) FROM pg_stat_activity
    WHERE backend_type NOT IN ('parallel worker', 'autovacuum worker')
UNION ALL SELECT concat_ws(' ', 'replication slot', slot_name, restart_lsn, confirmed_flush_lsn) FROM pg_replication_slots
UNION ALL SELECT concat_ws(' ', 'prepared transaction', gid) FROM pg_prepared_xacts
UNION ALL SELECT concat_ws(' ', 'statistics reset', datname, stats_reset) FROM pg_stat_database
UNION ALL SELECT concat_ws(' ', 'statistics reset', stats_reset) FROM pg_stat_bgwriter
UNION ALL SELECT concat_ws(' ', 'log file', pg_current_logfile())
UNION ALL SELECT concat_ws(' ', 'recovery', pg_is_in_recovery())
-- Only transactions that were given a number move it: nothing that only reads is given one.
UNION ALL SELECT concat_ws(' ', 'next transaction', txid_snapshot_xmax(txid_current_snapshot()))

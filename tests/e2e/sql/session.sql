-- What belongs to the attacked session, as lines. Written so that the session's search_path has no say.
SELECT pg_catalog.concat_ws(' ', 'setting', name, setting, reset_val, pending_restart) FROM pg_catalog.pg_settings
UNION ALL SELECT pg_catalog.concat_ws(' ', 'mark', pg_catalog.current_setting('e2e.mark', true))
UNION ALL SELECT pg_catalog.concat_ws(' ', 'listens', c) FROM pg_catalog.pg_listening_channels() AS c
UNION ALL SELECT pg_catalog.concat_ws(' ', 'prepared', name) FROM pg_catalog.pg_prepared_statements
    WHERE name OPERATOR(pg_catalog.!~) '^s[0-9]'
UNION ALL SELECT pg_catalog.concat_ws(' ', 'cursor', name) FROM pg_catalog.pg_cursors WHERE name OPERATOR(pg_catalog.<>) ''
UNION ALL SELECT pg_catalog.concat_ws(' ', 'user', current_user, session_user, 'pid', pg_catalog.pg_backend_pid())
UNION ALL SELECT pg_catalog.concat_ws(' ', 'transaction', pg_catalog.txid_current_if_assigned())
UNION ALL SELECT pg_catalog.concat_ws(' ', 'temporary schema', pg_catalog.pg_my_temp_schema())

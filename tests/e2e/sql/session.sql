-- What belongs to the attacked session, as lines.
SELECT concat_ws(' ', 'setting', name, setting, reset_val, pending_restart) FROM pg_settings
UNION ALL SELECT 'mark ' || coalesce(current_setting('e2e.mark', true), '')
UNION ALL SELECT 'listens ' || c FROM pg_listening_channels() AS c
UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements WHERE name !~ '^s[0-9]'
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
UNION ALL SELECT concat_ws(' ', 'user', current_user, session_user, 'pid', pg_backend_pid())
UNION ALL SELECT 'transaction ' || coalesce(txid_current_if_assigned()::text, 'without a number')
UNION ALL SELECT 'temporary schema ' || pg_my_temp_schema()

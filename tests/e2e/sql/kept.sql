-- What everything.sql made, as lines of text: the same wherever it was dumped, restored or updated to.
SELECT line FROM (
    SELECT 'label ' || object_type || ' ' || object || ' ' || label FROM nl_labels()
    UNION ALL SELECT concat_ws(' ', 'server', srvname, ARRAY(SELECT unnest(srvoptions) ORDER BY 1), srvacl) FROM pg_foreign_server
    UNION ALL SELECT concat_ws(' ', 'mapping', srvname, usename, umoptions) FROM pg_user_mappings
    UNION ALL SELECT concat_ws(' ', 'grants', oid::regprocedure, proacl) FROM pg_proc WHERE proname = 'nl_prompt'
    UNION ALL SELECT concat_ws(' ', 'pair', id, teacher, audience, question, sql, note, taught_at) FROM nl2sql.verified
    UNION ALL SELECT concat_ws(' ', 'term', definer, audience, term, meaning, expression) FROM nl2sql.glossary
    UNION ALL SELECT concat_ws(' ', 'feedback', id, role, question, correct, sql, note, said_at) FROM nl2sql.feedback
    UNION ALL SELECT concat_ws(' ', 'quota', role, period, questions) FROM nl2sql.quota
    UNION ALL SELECT concat_ws(' ', 'profile', role, setting, value) FROM nl2sql.profile
    UNION ALL SELECT concat_ws(' ', 'history', role_name, question, sql, outcome, asked_at) FROM nl2sql.history
    UNION ALL SELECT concat_ws(' ', 'setting', setrole::regrole, setconfig) FROM pg_db_role_setting
    UNION ALL SELECT concat_ws(' ', 'answered', n) FROM answered
    UNION ALL SELECT 'known ' || nl_sql('how many grand customers are there')
) AS kept (line)
ORDER BY line;

-- The settings of the extension with their values and where these came from.
SELECT s.name, pg_catalog.current_setting(s.name), s.source
FROM pg_catalog.pg_settings s
WHERE pg_catalog.starts_with(s.name, 'nl2sql.')
ORDER BY s.name

-- The labels of this extension, with the kinds and names that SECURITY LABEL knows the objects by.
SELECT CASE WHEN s.objsubid OPERATOR(pg_catalog.<>) 0 THEN 'column' ELSE i.type END, i.identity, s.label
FROM pg_catalog.pg_seclabel s
CROSS JOIN LATERAL pg_catalog.pg_identify_object(s.classoid, s.objoid, s.objsubid) AS i
WHERE s.provider OPERATOR(pg_catalog.=) 'nl2sql' AND i.identity IS NOT NULL
ORDER BY i.identity COLLATE pg_catalog."C", s.label COLLATE pg_catalog."C"

-- The labels (labels.sql of grounding), with the relation's owner and whether that is a superuser.
SELECT l.relation, l.number, l.label, r.rolname, r.rolsuper
FROM labels l
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner

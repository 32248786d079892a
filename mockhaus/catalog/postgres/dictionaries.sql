-- What the system functions look up: a key and a value. Keys are numbers, or names as pg_name_key
-- and pg_type_key make them; a part of an object has the object's number times 65,536 and its own.

-- types
SELECT oid, shown FROM @type_names

-- type_names
SELECT unnest([shown, typname, '"' || typname || '"', qualified, other]) AS key, oid
FROM @type_names WHERE typname NOT IN ('char', 'bpchar')
UNION ALL
SELECT unnest(['"char"', 'character', 'char', 'bpchar', '"bpchar"', 'float', 'dec', 'interval',
    'int[]', 'decimal[]', 'varchar[]', 'bool[]']),
    unnest([18, 1042, 1042, 1042, 1042, 701, 1700, 1186, 1007, 1231, 1015, 1000])
UNION ALL
SELECT t.relname, t.reltype FROM @regclass AS t WHERE t.visible AND t.reltype > 0

-- relations
SELECT oid, shown FROM @regclass

-- relation_names
SELECT nspname || chr(31) || relname, oid FROM @regclass
UNION ALL SELECT relname, oid FROM @regclass WHERE visible

-- visible
SELECT oid, CAST(visible AS VARCHAR) FROM @regclass
UNION ALL SELECT reltype, CAST(visible AS VARCHAR) FROM @regclass WHERE reltype > 0

-- functions
SELECT oid, CASE WHEN visible THEN proname ELSE nspname || '.' || proname END FROM @functions

-- function_names
SELECT nspname || chr(31) || proname, max(oid) FROM @functions GROUP BY ALL
UNION ALL SELECT proname, max(oid) FROM @functions WHERE visible GROUP BY ALL

-- procedures
SELECT oid, CASE WHEN visible THEN '' ELSE pg_quoted(nspname) || '.' END || pg_quoted(proname)
    || '(' || types || ')' FROM @functions

-- procedure_names
SELECT nspname || chr(31) || proname || '(' || types || ')', max(oid) FROM @functions GROUP BY ALL
UNION ALL SELECT proname || '(' || types || ')', max(oid) FROM @functions WHERE visible GROUP BY ALL

-- visible_functions
SELECT oid, CAST(visible AS VARCHAR) FROM @functions

-- schemas
SELECT oid, nspname FROM @pg_namespace

-- schema_names
SELECT nspname, oid FROM @pg_namespace

-- roles
SELECT oid, rolname FROM @pg_roles

-- role_names
SELECT rolname, oid FROM @pg_roles

-- constraints
SELECT oid, definition FROM @constraints

-- indexes
SELECT oid, indexdef FROM @indexdefs

-- index_columns
SELECT CAST(oid AS BIGINT) * 65536 + generate_subscripts(columns, 1), unnest(columns)
FROM @indexdefs

-- views
SELECT oid, definition FROM @views

-- function_arguments
SELECT oid, arguments FROM @routines

-- function_identities
SELECT oid, identity FROM @routines

-- function_results
SELECT oid, result FROM @routines

-- function_definitions
SELECT oid, definition FROM @routines

-- comments
SELECT CAST(objoid AS BIGINT) * 65536 + objsubid, description FROM @pg_description

-- shared_comments
SELECT objoid, description FROM @pg_shdescription

-- serials
SELECT "table" || '.' || folded, pg_quoted(nspname) || '.' || pg_quoted(relname) FROM @serials

-- descriptions
SELECT c.oid, CASE c.relkind WHEN 'r' THEN 'table ' WHEN 'v' THEN 'view ' WHEN 'i' THEN 'index '
    WHEN 'S' THEN 'sequence ' WHEN 't' THEN 'toast table ' ELSE 'relation ' END || r.shown
FROM @pg_class AS c JOIN @regclass AS r ON r.oid = c.oid
UNION ALL SELECT oid, 'schema ' || pg_quoted(nspname) FROM @pg_namespace
UNION ALL SELECT oid, 'type ' || shown FROM @type_names
UNION ALL SELECT oid, 'function ' || CASE WHEN visible THEN '' ELSE pg_quoted(nspname) || '.' END
    || pg_quoted(proname) || '(' || types || ')' FROM @functions
UNION ALL SELECT k.oid, 'constraint ' || pg_quoted(k.conname) || ' on table ' || r.shown
    FROM @keys AS k JOIN @regclass AS r ON r.oid = k.conrelid
UNION ALL SELECT 13563, 'language plpgsql'
UNION ALL SELECT 13559, 'extension plpgsql'

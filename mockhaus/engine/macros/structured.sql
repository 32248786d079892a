-- Structured types: values are canonical JSON text as all ARRAYs and OBJECTs are. Keys of a MAP are the
-- keys of an object.

-- What a cast reads: JSON null is NULL, and a value of another kind no value of the type.
CREATE OR REPLACE MACRO structured_source(a, kind) AS list_transform([without_missing(CAST(a AS JSON))], lambda j: CASE
    WHEN CAST(j AS VARCHAR) = 'null' THEN NULL
    WHEN ascii(CAST(j AS VARCHAR)) = CASE kind WHEN 'ARRAY' THEN 91 ELSE 123 END THEN j
    WHEN j IS NOT NULL THEN CAST(error('MOCKHAUS:InvalidText:Failed to cast variant value '
        || CAST(j AS VARCHAR) || ' to ' || kind) AS JSON) END)[1];

-- Missing items of arrays are NULLs; other marks are for the casts of the parts.
CREATE OR REPLACE MACRO without_missing(j) AS
    CASE WHEN contains(CAST(j AS VARCHAR), mark()) THEN CAST(replace(CAST(j AS VARCHAR), missing_text(), 'null') AS JSON) ELSE j END;

CREATE OR REPLACE MACRO required_part(t, what) AS list_transform([t], lambda s: CASE WHEN s <> 'null' THEN s
    ELSE error('MOCKHAUS:NotNullViolation:NULL result in a non-nullable column: ' || what) END)[1];

-- ADD FIELDS and RENAME FIELDS; `members` begins with a comma, unless nothing is added.
CREATE OR REPLACE MACRO with_members(o, members) AS
    CAST(regexp_replace(left(CAST(o AS VARCHAR), -1) || members, '^\{,', '{') || '}' AS JSON);
CREATE OR REPLACE MACRO with_names(o, old, names) AS list_transform([CAST(o AS JSON)], lambda j:
    CASE WHEN j IS NOT NULL THEN CAST('{' || array_to_string(list_transform(names, lambda n, i:
        CAST(to_json(n) AS VARCHAR) || ':' || CAST(json_extract(j, '$."' || old[i] || '"') AS VARCHAR)), ',')
        || '}' AS JSON) END)[1];

CREATE OR REPLACE MACRO map_cat(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN
    list_transform([json_keys(CAST(b AS JSON))], lambda new: object_of(list_concat(
        list_filter(members(a), lambda e: NOT list_contains(new, e[1])), members(b))))[1] END;
CREATE OR REPLACE MACRO map_contains_key(m, k) AS list_contains(json_keys(CAST(m AS JSON)), k);
CREATE OR REPLACE MACRO map_size(m) AS CAST(len(json_keys(CAST(m AS JSON))) AS BIGINT);

-- NULL becomes JSON null; without a key nothing is put in.
CREATE OR REPLACE MACRO map_insert(m, k, v, is_update) AS CASE
    WHEN m IS NULL OR k IS NULL THEN CAST(m AS JSON)
    WHEN NOT is_update AND list_contains(json_keys(CAST(m AS JSON)), k)
    THEN CAST(error('MOCKHAUS:InvalidText:Function MAP_INSERT: key ''' || k || ''' already exists') AS JSON)
    ELSE object_of(list_append(list_filter(members(m), lambda e: e[1] <> k), row(k, COALESCE(v, 'null'::JSON)))) END;

-- Keys that are numbers are no texts.
CREATE OR REPLACE MACRO map_text_keys(m) AS CASE WHEN m IS NOT NULL THEN
    array_of(list_transform(list_sort(json_keys(CAST(m AS JSON))), lambda k: to_json(k))) END;
CREATE OR REPLACE MACRO map_number_keys(m) AS CASE WHEN m IS NOT NULL THEN
    array_of(list_sort(list_transform(json_keys(CAST(m AS JSON)), lambda k: CAST(k AS HUGEINT)))) END;
CREATE OR REPLACE MACRO map_items(m, is_number) AS CASE WHEN m IS NOT NULL THEN
    array_of(list_transform(members(m), lambda e: CAST('{"key":'
        || CASE WHEN is_number THEN e[1] ELSE CAST(to_json(e[1]) AS VARCHAR) END
        || ',"value":' || CAST(e[2] AS VARCHAR) || '}' AS JSON))) END;

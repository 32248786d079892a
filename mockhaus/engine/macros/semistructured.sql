-- VARIANT, OBJECT and ARRAY are DuckDB JSON in canonical text: keys sorted, no white space.
-- typeof() is known when a query is bound: the branches not taken are gone before it runs.
-- A missing item of an array (Snowflake: undefined) is kept as JSON null.

-- --- making and reading values ---------------------------------------------------------------------

-- A double with the digits that Snowflake shows, one more where they do not give the value back.
CREATE OR REPLACE MACRO double_text(a) AS
    CASE WHEN isnan(a) THEN 'NaN' WHEN isinf(a) THEN CASE WHEN a > 0 THEN 'inf' ELSE '-inf' END
         WHEN CAST(printf('%.15e', a) AS DOUBLE) = a THEN printf('%.15e', a) ELSE printf('%.16e', a) END;

-- A DECIMAL without zeros at the end of its fraction: 5.00 is 5 in a VARIANT.
CREATE OR REPLACE MACRO decimal_text(t) AS CASE WHEN contains(t, '.') THEN rtrim(rtrim(t, '0'), '.') ELSE t END;

-- What came of numbers in VARIANT: a double here, a whole number or a decimal in Snowflake.
CREATE OR REPLACE MACRO number_text(v) AS CASE
    WHEN v = trunc(v) AND abs(v) < 1e15 THEN CAST(CAST(v AS BIGINT) AS VARCHAR)
    ELSE regexp_replace(CAST(CAST(printf('%.15g', v) AS DOUBLE) AS VARCHAR), '\.0$', '') END;
CREATE OR REPLACE MACRO number_variant(a) AS list_transform([a], lambda v: CAST(number_text(v) AS JSON))[1];

-- What JSON has no words for, with its mark and a letter for what it is.
CREATE OR REPLACE MACRO marked(kind, t) AS CAST(marked_quote() || kind || t || '"' AS JSON);
-- The missing item of an array, and what is found there.
CREATE OR REPLACE MACRO defined(j) AS CASE WHEN CAST(j AS VARCHAR) <> missing_text() THEN j END;

CREATE OR REPLACE MACRO double_variant(a) AS marked('E', double_text(a));
-- Decimals that JSON's readers would make a double of another value, or write with an exponent.
CREATE OR REPLACE MACRO decimal_variant(t) AS CASE WHEN contains(t, '.') AND (length(t) > 16 OR abs(CAST(t AS DOUBLE)) < 0.001)
    THEN marked('N', t) ELSE CAST(t AS JSON) END;

-- The same of other types.
CREATE OR REPLACE MACRO date_variant(a) AS marked('d', CAST(a AS VARCHAR));
CREATE OR REPLACE MACRO time_variant(a) AS marked('t', CAST(a AS VARCHAR));
CREATE OR REPLACE MACRO ntz_variant(a) AS marked('n', ntz_text(a));
CREATE OR REPLACE MACRO ltz_variant(a) AS marked('l', ltz_text(a));
CREATE OR REPLACE MACRO tz_variant(a) AS marked('z', tz_text(a));
CREATE OR REPLACE MACRO number_in_variant(a) AS decimal_variant(decimal_text(CAST(a AS VARCHAR)));

-- Any SQL value as a VARIANT; SQL NULL stays SQL NULL.
CREATE OR REPLACE MACRO to_variant(a) AS
    CASE WHEN starts_with(typeof(a), 'DECIMAL') THEN number_in_variant(a)
    ELSE CASE typeof(a)
        WHEN 'JSON' THEN CAST(CAST(a AS VARCHAR) AS JSON)
        WHEN 'DOUBLE' THEN double_variant(TRY_CAST(CAST(a AS VARCHAR) AS DOUBLE))
        WHEN 'FLOAT' THEN double_variant(TRY_CAST(CAST(a AS VARCHAR) AS DOUBLE))
        WHEN 'DATE' THEN date_variant(a)
        WHEN 'TIME' THEN time_variant(a)
        WHEN 'BLOB' THEN marked('b', hex(TRY_CAST(CAST(a AS VARCHAR) AS BLOB)))
        WHEN 'TIMESTAMP' THEN
            ntz_variant(TRY_CAST(CAST(a AS VARCHAR) AS TIMESTAMP))
        WHEN 'TIMESTAMP WITH TIME ZONE' THEN ltz_variant(TRY_CAST(CAST(a AS VARCHAR) AS TIMESTAMPTZ))
        WHEN 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN tz_variant(TRY_CAST(CAST(a AS VARCHAR) AS STRUCT(utc TIMESTAMP, spread INTERVAL)))
        ELSE nested_json(a) END END;
-- A VECTOR of FLOAT has the digits that tell 32 bits apart (to_json: those of 64).
CREATE OR REPLACE MACRO nested_json(a) AS CASE WHEN starts_with(typeof(a), 'FLOAT[')
    THEN CAST(replace(CAST(a AS VARCHAR), ', ', ',') AS JSON) ELSE to_json(a) END;

-- The JSON text of it.
CREATE OR REPLACE MACRO variant_text(a) AS
    CASE typeof(a) WHEN 'JSON' THEN shown(CAST(a AS VARCHAR)) ELSE shown(CAST(to_variant(a) AS VARCHAR)) END;

-- The same of JSON text. Only XML is written in Python.
CREATE OR REPLACE MACRO shown(t) AS CASE WHEN contains(t, mark())
    THEN CASE WHEN contains(t, mark_of_xml()) THEN unmarked(t) ELSE without_marks(t) END ELSE t END;
-- The same as JSON that any reader takes: a missing item is null; XML, NaN and inf are texts.
CREATE OR REPLACE MACRO plain_text(t) AS CASE WHEN contains(t, mark())
    THEN CASE WHEN contains(t, mark_of_xml()) THEN json_plain(t) ELSE json_without_marks(t) END ELSE t END;

-- What a VARIANT is as VARCHAR.
CREATE OR REPLACE MACRO json_text(j) AS CASE WHEN contains(CAST(j AS VARCHAR), mark())
    THEN marked_text(CAST(j AS VARCHAR)) ELSE j ->> '$' END;
-- The same of a value that is neither array nor object, with all digits of a FLOAT.
CREATE OR REPLACE MACRO scalar_text(j) AS CASE WHEN is_marked(CAST(j AS VARCHAR)) THEN substr(j ->> '$', 3) ELSE j ->> '$' END;

-- The same as the text of an item: NULL is a missing one.
CREATE OR REPLACE MACRO item_text(a) AS COALESCE(CAST(to_variant(a) AS VARCHAR), missing_text());

-- The items of an array; of anything else none.
CREATE OR REPLACE MACRO items(a) AS CAST(json_extract(CAST(a AS JSON), '$[*]') AS JSON[]);

-- The items as texts.
CREATE OR REPLACE MACRO items_text(a) AS list_transform(items(a), lambda e: json_text(e));

-- The items as lambdas see them: a missing one is NULL.
CREATE OR REPLACE MACRO defined_items(a) AS list_transform(items(a), lambda e: defined(e));

-- An array of items given as a list of JSON.
CREATE OR REPLACE MACRO array_of(l) AS CAST('[' || array_to_string(l, ',') || ']' AS JSON);

-- Keys and values of an object, paired. (Of NULLs list_zip makes an empty list.)
CREATE OR REPLACE MACRO members(o) AS CASE WHEN o IS NOT NULL THEN
    list_zip(json_keys(CAST(o AS JSON)), CAST(json_extract(CAST(o AS JSON), '$.*') AS JSON[])) END;

-- An object of pairs of key and value; pairs with a NULL are left out, keys are sorted.
CREATE OR REPLACE MACRO object_of(l) AS
    CAST('{' || array_to_string(list_transform(
        list_sort(list_filter(l, lambda e: e[1] IS NOT NULL AND e[2] IS NOT NULL)),
        lambda e: CAST(to_json(e[1]) AS VARCHAR) || ':' || CAST(e[2] AS VARCHAR)), ',') || '}' AS JSON);

-- The same after a look for repeated keys.
CREATE OR REPLACE MACRO object_of_unique(l) AS
    CASE WHEN len(list_filter(l, lambda e: e[1] IS NOT NULL AND e[2] IS NOT NULL))
              <> list_unique(list_transform(list_filter(l, lambda e: e[2] IS NOT NULL), lambda e: e[1]))
         THEN error('MOCKHAUS:InvalidText:Duplicate field key ''' || repeated_key(
            list_sort(list_transform(list_filter(l, lambda e: e[2] IS NOT NULL), lambda e: e[1]))) || '''')
         ELSE object_of(l) END;
CREATE OR REPLACE MACRO repeated_key(keys) AS list_filter(keys, lambda k, i: k = keys[i - 1])[1];

-- The columns of a row (a struct as JSON) as an object, without its NULLs or with them.
CREATE OR REPLACE MACRO object_of_row(r) AS
    object_of(list_filter(row_members(r), lambda e: CAST(e[2] AS VARCHAR) <> 'null'));
CREATE OR REPLACE MACRO object_of_row_keep_null(r) AS object_of(row_members(r));
-- A TIMESTAMP_TZ in a row is what DuckDB's JSON of it says.
CREATE OR REPLACE MACRO row_members(r) AS
    list_transform(members(r), lambda e: row(e[1], row_member(e[2])));
CREATE OR REPLACE MACRO row_member(j) AS
    CASE WHEN regexp_full_match(CAST(j AS VARCHAR), '\{"utc":"[^"]+","spread":"\d+ days \d+:00:00"\}')
         THEN to_json(tz_text(struct_pack(utc := CAST(CAST(j AS JSON) ->> '$.utc' AS TIMESTAMP),
            spread := CAST(CAST(j AS JSON) ->> '$.spread' AS INTERVAL)))) ELSE j END;

-- --- JSON text -------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO parse_json(a) AS CAST(json_canonical(json_source(a)) AS JSON);
CREATE OR REPLACE MACRO parse_json_last(a) AS CAST(json_canonical_last(json_source(a)) AS JSON);
CREATE OR REPLACE MACRO try_parse_json(a) AS CAST(json_canonical_try(json_source(a)) AS JSON);
CREATE OR REPLACE MACRO try_parse_json_last(a) AS CAST(json_canonical_last_try(json_source(a)) AS JSON);
CREATE OR REPLACE MACRO check_json(a) AS json_complaint(json_source(a));
CREATE OR REPLACE MACRO json_source(a) AS CASE typeof(a) WHEN 'JSON' THEN shown(CAST(a AS VARCHAR)) ELSE CAST(a AS VARCHAR) END;

-- --- types -----------------------------------------------------------------------------------------

-- The type by the letter of a mark.
CREATE OR REPLACE MACRO marked_type(letter) AS CASE letter WHEN 'd' THEN 'DATE' WHEN 't' THEN 'TIME'
    WHEN 'n' THEN 'TIMESTAMP_NTZ' WHEN 'l' THEN 'TIMESTAMP_LTZ' WHEN 'z' THEN 'TIMESTAMP_TZ'
    WHEN 'b' THEN 'BINARY' WHEN 'E' THEN 'DOUBLE' WHEN 'N' THEN 'DECIMAL' WHEN 'x' THEN 'VARCHAR' END;
CREATE OR REPLACE MACRO variant_type(j) AS
    CASE ascii(CAST(j AS VARCHAR))
        WHEN 34 THEN CASE WHEN is_marked(CAST(j AS VARCHAR)) THEN marked_type(substr(CAST(j AS VARCHAR), 3, 1))
            ELSE 'VARCHAR' END
        WHEN 123 THEN 'OBJECT' WHEN 91 THEN 'ARRAY'
        WHEN 116 THEN 'BOOLEAN' WHEN 102 THEN 'BOOLEAN' WHEN 110 THEN 'NULL_VALUE'
        ELSE CASE WHEN j IS NULL THEN NULL
                  WHEN contains(CAST(j AS VARCHAR), 'e') THEN 'DOUBLE'
                  WHEN contains(CAST(j AS VARCHAR), '.') THEN 'DECIMAL'
                  ELSE 'INTEGER' END END;
CREATE OR REPLACE MACRO is_null_value(a) AS CAST(a AS VARCHAR) = 'null';
CREATE OR REPLACE MACRO is_array(a) AS ascii(CAST(a AS VARCHAR)) = 91;
CREATE OR REPLACE MACRO is_object(a) AS ascii(CAST(a AS VARCHAR)) = 123;
CREATE OR REPLACE MACRO is_boolean(a) AS CAST(a AS VARCHAR) IN ('true', 'false');
CREATE OR REPLACE MACRO is_varchar(a) AS ascii(CAST(a AS VARCHAR)) = 34 AND variant_type(a) = 'VARCHAR';
CREATE OR REPLACE MACRO is_kind(a, kind) AS variant_type(a) = kind;
CREATE OR REPLACE MACRO is_integer(a) AS variant_type(a) = 'INTEGER';
CREATE OR REPLACE MACRO is_decimal(a) AS variant_type(a) IN ('INTEGER', 'DECIMAL');
CREATE OR REPLACE MACRO is_double(a) AS variant_type(a) IN ('INTEGER', 'DECIMAL', 'DOUBLE');

CREATE OR REPLACE MACRO as_array(a) AS CASE WHEN is_array(a) THEN a END;
CREATE OR REPLACE MACRO as_object(a) AS CASE WHEN is_object(a) THEN a END;
CREATE OR REPLACE MACRO as_boolean(a) AS CASE WHEN is_boolean(a) THEN CAST(a AS VARCHAR) = 'true' END;
CREATE OR REPLACE MACRO as_varchar(a) AS CASE WHEN is_varchar(a) THEN json_text(CAST(a AS JSON)) END;
CREATE OR REPLACE MACRO as_kind(a, kind) AS CASE WHEN is_kind(a, kind) THEN scalar_text(CAST(a AS JSON)) END;
CREATE OR REPLACE MACRO as_integer(a) AS CASE WHEN is_integer(a) THEN CAST(CAST(a AS VARCHAR) AS BIGINT) END;
CREATE OR REPLACE MACRO as_double(a) AS CASE WHEN is_double(a) THEN CAST(scalar_text(CAST(a AS JSON)) AS DOUBLE) END;
CREATE OR REPLACE MACRO as_decimal_text(a) AS CASE WHEN is_decimal(a) THEN scalar_text(CAST(a AS JSON)) END;

-- TO_ARRAY: NULL stays NULL, an array is itself, anything else becomes its only item.
CREATE OR REPLACE MACRO to_array(a) AS
    CASE WHEN a IS NULL THEN NULL
         WHEN typeof(a) = 'JSON' AND is_array(a) THEN CAST(CAST(a AS VARCHAR) AS JSON)
         WHEN ends_with(typeof(a), ']') THEN nested_json(a)
         ELSE CAST('[' || item_text(a) || ']' AS JSON) END;

-- In a lambda: DuckDB refuses an alias of what calls error() elsewhere in its SELECT.
CREATE OR REPLACE MACRO to_object(a) AS
    CASE WHEN is_object(a) AND typeof(a) <> 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN CAST(a AS JSON)
         ELSE list_transform([CASE typeof(a) WHEN 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN text_of(a) ELSE CAST(a AS VARCHAR) END], lambda t: CASE WHEN t <> 'null' THEN CAST(
              error('MOCKHAUS:InvalidText:Failed to cast variant value ' || t || ' to OBJECT') AS JSON) END)[1] END;

CREATE OR REPLACE MACRO strip_null_value(a) AS CASE WHEN CAST(a AS VARCHAR) <> 'null' THEN a END;

-- --- access ----------------------------------------------------------------------------------------

-- v[key]: a text is an object's key, a number an array's position. DuckDB counts negative positions
-- from the end; Snowflake answers NULL.
CREATE OR REPLACE MACRO get_item
    (v, k) AS CASE WHEN CAST(k AS BIGINT) >= 0 THEN defined(json_extract(CAST(v AS JSON), CAST(k AS BIGINT))) END,
    (v, k VARCHAR) AS json_extract(CAST(v AS JSON), '$."' || replace(k, '"', '\"') || '"');

-- GET_PATH with a path that is not a literal: a.b[0]['c'] as DuckDB writes it.
CREATE OR REPLACE MACRO get_path(v, p) AS defined(
    json_extract(CAST(v AS JSON), CASE WHEN p[1] = '[' THEN '$' ELSE '$.' END
        || regexp_replace(p, '\[''([^'']*)''\]', '."\1"', 'g')));

CREATE OR REPLACE MACRO get_ignore_case(o, k) AS COALESCE(get_item(o, CAST(k AS VARCHAR)), get_item(o,
    list_min(list_filter(json_keys(CAST(o AS JSON)), lambda e: lower(e) = lower(CAST(k AS VARCHAR))))));

-- The text of a value within JSON text.
CREATE OR REPLACE MACRO json_extract_path_text(a, p) AS json_text(get_path(parse_json(a), p));

-- --- objects ---------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO object_keys(o) AS
    CASE WHEN is_object(o) THEN CAST(to_json(list_sort(json_keys(CAST(o AS JSON)))) AS JSON) ELSE to_object(o) END;

-- Keys to delete or to pick: a text is a key, an array (a VARIANT) all of its items.
CREATE OR REPLACE MACRO keys_of
    (k) AS CASE typeof(k) WHEN 'JSON' THEN CASE WHEN is_array(k) THEN items_text(CAST(CAST(k AS VARCHAR) AS JSON))
            ELSE [json_text(CAST(CAST(k AS VARCHAR) AS JSON))] END
        ELSE [CAST(k AS VARCHAR)] END;

-- (A VARIANT that is no object is none of any function's: `to_object` says so.)
CREATE OR REPLACE MACRO object_delete(o, keys) AS CASE WHEN is_object(o)
    THEN object_of(list_filter(members(o), lambda e: NOT list_contains(keys, e[1]))) ELSE to_object(o) END;
CREATE OR REPLACE MACRO object_pick(o, keys) AS CASE WHEN is_object(o)
    THEN object_of(list_filter(members(o), lambda e: list_contains(keys, e[1]))) ELSE to_object(o) END;

-- The same with keys that are known beforehand: an object of them with JSON nulls, or the members to be put together.
CREATE OR REPLACE MACRO object_without(o, patch) AS
    CASE WHEN is_object(o) THEN json_merge_patch(CAST(o AS JSON), patch) ELSE to_object(o) END;
CREATE OR REPLACE MACRO object_of_members(o, members) AS
    CASE WHEN is_object(o) THEN CAST('{' || members || '}' AS JSON) ELSE to_object(o) END;

CREATE OR REPLACE MACRO object_insert(o, k, v, is_update) AS
    CASE WHEN o IS NULL OR k IS NULL THEN NULL
         WHEN NOT is_object(o) THEN to_object(o)
         WHEN COALESCE(list_max(json_keys(CAST(o AS JSON))) < k, true)  -- the last of its keys then
         THEN CASE WHEN v IS NULL THEN CAST(o AS JSON) ELSE with_members(o, ',' || CAST(to_json(k) AS VARCHAR) || ':' || CAST(v AS VARCHAR)) END
         WHEN NOT is_update AND v IS NOT NULL AND list_contains(json_keys(CAST(o AS JSON)), k)
         THEN CAST(error('MOCKHAUS:InvalidText:Function OBJECT_INSERT: key ''' || k || ''' already exists') AS JSON)
         ELSE object_of(list_append(list_filter(members(o), lambda e: e[1] <> k OR (v IS NULL AND NOT is_update)),
                                    row(k, v))) END;

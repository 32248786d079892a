-- Functions on ARRAY. Positions count from 0, negative ones from the end.

CREATE OR REPLACE MACRO is_list(a) AS ascii(CAST(CAST(a AS JSON) AS VARCHAR)) = 91;

CREATE OR REPLACE MACRO array_size(a) AS
    CASE WHEN is_list(a) THEN CAST(json_array_length(CAST(a AS JSON)) AS BIGINT) END;

CREATE OR REPLACE MACRO array_item(a) AS CAST(item_text(a) AS JSON);

CREATE OR REPLACE MACRO snow_array_append(a, x) AS
    CASE WHEN a IS NOT NULL THEN array_of(list_append(items(a), COALESCE(x, missing_item()))) END;
CREATE OR REPLACE MACRO snow_array_prepend(a, x) AS
    CASE WHEN a IS NOT NULL THEN array_of(list_prepend(COALESCE(x, missing_item()), items(a))) END;
CREATE OR REPLACE MACRO snow_array_cat(a, b) AS
    CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN array_of(list_concat(items(a), items(b))) END;

CREATE OR REPLACE MACRO from_end(p, n) AS CASE WHEN p < 0 THEN greatest(p + n, 0) ELSE p END;

CREATE OR REPLACE MACRO snow_array_slice(a, f, t) AS
    CASE WHEN a IS NOT NULL AND f IS NOT NULL AND t IS NOT NULL THEN
        array_of(list_slice(items(a), from_end(f, array_size(a)) + 1, from_end(t, array_size(a)))) END;

CREATE OR REPLACE MACRO few_missing(n) AS CASE WHEN n > 1048576
    THEN CAST(error('MOCKHAUS:LobTooLarge:ARRAY_INSERT adds at most 1048576 missing items here') AS BIGINT) ELSE n END;
-- Beyond the end the gap is filled with missing items, before the start likewise.
CREATE OR REPLACE MACRO snow_array_insert(a, p, x) AS
    CASE WHEN a IS NULL OR p IS NULL THEN NULL
         WHEN p > array_size(a) THEN array_of(list_concat(items(a),
            list_transform(range(few_missing(p - array_size(a))), lambda i: missing_item()), [COALESCE(x, missing_item())]))
         WHEN p + array_size(a) < 0 THEN array_of(list_concat([COALESCE(x, missing_item())],
            list_transform(range(few_missing(-p - array_size(a))), lambda i: missing_item()), items(a)))
         ELSE array_of(list_concat(list_slice(items(a), 1, from_end(p, array_size(a))), [COALESCE(x, missing_item())],
            list_slice(items(a), from_end(p, array_size(a)) + 1, array_size(a)))) END;

-- An item as it is compared: a double that is whole is its whole number.
CREATE OR REPLACE MACRO item_key(e) AS
    CASE WHEN starts_with(CAST(e AS VARCHAR), marked_double()) THEN number_text(CAST(scalar_text(e) AS DOUBLE))
         WHEN ends_with(CAST(e AS VARCHAR), '.0') THEN left(CAST(e AS VARCHAR), -2) ELSE CAST(e AS VARCHAR) END;
CREATE OR REPLACE MACRO sought_key(x) AS item_key(json_extract(CAST(x AS JSON), '$'));
CREATE OR REPLACE MACRO keyed(l) AS list_transform(l, lambda e: item_key(e));

-- What a lambda computes of something outside is computed for each item anew: it is bound first.
CREATE OR REPLACE MACRO snow_array_remove(a, x) AS
    CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN
        list_transform([sought_key(x)], lambda k: array_of(list_filter(items(a), lambda e: item_key(e) <> k)))[1] END;
CREATE OR REPLACE MACRO snow_array_remove_at(a, p) AS
    CASE WHEN a IS NOT NULL AND p IS NOT NULL THEN
        list_transform([CASE WHEN p < 0 THEN p + array_size(a) ELSE p END], lambda at:
            array_of(list_filter(items(a), lambda e, i: i - 1 <> at)))[1] END;
CREATE OR REPLACE MACRO snow_array_compact(a) AS
    array_of(list_filter(defined_items(a), lambda e: CAST(e AS VARCHAR) <> 'null'));
CREATE OR REPLACE MACRO first_ones(l) AS list_filter(l, lambda e, i: list_position(l, e) = i);
CREATE OR REPLACE MACRO snow_array_distinct(a) AS
    list_transform([items(a)], lambda l: list_transform([keyed(l)], lambda k:
        array_of(CASE WHEN len(k) > 64 THEN list_select(l, places_of_first(k))
                      ELSE list_filter(l, lambda e, i: list_position(k, k[i]) = i) END))[1])[1];
CREATE OR REPLACE MACRO snow_array_reverse(a) AS array_of(list_reverse(items(a)));

-- Many are counted in Python, in one go; few where they are. Multisets: the n-th of equal items counts as the n-th of the other array.
CREATE OR REPLACE MACRO times(l, e) AS len(list_filter(l, lambda o: o = e));
CREATE OR REPLACE MACRO snow_array_intersection(a, b) AS
    CASE WHEN b IS NOT NULL THEN list_transform([{l: keyed(items(a)), m: keyed(items(b)), of: items(a)}], lambda p:
        array_of(CASE WHEN len(p.l) * len(p.m) > 4096 THEN list_select(p.of, places_in_both(p.l, p.m, true))
            ELSE list_filter(p.of, lambda e, i: times(p.l[1:i], p.l[i]) <= times(p.m, p.l[i])) END))[1] END;
CREATE OR REPLACE MACRO snow_array_except(a, b) AS
    CASE WHEN b IS NOT NULL THEN list_transform([{l: keyed(items(a)), m: keyed(items(b)), of: items(a)}], lambda p:
        array_of(CASE WHEN len(p.l) * len(p.m) > 4096 THEN list_select(p.of, places_in_both(p.l, p.m, false))
            ELSE list_filter(p.of, lambda e, i: times(p.l[1:i], p.l[i]) > times(p.m, p.l[i])) END))[1] END;
CREATE OR REPLACE MACRO snow_arrays_overlap(a, b) AS list_has_any(keyed(items(a)), keyed(items(b)));

CREATE OR REPLACE MACRO snow_array_contains(x, a) AS
    CASE WHEN a IS NULL THEN NULL
         WHEN x IS NULL THEN CASE WHEN list_contains(items(a), missing_item()) THEN true END
         ELSE list_contains(keyed(items(a)), sought_key(x)) END;
CREATE OR REPLACE MACRO snow_array_position(x, a) AS
    list_position(keyed(items(a)), sought_key(COALESCE(x, missing_item()))) - 1;

CREATE OR REPLACE MACRO snow_array_flatten(a) AS
    CASE WHEN list_has_any(items(a), ['null'::JSON, missing_item()]) THEN NULL
         WHEN len(list_filter(items(a), lambda e: NOT is_list(e))) > 0
         THEN CAST(error('MOCKHAUS:InvalidText:Not an array: ''Input argument to ARRAY_FLATTEN is not an array of arrays''') AS JSON)
         ELSE array_of(flatten(list_transform(items(a), lambda e: items(e)))) END;

CREATE OR REPLACE MACRO array_generate_range(f, t, step) AS
    CASE WHEN step = 0 THEN CAST(error('MOCKHAUS:InvalidParameter:Invalid step 0 for ARRAY_GENERATE_RANGE') AS JSON)
         ELSE to_json(range(CAST(f AS BIGINT), within_array(CAST(f AS BIGINT), CAST(t AS BIGINT), CAST(step AS BIGINT)), CAST(step AS BIGINT))) END;
-- Where a range ends, if it has no more items than Snowflake's 128 MB of unlike whole numbers.
CREATE OR REPLACE MACRO within_array(f, t, step) AS
    CASE WHEN (CAST(t AS HUGEINT) - f) // step > 16777216
         THEN CAST(error('MOCKHAUS:LobTooLarge:Max LOB size (134217728) exceeded by an array of ' || (CAST(t AS HUGEINT) - f) // step || ' items') AS BIGINT)
         ELSE t END;

-- Order of items: by kind as in `variant_key`, numbers by value, everything else by its text; JSON null is
-- the greatest. Missing items are aside. Texts are read only where they are not as they are written.
CREATE OR REPLACE MACRO item_kind(t) AS CASE ascii(t)
    WHEN 34 THEN CASE WHEN starts_with(t, marked_double()) OR starts_with(t, marked_quote() || 'N') THEN 1 ELSE 2 END
    WHEN 91 THEN 3 WHEN 123 THEN 4 WHEN 116 THEN 0 WHEN 102 THEN 0 WHEN 110 THEN 9 ELSE 1 END;
CREATE OR REPLACE MACRO item_rank(v, t) AS {
    k: item_kind(t),
    n: CASE WHEN item_kind(t) = 1 THEN CAST(CASE WHEN is_marked(t) THEN scalar_text(v) ELSE t END AS DOUBLE) ELSE 0 END,
    t: CASE WHEN ascii(t) = 34 THEN CASE WHEN contains(t, chr(92)) OR is_marked(t) THEN json_text(v) ELSE trim(t, '"') END
        ELSE t END};
CREATE OR REPLACE MACRO variant_rank(v) AS item_rank(v, CAST(v AS VARCHAR));
CREATE OR REPLACE MACRO ranked(l) AS
    list_sort(list_transform(list_filter(l, lambda e: e <> missing_item()), lambda e: {r: variant_rank(e), v: e}));
CREATE OR REPLACE MACRO missing_of(l) AS list_filter(l, lambda e: e = missing_item());
CREATE OR REPLACE MACRO values_of(l) AS list_transform(l, lambda e: e.v);
-- The items where all of them are whole numbers, which are sorted at once.
CREATE OR REPLACE MACRO whole_numbers(a) AS CASE WHEN regexp_full_match(CAST(a AS VARCHAR), '\[-?\d+(,-?\d+)*\]')
    THEN TRY_CAST(CAST(a AS VARCHAR) AS HUGEINT[]) END;
CREATE OR REPLACE MACRO snow_array_min(a) AS list_transform([whole_numbers(a)], lambda w:
    CASE WHEN w IS NOT NULL THEN to_json(list_min(w)) ELSE values_of(ranked(items(a)))[1] END)[1];
CREATE OR REPLACE MACRO snow_array_max(a) AS list_transform([whole_numbers(a)], lambda w:
    CASE WHEN w IS NOT NULL THEN to_json(list_max(w)) ELSE values_of(ranked(items(a)))[-1] END)[1];
CREATE OR REPLACE MACRO snow_array_sort(a, is_ascending, is_nulls_first) AS list_transform([whole_numbers(a)], lambda w:
    CASE WHEN w IS NOT NULL AND is_ascending THEN to_json(list_sort(w))
         WHEN w IS NOT NULL THEN to_json(list_reverse_sort(w))
         WHEN a IS NOT NULL THEN array_of(list_concat(
            CASE WHEN is_nulls_first THEN missing_of(items(a)) ELSE [] END,
            CASE WHEN is_ascending THEN values_of(ranked(items(a)))
                 ELSE list_reverse(values_of(ranked(items(a)))) END,
            CASE WHEN is_nulls_first THEN [] ELSE missing_of(items(a)) END)) END)[1];

-- Items without marks come as texts from one call; NULL, which DuckDB leaves out, is an empty text.
CREATE OR REPLACE MACRO snow_array_to_string(a, sep) AS
    CASE WHEN a IS NULL OR sep IS NULL THEN NULL
         WHEN contains(CAST(a AS VARCHAR), mark())
         THEN array_to_string(list_transform(defined_items(a), lambda e: COALESCE(json_text(e), '')), sep)
         WHEN contains(CAST(a AS VARCHAR), 'null')
         THEN array_to_string(list_transform(item_texts(a), lambda t: COALESCE(t, '')), sep)
         ELSE array_to_string(item_texts(a), sep) END;
CREATE OR REPLACE MACRO item_texts(a) AS CAST(json_extract_string(CAST(a AS JSON), '$[*]') AS VARCHAR[]);

CREATE OR REPLACE MACRO arrays_to_object(k, v) AS
    CASE WHEN k IS NULL OR v IS NULL THEN NULL
         WHEN array_size(k) <> array_size(v)
         THEN CAST(error('MOCKHAUS:UnequalArrays:Key array and value array had unequal lengths in ARRAYS_TO_OBJECT') AS JSON)
         ELSE object_of(list_zip(list_transform(defined_items(k), lambda e: text_key(e)),
            list_transform(items(v), lambda e: COALESCE(defined(e), 'null'::JSON)))) END;
CREATE OR REPLACE MACRO text_key(e) AS CASE WHEN e IS NULL OR is_null_value(e) THEN NULL WHEN is_varchar(e) THEN json_text(e)
    ELSE error('MOCKHAUS:KeyNotText:Key supplied for ARRAYS_TO_OBJECT does not have string type') END;

-- One row of ARRAYS_ZIP: `"$1":item`, null where the array is shorter.
CREATE OR REPLACE MACRO zipped(a, n, i) AS
    '"$' || n || '":' || COALESCE(CAST(defined(json_extract(CAST(a AS JSON), i)) AS VARCHAR), 'null');

-- The values of a list once each. Snowflake promises no order; few come as they are first met, which many would take
-- seconds to find. TIMESTAMP_TZ are sorted, where equal ones are neighbours: for list_distinct, intervals of one
-- length are not equal.
CREATE OR REPLACE MACRO first_of_each(l) AS
    list_transform([{whole: l, ones: list_distinct(l)}], lambda o:
        CASE WHEN starts_with(typeof(o.whole), 'STRUCT') THEN first_of_sorted(o.whole)
             WHEN len(o.ones) = len(o.whole) THEN o.whole
             WHEN len(o.ones) <= 512 THEN first_of_few(o.whole, o.ones) ELSE o.ones END)[1];
CREATE OR REPLACE MACRO first_of_few(l, d) AS
    list_transform(list_sort(list_transform(d, lambda e: list_position(l, e))), lambda i: l[i]);
CREATE OR REPLACE MACRO first_of_sorted(l) AS
    list_transform([list_sort(list_transform(l, lambda e, i: {item: e, place: i}))], lambda s:
        list_transform(list_sort(list_transform(
            list_filter(s, lambda p, n: n = 1 OR p.item IS DISTINCT FROM s[n - 1].item),
            lambda p: p.place)), lambda n: l[n]))[1];

-- Values of a DuckDB list as an array.
CREATE OR REPLACE MACRO array_of_values(l) AS
    array_of(list_transform(COALESCE(l, []), lambda e: array_item(e)));
CREATE OR REPLACE MACRO array_of_plain(l) AS CAST(to_json(COALESCE(l, [])) AS JSON);

-- An array of items of which NULL is a missing one.
CREATE OR REPLACE MACRO array_of_items(l) AS
    CASE WHEN l IS NOT NULL THEN array_of(list_transform(l, lambda e: COALESCE(e, missing_item()))) END;

-- The same of a list that may be NULL; whole numbers, truths and values of VARIANT have a short way.
CREATE OR REPLACE MACRO array_of_list(l) AS CASE WHEN l IS NULL THEN NULL
    WHEN typeof(l) IN ('BIGINT[]', 'INTEGER[]', 'HUGEINT[]', 'BOOLEAN[]')
    THEN CAST(replace(CAST(to_json(l) AS VARCHAR), 'null', missing_text()) AS JSON)
    WHEN typeof(l) = 'JSON[]' THEN array_of_items(CAST(l AS JSON[]))
    ELSE array_of_values(l) END;

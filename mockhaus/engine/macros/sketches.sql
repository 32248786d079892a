-- States of the approximate functions, which are kept and combined. Ours are exact: a HyperLogLog
-- is the set of its hashes, a percentile's state its values. The formats are Mockhaus's own.

-- Sets of words of n hexadecimal digits in a BINARY.
CREATE OR REPLACE MACRO packed(l) AS unhex(array_to_string(list_sort(list_distinct(COALESCE(l, []))), ''));
CREATE OR REPLACE MACRO words(b, pattern) AS regexp_extract_all(hex(b), pattern);
CREATE OR REPLACE MACRO packed_all(l, pattern) AS
    packed(flatten(list_transform(COALESCE(l, []), lambda b: words(b, pattern))));

CREATE OR REPLACE MACRO hash_word(a) AS lpad(upper(to_hex(hash(a))), 16, '0');
CREATE OR REPLACE MACRO hll_estimate(b) AS CAST(octet_length(b) // 8 AS BIGINT);
CREATE OR REPLACE MACRO hll_export(b) AS
    CAST('{"hashes":"' || hex(b) || '","type":"mockhaus-hll","version":1}' AS JSON);
CREATE OR REPLACE MACRO hll_import(o) AS unhex(CAST(o AS JSON) ->> '$.hashes');

-- Bitmaps of 32768 positions; a bucket begins after each 32768 values.
CREATE OR REPLACE MACRO bitmap_bucket_number(n) AS
    CASE WHEN n > 0 THEN (CAST(n AS BIGINT) - 1) // 32768 + 1 ELSE CAST(n AS BIGINT) // 32768 END;
CREATE OR REPLACE MACRO bitmap_bit_position(n) AS
    CASE WHEN n > 0 THEN (CAST(n AS BIGINT) - 1) % 32768 ELSE abs(CAST(n AS BIGINT)) % 32768 END;
CREATE OR REPLACE MACRO bit_word(n) AS
    CASE WHEN n < 0 OR n > 32767
         THEN error('MOCKHAUS:InvalidParameter:The argument of BITMAP_CONSTRUCT_AGG must be from 0 to 32767')
         ELSE lpad(upper(to_hex(CAST(n AS BIGINT))), 4, '0') END;
CREATE OR REPLACE MACRO bitmap_count(b) AS CAST(octet_length(b) // 2 AS BIGINT);

-- The smallest of k hashes of each value.
CREATE OR REPLACE MACRO minhash_state(l, k) AS minhash_json(list_transform(range(CAST(k AS BIGINT)), lambda i:
    list_min(list_transform(l, lambda v: hash(v, i)))));
CREATE OR REPLACE MACRO minhash_json(l) AS
    CAST('{"state":[' || array_to_string(l, ',') || '],"type":"minhash","version":1}' AS JSON);
CREATE OR REPLACE MACRO minhash_values(o) AS CAST(json_extract(CAST(o AS JSON), '$.state') AS UBIGINT[]);
CREATE OR REPLACE MACRO minhash_combined(l) AS
    list_transform([list_transform(l, lambda o: minhash_values(o))], lambda m:
        minhash_json(list_transform(range(len(m[1])), lambda i: list_min(list_transform(m, lambda s: s[i + 1])))))[1];
CREATE OR REPLACE MACRO minhash_similarity(l) AS
    list_transform([list_transform(l, lambda o: minhash_values(o))], lambda m:
        list_avg(list_transform(range(len(m[1])), lambda i:
            CASE WHEN list_unique(list_transform(m, lambda s: s[i + 1])) = 1 THEN 1.0 ELSE 0.0 END)))[1];

-- The values of a percentile's state.
CREATE OR REPLACE MACRO percentile_state(l) AS
    CAST('{"state":[' || array_to_string(list_sort(COALESCE(l, [])), ',') || '],"type":"percentile","version":1}' AS JSON);
CREATE OR REPLACE MACRO percentile_values(o) AS CAST(json_extract(CAST(o AS JSON), '$.state') AS DOUBLE[]);
CREATE OR REPLACE MACRO percentile_combined(l) AS
    percentile_state(flatten(list_transform(COALESCE(l, []), lambda o: percentile_values(o))));
CREATE OR REPLACE MACRO percentile_at(l, p) AS
    list_transform([(len(l) - 1) * CAST(p AS DOUBLE)], lambda x: l[CAST(floor(x) AS BIGINT) + 1]
        + (x - floor(x)) * (l[CAST(ceil(x) AS BIGINT) + 1] - l[CAST(floor(x) AS BIGINT) + 1]))[1];
CREATE OR REPLACE MACRO percentile_estimate(o, p) AS percentile_at(percentile_values(o), p);

-- [[value, count], ...] of several such lists, the most frequent first.
CREATE OR REPLACE MACRO top_pairs(l) AS flatten(list_transform(COALESCE(l, []), lambda s: items(s)));
CREATE OR REPLACE MACRO top_combined(l, n) AS
    list_transform([top_pairs(l)], lambda pairs: array_of(list_transform(list_sort(
        list_transform(list_distinct(list_transform(pairs, lambda p: json_extract(p, '$[0]'))), lambda k:
            {c: CAST(list_sum(list_transform(list_filter(pairs, lambda p: json_extract(p, '$[0]') = k),
                lambda p: CAST(json_extract(p, '$[1]') AS BIGINT))) AS BIGINT), v: k}), 'DESC')[1:n],
        lambda e: CAST('[' || CAST(e.v AS VARCHAR) || ',' || e.c || ']' AS JSON))))[1];
CREATE OR REPLACE MACRO top_estimate(s, n) AS array_of(items(s)[1:n]);

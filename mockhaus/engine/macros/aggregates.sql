-- What is wrapped around aggregates; macros cannot be aggregates that take DISTINCT or OVER.

-- Statistics of NUMBER have a scale, those of FLOAT are as they are.
CREATE OR REPLACE MACRO scaled_like(result, sample, scale) AS
    CASE WHEN typeof(sample) IN ('DOUBLE', 'FLOAT') THEN result ELSE round(result, scale) END;

-- SKEW of n values. n n / ((n - 1) (n - 2)) is n times a NUMBER of six digits in Snowflake.
CREATE OR REPLACE MACRO skew_of(result, n, sample) AS
    scaled_like(CASE WHEN typeof(sample) IN ('DOUBLE', 'FLOAT') OR n < 3 THEN result
        ELSE result * round(n::DOUBLE / ((n - 1) * (n - 2)), 6) / (n::DOUBLE / ((n - 1) * (n - 2))) END, sample, 12);

-- A map of value -> count as [[value, count], ...], the most frequent first.
CREATE OR REPLACE MACRO top_of_histogram(m, n) AS
    array_of(list_transform(
        list_sort(list_transform(map_entries(m), lambda e: {c: e.value, k: array_item(e.key)}), 'DESC')[1:n],
        lambda e: CAST('[' || CAST(e.k AS VARCHAR) || ',' || e.c || ']' AS JSON)));

-- What COUNT counts of a VARIANT: JSON null is none.
CREATE OR REPLACE MACRO countable(a) AS nullif(CAST(a AS VARCHAR), 'null');

-- A VARIANT, text or number within an aggregate that needs a number.
CREATE OR REPLACE MACRO variant_number(a) AS CAST(nullif(scalar_text(CAST(a AS JSON)), '') AS DOUBLE);

-- What an aggregate of numbers takes: text is a FLOAT, and a BOOLEAN is what none of them knows, so
-- that it is refused when the statement is bound.
CREATE OR REPLACE MACRO aggregated_number (a) AS number_of(a), (a BOOLEAN) AS [a];

-- Values joined to a text; of nothing an empty one.
CREATE OR REPLACE MACRO listed(l, separator) AS
    COALESCE(array_to_string(list_transform(l, lambda v: text_of(v)), separator), '');

CREATE OR REPLACE MACRO listed_texts(l, separator) AS COALESCE(array_to_string(l, separator), '');

-- AVG: the sum by the count, NULL for nothing.
CREATE OR REPLACE MACRO average(total, n) AS divide_by(total, nullif(n, 0));
CREATE OR REPLACE MACRO average_to(total, n, last, scale) AS exactly_divided(total, nullif(n, 0), last, scale);

CREATE OR REPLACE MACRO pairs_of(l) AS COALESCE(l, []);

-- A row (as JSON) that has no NULL in it.
CREATE OR REPLACE MACRO full_row(r) AS
    CASE WHEN NOT list_contains(json_extract(r, '$.*'), 'null'::JSON) THEN 1 END;

-- The items of a list of arrays without JSON null: each as often as in the array that has it most often.
CREATE OR REPLACE MACRO union_of_arrays(l) AS
    array_of(list_transform(first_ones(flatten(list_transform(COALESCE(l, []), lambda a: numbered(items(a))))),
        lambda e: e.v));
CREATE OR REPLACE MACRO numbered(l) AS list_transform([list_filter(l, lambda e: CAST(e AS VARCHAR) <> 'null' AND e <> missing_item())],
    lambda m: list_transform(m, lambda e, i: {v: e, n: times(m[1:i], e)}))[1];

-- A sum of hashes as a signed number of 64 bits; 0 of no rows.
CREATE OR REPLACE MACRO hash_of_all(total) AS
    COALESCE(CAST(CAST(total AS HUGEINT) % 18446744073709551616 - 9223372036854775808 AS BIGINT), 0);

-- What a line of regression has, if its values of x are not all one.
CREATE OR REPLACE MACRO unless_flat(found, spread) AS CASE WHEN spread = 0 THEN NULL ELSE found END;

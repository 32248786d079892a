-- Regular expressions. Subjects begin at the position asked for.

CREATE OR REPLACE MACRO regexp_count(a, p) AS
    CASE WHEN p = '' THEN 0 ELSE len(regexp_extract_all(a, p)) END;

-- The n-th match or group of it. DuckDB answers an empty text where a match has no such group.
CREATE OR REPLACE MACRO regexp_nth(a, p, g, n) AS
    CASE WHEN p = '' THEN NULL ELSE regexp_extract_all(a, p, CAST(g AS INTEGER))[CAST(n AS BIGINT)] END;
CREATE OR REPLACE MACRO regexp_all(a, p, g, n) AS
    to_json(regexp_extract_all(a, p, CAST(g AS INTEGER))[CAST(n AS BIGINT):]);

-- Where the n-th match begins (after 0) or what follows it (after 1); 0 if there is none.
CREATE OR REPLACE MACRO regexp_instr(a, p, start, n, after) AS
    CASE WHEN a IS NULL OR p IS NULL OR start IS NULL OR n IS NULL OR after IS NULL THEN NULL
         WHEN p = '' OR len(regexp_extract_all(a, p)) < n THEN 0
         ELSE length(regexp_extract(a, '^((?:(?s:.*?)(?:' || p || ')){' || (CAST(n AS BIGINT) - 1) || '}(?s:.*?))(?:' || p || ')', 1))
              + CAST(start AS BIGINT)
              + CASE WHEN after = 1 THEN length(regexp_extract_all(a, p)[CAST(n AS BIGINT)]) ELSE 0 END END;

-- The same of a group of the match; `regexp_group_place` counts from 0, -1 is nowhere.
CREATE OR REPLACE MACRO regexp_instr_group(a, p, start, n, after, g) AS
    list_transform([regexp_group_place(a, p, CAST(n AS BIGINT), CAST(after AS BIGINT), CAST(g AS BIGINT))],
        lambda i: CASE WHEN start IS NULL THEN NULL WHEN i < 0 THEN 0 ELSE i + CAST(start AS BIGINT) END)[1];

-- The pattern with parameters that are no literal as flags in front.
CREATE OR REPLACE MACRO regexp_with_flags(p, letters) AS list_transform([letters], lambda l: CASE
    WHEN regexp_full_match(l, '[cimes]*') THEN regexp_flags(l) || p
    WHEN l IS NOT NULL THEN error('MOCKHAUS:InvalidParameter:invalid regular expression parameter ''' || regexp_extract(l, '[^cimes]') || '''') END)[1];
CREATE OR REPLACE MACRO regexp_flags(l) AS list_transform([CASE WHEN regexp_matches(l, 'i[^c]*$') THEN 'i' ELSE '' END
        || CASE WHEN contains(l, 'm') THEN 'm' ELSE '' END || CASE WHEN contains(l, 's') THEN 's' ELSE '' END],
    lambda f: CASE WHEN f = '' THEN '' ELSE '(?' || f || ')' END)[1];
-- Which group such parameters ask for: e, the first one.
CREATE OR REPLACE MACRO regexp_group_asked(letters, first) AS CASE WHEN contains(letters, 'e') THEN first ELSE 0 END;

-- The first group, 0 for a pattern without groups.
CREATE OR REPLACE MACRO regexp_first_group(p) AS CAST(regexp_matches(
    regexp_replace(p, '\\.|\[\^?\]?[^\]]*\]', '', 'g'), '\((?:[^?]|$|\?P<)') AS BIGINT);
-- The pattern with g groups more, which match nothing: a group that it lacks is NULL.
CREATE OR REPLACE MACRO regexp_with_groups(p, g) AS '(?:' || p || ')' || repeat('(){0}', CAST(g AS BIGINT));

-- The n-th match replaced, all for 0.
CREATE OR REPLACE MACRO regexp_replace_nth(a, p, replacement, n) AS
    CASE WHEN n = 0 THEN regexp_replace(a, p, replacement, 'g')
         ELSE list_transform([regexp_instr(a, p, 1, n, 0)], lambda i: CASE WHEN i = 0 THEN a
            ELSE left(a, i - 1) || regexp_replace(substr(a, i), '^(?:' || p || ')', replacement) END)[1] END;

CREATE OR REPLACE MACRO text_before(a, start) AS left(a, CAST(start AS BIGINT) - 1);

-- Full-text search: texts of tokens with a blank around each. An empty pattern takes the text as one.

CREATE OR REPLACE MACRO search_tokens(t, pattern) AS
    CASE WHEN pattern = '' THEN [t]
         ELSE list_filter(string_split_regex(lower(t), pattern), lambda w: w <> '') END;
CREATE OR REPLACE MACRO search_any(t, q, pattern) AS
    list_has_any(search_tokens(t, pattern), search_tokens(q, pattern));
CREATE OR REPLACE MACRO search_all(t, q, pattern) AS
    list_has_all(search_tokens(t, pattern), search_tokens(q, pattern));
-- The same with what parts the tokens.
CREATE OR REPLACE MACRO search_exact(t, q, pattern) AS
    CASE WHEN pattern = '' THEN t = q
         ELSE regexp_matches(lower(t), '(?:^|' || pattern || ')' || regexp_escape(lower(q)) || '(?:$|' || pattern || ')') END;
-- Of the columns of a star: those of texts and of semi-structured values count.
CREATE OR REPLACE MACRO searchable(a) AS
    CASE WHEN typeof(a) IN ('VARCHAR', 'JSON') OR ends_with(typeof(a), ']') OR starts_with(typeof(a), 'STRUCT(') OR starts_with(typeof(a), 'MAP(')
         THEN CAST(a AS VARCHAR) END;
CREATE OR REPLACE MACRO search_phrase(t, q, pattern) AS
    contains(' ' || array_to_string(search_tokens(t, pattern), ' ') || ' ',
        ' ' || array_to_string(search_tokens(q, pattern), ' ') || ' ');

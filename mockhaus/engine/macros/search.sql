-- Full-text search: texts of tokens with a blank around each. An empty pattern takes the text as one.

CREATE OR REPLACE MACRO search_tokens(t, pattern) AS
    CASE WHEN pattern = '' THEN [t]
         ELSE list_filter(string_split_regex(lower(t), pattern), lambda w: w <> '') END;
CREATE OR REPLACE MACRO search_any(t, q, pattern) AS
    list_has_any(search_tokens(t, pattern), search_tokens(q, pattern));
CREATE OR REPLACE MACRO search_all(t, q, pattern) AS
    list_has_all(search_tokens(t, pattern), search_tokens(q, pattern));
CREATE OR REPLACE MACRO search_phrase(t, q, pattern) AS
    contains(' ' || array_to_string(search_tokens(t, pattern), ' ') || ' ',
        ' ' || array_to_string(search_tokens(q, pattern), ' ') || ' ');

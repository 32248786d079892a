-- Table functions.

-- One step of a path as FLATTEN shows it: a.b['odd key'][0].
CREATE OR REPLACE MACRO path_step(p, k) AS
    CASE WHEN regexp_full_match(k, '[A-Za-z_][A-Za-z0-9_]*')
         THEN CASE WHEN p = '' THEN k ELSE p || '.' || k END
         ELSE p || '[''' || k || ''']' END;

-- The rows of FLATTEN without SEQ and THIS; `p` is the path before them. Missing items have none.
CREATE OR REPLACE MACRO flat_items(v, p) AS list_transform(items(v), lambda e, i:
    {"KEY": NULL::VARCHAR, "PATH": p || '[' || (i - 1) || ']', "INDEX": i - 1, "VALUE": e});
CREATE OR REPLACE MACRO flat_rows(v, p) AS
    CASE ascii(CAST(v AS VARCHAR))
        WHEN 91 THEN CASE WHEN contains(CAST(v AS VARCHAR), missing_text())
            THEN list_filter(flat_items(v, p), lambda r: r."VALUE" <> missing_item()) ELSE flat_items(v, p) END
        WHEN 123 THEN list_transform(list_sort(members(v)), lambda e:
            {"KEY": e[1], "PATH": path_step(p, e[1]), "INDEX": NULL::BIGINT, "VALUE": e[2]})
        END;

-- The same for MODE => 'ARRAY' and MODE => 'OBJECT'.
CREATE OR REPLACE MACRO flat_rows_of_array(v, p) AS
    CASE ascii(CAST(v AS VARCHAR)) WHEN 91 THEN flat_rows(v, p) END;
CREATE OR REPLACE MACRO flat_rows_of_object(v, p) AS
    CASE ascii(CAST(v AS VARCHAR)) WHEN 123 THEN flat_rows(v, p) END;

-- RECURSIVE => TRUE: all values below, with THIS or without.
CREATE OR REPLACE MACRO flat_tree(v, p, mode) AS list_transform(items(rows_below(CAST(v AS VARCHAR), p, mode)), lambda r:
    {"KEY": r ->> '$.k', "PATH": r ->> '$.p', "INDEX": CAST(r ->> '$.i' AS BIGINT), "VALUE": json_extract(r, '$.v')});
CREATE OR REPLACE MACRO flat_tree_with_this(v, p, mode) AS list_transform(items(rows_below(CAST(v AS VARCHAR), p, mode)), lambda r:
    {"KEY": r ->> '$.k', "PATH": r ->> '$.p', "INDEX": CAST(r ->> '$.i' AS BIGINT), "VALUE": json_extract(r, '$.v'),
     "THIS": json_extract(CAST(v AS JSON), r ->> '$.t')});

-- OUTER => TRUE: one row of NULLs where there is none.
CREATE OR REPLACE MACRO flat_outer(l, p) AS
    CASE WHEN l IS NULL OR len(l) = 0 THEN
        [{"KEY": NULL::VARCHAR, "PATH": p, "INDEX": NULL::BIGINT, "VALUE": NULL::JSON}]
    ELSE l END;
CREATE OR REPLACE MACRO flat_outer_with_this(l, p, v) AS
    CASE WHEN l IS NULL OR len(l) = 0 THEN
        [{"KEY": NULL::VARCHAR, "PATH": p, "INDEX": NULL::BIGINT, "VALUE": NULL::JSON, "THIS": CAST(v AS JSON)}]
    ELSE l END;

-- Parts of a text; an empty delimiter does not split.
CREATE OR REPLACE MACRO split_rows(s, d) AS
    list_transform(CASE WHEN d = '' THEN [s] ELSE string_split(few_parts(s, d), d) END,
        lambda e, i: {"INDEX": i, "VALUE": e});
CREATE OR REPLACE MACRO strtok_rows(s, d) AS
    list_transform(list_filter(string_split(translate(few_tokens(s, d), d, repeat(d[1], length(d))), d[1]), lambda e: e <> ''),
        lambda e, i: {"INDEX": i, "VALUE": e});

-- The name of a column of PIVOT: a text keeps its quotes.
CREATE OR REPLACE MACRO pivot_label(q) AS
    CASE typeof(q) WHEN 'VARCHAR' THEN chr(39) || CAST(q AS VARCHAR) || chr(39)
         ELSE CAST(q AS VARCHAR) END;

-- CONNECT BY: an error where a row comes again below itself; `seen` are its ancestors, oldest first.
CREATE OR REPLACE MACRO climbed(seen, level) AS
    CASE WHEN level >= 2000 OR (level > 1 AND contains(seen, chr(31)) AND list_contains(
                  string_split(seen, chr(30))[2:-2], string_split(seen, chr(30))[-1]))
         THEN CAST(error('MOCKHAUS:RecursionLimit:Recursion exceeded max iteration count: the rows of CONNECT BY go round in a circle') AS BOOLEAN)
         ELSE true END;

-- What is written in Python (see engine/udfs.py, engine/dictionaries.py). DuckDB 1.5 lets go of the
-- memory of a text that such a function gives while COALESCE still shows it: each is copied.

CREATE OR REPLACE MACRO json_canonical(t) AS raw_json_canonical(t) || '';
CREATE OR REPLACE MACRO json_canonical_last(t) AS raw_json_canonical_last(t) || '';
CREATE OR REPLACE MACRO json_canonical_try(t) AS raw_json_canonical_try(t) || '';
CREATE OR REPLACE MACRO json_complaint(t) AS raw_json_complaint(t) || '';
CREATE OR REPLACE MACRO json_without_nulls(t) AS raw_json_without_nulls(t) || '';
CREATE OR REPLACE MACRO exact_quotient(a, b, scale) AS raw_exact_quotient(a, b, scale) || '';
CREATE OR REPLACE MACRO sha2_hex(b, size) AS raw_sha2_hex(b, size) || '';
CREATE OR REPLACE MACRO compressed(b, method, level) AS
    raw_compressed(b, method, level) || CAST('' AS BLOB);
CREATE OR REPLACE MACRO unpacked(b, method) AS raw_unpacked(b, method) || CAST('' AS BLOB);
CREATE OR REPLACE MACRO match_rows(ids, pattern, skip, mode) AS
    raw_match_rows(ids, pattern, skip, mode);
CREATE OR REPLACE MACRO ip_parts(t, permissive) AS raw_ip_parts(t, permissive) || '';

-- What a connection looks up by a number, or a name.
CREATE OR REPLACE MACRO dictionary_text(dictionary, key) AS
    raw_dictionary_text(getvariable('dictionaries'), dictionary, key) || '';
CREATE OR REPLACE MACRO dictionary_word(dictionary, key) AS
    raw_dictionary_word(getvariable('dictionaries'), dictionary, key) || '';
CREATE OR REPLACE MACRO dictionary_number(dictionary, key) AS
    raw_dictionary_number(getvariable('dictionaries'), dictionary, key);

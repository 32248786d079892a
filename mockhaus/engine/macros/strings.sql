-- String and binary functions.

CREATE OR REPLACE MACRO ascii_of(a) AS ascii(a);
CREATE OR REPLACE MACRO unicode_of(a) AS CASE WHEN a = '' THEN 0 ELSE unicode(a) END;
CREATE OR REPLACE MACRO chr_of(n) AS
    CASE WHEN n < 0 OR n > 1114111 OR n BETWEEN 55296 AND 57343
         THEN error('MOCKHAUS:InvalidText:Invalid character code ' || n || ' provided to CHR')
         ELSE chr(CAST(n AS INTEGER)) END;

-- Lengths: characters of text, bytes of BINARY.
CREATE OR REPLACE MACRO length_of(a) AS
    CASE typeof(a) WHEN 'BLOB' THEN octet_length(CAST(CAST(a AS VARCHAR) AS BLOB)) ELSE length(text_of(a)) END;
CREATE OR REPLACE MACRO octet_length_of(a) AS
    CASE typeof(a) WHEN 'BLOB' THEN octet_length(CAST(CAST(a AS VARCHAR) AS BLOB))
         ELSE octet_length(encode(text_of(a))) END;
CREATE OR REPLACE MACRO bit_length_of(a) AS octet_length_of(a) * 8;
CREATE OR REPLACE MACRO rtrimmed_length(a) AS length(rtrim(a, ' '));

-- POSITION: an empty needle is found at the start; start counts from 1.
CREATE OR REPLACE MACRO position_of(needle, a) AS strpos(a, needle);
CREATE OR REPLACE MACRO position_from(needle, a, start) AS
    CASE WHEN strpos(substr(a, greatest(CAST(start AS BIGINT), 1)), needle) = 0 THEN 0
         ELSE strpos(substr(a, greatest(CAST(start AS BIGINT), 1)), needle)
              + greatest(CAST(start AS BIGINT), 1) - 1 END;

-- Positions in BINARY count bytes: two hexadecimal digits each.
CREATE OR REPLACE MACRO position_of_any
    (needle, a) AS position_of(text_once(needle), text_once(a)),
    (needle, a BLOB) AS byte_position(hex(needle), hex(a), 1);
CREATE OR REPLACE MACRO position_from_any
    (needle, a, start) AS position_from(text_once(needle), text_once(a), start),
    (needle, a BLOB, start) AS byte_position(hex(needle), hex(a), greatest(CAST(start AS BIGINT), 1));
CREATE OR REPLACE MACRO byte_position(needle, a, start) AS
    CASE WHEN needle IS NULL OR a IS NULL OR start IS NULL THEN NULL
         ELSE COALESCE(list_filter(range(start, length(a) // 2 + 1),
            lambda i: starts_with(substr(a, i * 2 - 1), needle))[1], 0) END;

-- Texts or BINARY values one behind the other; everything else is text.
CREATE OR REPLACE MACRO joined
    (a BLOB, b BLOB) AS a || b,
    (a, b) AS text_of(a) || text_of(b),
    (a BLOB, b BLOB, c BLOB) AS a || b || c,
    (a, b, c) AS text_of(a) || text_of(b) || text_of(c),
    (a BLOB, b BLOB, c BLOB, d BLOB) AS a || b || c || d,
    (a, b, c, d) AS text_of(a) || text_of(b) || text_of(c) || text_of(d);
CREATE OR REPLACE MACRO reversed
    (a BLOB) AS unhex(reverse(regexp_replace(hex(a), '(.)(.)', '\2\1', 'g'))),
    (a) AS reverse(text_of(a));

-- Parts of a text. Negative starts count from the end.
CREATE OR REPLACE MACRO substr_of
    (a BLOB, start, n) AS bytes_of(a, CAST(start AS BIGINT), CAST(n AS BIGINT)),
    (a, start, n) AS substr_of_text(text_of(a), start, n);
CREATE OR REPLACE MACRO substr_of_text(a, start, n) AS substr_text(a, CAST(start AS BIGINT), CAST(n AS BIGINT));
CREATE OR REPLACE MACRO substr_text(a, start, n) AS
    CASE WHEN n <= 0 OR start < -length(a) THEN CASE WHEN a IS NULL THEN NULL ELSE '' END
         ELSE substr(a, CASE WHEN start = 0 THEN 1 ELSE start END, n) END;
CREATE OR REPLACE MACRO substr_from
    (a BLOB, start) AS bytes_of(a, CAST(start AS BIGINT), CAST(1073741824 AS BIGINT)),
    (a, start) AS substr_from_text(text_of(a), start);
CREATE OR REPLACE MACRO substr_from_text(a, start) AS text_from(a, CAST(start AS BIGINT));
CREATE OR REPLACE MACRO text_from(a, start) AS
    CASE WHEN start < -length(a) THEN '' ELSE substr(a, CASE WHEN start = 0 THEN 1 ELSE start END) END;
CREATE OR REPLACE MACRO bytes_of(a, start, n) AS
    unhex(substr_text(hex(a), CASE WHEN start > 0 THEN start * 2 - 1 ELSE start * 2 END, n * 2));

CREATE OR REPLACE MACRO left_of
    (a BLOB, n) AS unhex(left(hex(a), greatest(CAST(n AS BIGINT), 0) * 2)),
    (a, n) AS left_text(text_of(a), n);
CREATE OR REPLACE MACRO left_text(a, n) AS
    left(a, greatest(CAST(n AS BIGINT), 0)) || CASE WHEN n IS NULL THEN NULL ELSE '' END;
CREATE OR REPLACE MACRO right_of
    (a BLOB, n) AS unhex(right(hex(a), greatest(CAST(n AS BIGINT), 0) * 2)),
    (a, n) AS right_text(text_of(a), n);
CREATE OR REPLACE MACRO right_text(a, n) AS
    right(a, greatest(CAST(n AS BIGINT), 0)) || CASE WHEN n IS NULL THEN NULL ELSE '' END;

CREATE OR REPLACE MACRO lpad_of(a, n, pad) AS
    CASE WHEN n <= length(a) OR pad = '' THEN left(a, greatest(CAST(n AS BIGINT), 0))
         ELSE lpad(a, CAST(within_text(a, n, 1) AS INTEGER), pad) END;
CREATE OR REPLACE MACRO rpad_of(a, n, pad) AS
    CASE WHEN n <= length(a) OR pad = '' THEN left(a, greatest(CAST(n AS BIGINT), 0))
         ELSE rpad(a, CAST(within_text(a, n, 1) AS INTEGER), pad) END;

-- The same of BINARY, byte by byte, or of text whose type is not known while translating.
CREATE OR REPLACE MACRO lpad_of_any
    (a BLOB, n, pad) AS unhex(lpad_of(hex(a), n * 2, hex(pad))),
    (a, n, pad) AS lpad_of(text_once(a), n, text_once(pad));
CREATE OR REPLACE MACRO rpad_of_any
    (a BLOB, n, pad) AS unhex(rpad_of(hex(a), n * 2, hex(pad))),
    (a, n, pad) AS rpad_of(text_once(a), n, text_once(pad));

CREATE OR REPLACE MACRO repeat_of(a, n) AS
    repeat(a, within_text(a, greatest(CAST(n AS BIGINT), 0) + CAST(n AS BIGINT) * 0, strlen(a)));
CREATE OR REPLACE MACRO space_of(n) AS repeat_of(' ', n);
-- A count of so many bytes each, if they are no more than a VARCHAR holds in Snowflake: 128 MB.
CREATE OR REPLACE MACRO within_text(a, n, size) AS
    CASE WHEN CAST(n AS HUGEINT) * size > 134217728
         THEN CAST(error('MOCKHAUS:StringTooLong:String ''' || left(a, 50) || ''' is too long and would be truncated') AS BIGINT)
         ELSE n END;
CREATE OR REPLACE MACRO replace_all(a, pattern, replacement) AS
    CASE WHEN pattern = '' THEN a ELSE replace(a, pattern, replacement) END;
CREATE OR REPLACE MACRO insert_text
    (a BLOB, start, n, b) AS
        unhex(inserted(hex(a), CAST(start AS BIGINT) * 2 - 1, CAST(n AS BIGINT) * 2, hex(CAST(b AS BLOB)))),
    (a, start, n, b) AS inserted(text_of(a), CAST(start AS BIGINT), CAST(n AS BIGINT), text_of(b));
CREATE OR REPLACE MACRO inserted(a, start, n, b) AS CASE WHEN start < 1 OR n < 0 OR start > length(a) + 1
    THEN error('MOCKHAUS:InvalidParameter:Invalid position or length for function INSERT')
    ELSE left(a, start - 1) || b || substr(a, start + n) END;

-- Words begin after anything that is neither a letter nor a digit, as Snowflake's list of delimiters.
CREATE OR REPLACE MACRO initcap_words(a) AS
    array_to_string(list_transform(regexp_extract_all(lower(a), '[ \t\n\r\f\v!?@"^#$&~_,.:;+\-*%/|\\\[\](){}<>]+|[^ \t\n\r\f\v!?@"^#$&~_,.:;+\-*%/|\\\[\](){}<>]+'),
        lambda w: upper(left(w, 1)) || substr(w, 2)), '') || CASE WHEN a IS NULL THEN NULL ELSE '' END;
CREATE OR REPLACE MACRO initcap_after(a, delimiters) AS
    CASE WHEN a IS NULL OR delimiters IS NULL THEN NULL ELSE
    array_to_string(list_transform(range(1, length(a) + 1), lambda i:
        CASE WHEN i = 1 OR contains(delimiters, substr(a, i - 1, 1))
             THEN upper(substr(a, i, 1)) ELSE lower(substr(a, i, 1)) END), '') END;

-- SPLIT_PART: part 0 is the first, an empty delimiter does not split; parts that are not there are empty.
CREATE OR REPLACE MACRO split_part_of(a, delimiter, part) AS
    CASE WHEN a IS NULL OR delimiter IS NULL OR part IS NULL THEN NULL
         WHEN delimiter = '' THEN CASE WHEN part IN (0, 1, -1) THEN a ELSE '' END
         ELSE split_part(a, delimiter, CASE WHEN part = 0 THEN 1 ELSE CAST(part AS BIGINT) END) END;
CREATE OR REPLACE MACRO split_array(a, delimiter) AS
    CASE WHEN a IS NOT NULL AND delimiter IS NOT NULL
         THEN to_json(CASE WHEN delimiter = '' THEN [a] ELSE string_split(few_parts(a, delimiter), delimiter) END) END;
-- A text, if it has no more parts than DuckDB makes in a second or two: it cannot be stopped while it does.
CREATE OR REPLACE MACRO few_parts(a, delimiter) AS
    CASE WHEN strlen(a) > 1048576 AND (strlen(a) - strlen(replace(a, delimiter, ''))) // strlen(delimiter) > 1048576
         THEN too_many_parts() ELSE a END;
CREATE OR REPLACE MACRO few_tokens(a, delimiters) AS
    CASE WHEN strlen(a) > 1048576 AND strlen(a) - strlen(translate(a, delimiters, '')) > 1048576
         THEN too_many_parts() ELSE a END;
CREATE OR REPLACE MACRO too_many_parts() AS
    error('MOCKHAUS:LobTooLarge:A text is split into at most 1048576 parts here');

-- Tokens: delimiters are single characters, empty tokens are left out.
CREATE OR REPLACE MACRO tokens(a, delimiters) AS
    CASE WHEN delimiters = '' THEN list_filter([a], lambda t: t <> '')
         ELSE list_filter(string_split(translate(few_tokens(a, delimiters), delimiters, repeat(left(delimiters, 1), length(delimiters))),
             left(delimiters, 1)), lambda t: t <> '') END;
CREATE OR REPLACE MACRO strtok(a, delimiters, part) AS
    CASE WHEN part < 1 THEN NULL ELSE tokens(a, delimiters)[CAST(part AS BIGINT)] END;
CREATE OR REPLACE MACRO strtok_to_array(a, delimiters) AS to_json(tokens(a, delimiters));

CREATE OR REPLACE MACRO least_of(a, b) AS
    CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE least(a, greatest(b, 0)) END;

-- DuckDB compares bytes. Characters of several bytes are exchanged for control characters first.
CREATE OR REPLACE MACRO wide_characters(a, b) AS
    array_to_string(list_sort(list_distinct(regexp_extract_all(a || b, '[^\x00-\x7F]'))), '');
CREATE OR REPLACE MACRO narrowed(a, wide) AS
    CASE WHEN length(wide) > 27
         THEN error('MOCKHAUS:UnsupportedFeature:Unsupported feature ''distance of texts with more than 27 different characters beyond ASCII''.')
    ELSE translate(a, wide, chr(1) || chr(2) || chr(3) || chr(4) || chr(5) || chr(6) || chr(7) || chr(8) || chr(11)
        || chr(12) || chr(14) || chr(15) || chr(16) || chr(17) || chr(18) || chr(19) || chr(20) || chr(21)
        || chr(22) || chr(23) || chr(24) || chr(25) || chr(26) || chr(27) || chr(28) || chr(29) || chr(30)) END;
CREATE OR REPLACE MACRO edit_distance(a, b) AS
    CASE WHEN CAST(length(a) AS HUGEINT) * length(b) > 500000000
         THEN CAST(error('MOCKHAUS:UnsupportedFeature:Unsupported feature ''EDITDISTANCE of texts of ' || length(a) || ' and ' || length(b) || ' characters''.') AS BIGINT)
         WHEN octet_length(encode(a || b)) = length(a || b) THEN levenshtein(a, b)
         ELSE levenshtein(narrowed(a, wide_characters(a, b)), narrowed(b, wide_characters(a, b))) END;
CREATE OR REPLACE MACRO jarowinkler_similarity(a, b) AS
    CAST(floor(round(CASE WHEN octet_length(encode(a || b)) = length(a || b)
        THEN jaro_winkler_similarity(lower(a), lower(b))
        ELSE jaro_winkler_similarity(narrowed(lower(a), wide_characters(lower(a), lower(b))),
            narrowed(lower(b), wide_characters(lower(a), lower(b)))) END * 100, 9)) AS BIGINT);

-- Soundex of the letters: first letter, then codes without repetitions, H and W do not part equal codes.
CREATE OR REPLACE MACRO soundex_codes(t) AS translate(t, 'BFPVCGJKQSXZDTLMNRAEIOUY', '111122222222334556000000');
CREATE OR REPLACE MACRO soundex_of(a, keep_second) AS
    list_transform([regexp_replace(upper(a), '[^A-Z]', '', 'g')], lambda t: CASE WHEN t = '' THEN ''
        ELSE list_transform([soundex_codes(regexp_replace(t, '(.)[HW]+', '\1', 'g'))], lambda c:
            rpad(left(t, 1) || left(replace(array_to_string(list_transform(range(2, length(c) + 1), lambda i:
                CASE WHEN substr(c, i, 1) = substr(c, i - 1, 1) AND NOT (keep_second AND i = 2)
                     THEN '' ELSE substr(c, i, 1) END), ''), '0', ''), 3), 4, '0'))[1] END)[1];

-- --- encodings -------------------------------------------------------------------------------------

-- What is decoded may be cut into lines.
CREATE OR REPLACE MACRO unfolded(a) AS regexp_replace(a, '[\r\n]', '', 'g');
CREATE OR REPLACE MACRO hex_encode(a) AS hex(digested(a));
CREATE OR REPLACE MACRO base64_of(a) AS base64(digested(a));
-- Lines of n characters, one of all for 0.
CREATE OR REPLACE MACRO base64_lines(t, n) AS CASE WHEN n <= 0 THEN t
    ELSE rtrim(regexp_replace(t, '(.{' || CAST(n AS BIGINT) || '})', '\1' || chr(10), 'g'), chr(10)) END;
CREATE OR REPLACE MACRO hex_case(t, n) AS CASE WHEN n = 0 THEN lower(t) WHEN n IS NOT NULL THEN t END;
CREATE OR REPLACE MACRO hex_decode_string(a) AS decode(hex_to_binary(CAST(a AS VARCHAR)));
CREATE OR REPLACE MACRO try_hex_decode_string(a) AS try_decode(try_hex_to_binary(CAST(a AS VARCHAR)));
-- Bytes as UTF-8, NULL where they are not.
CREATE OR REPLACE MACRO try_decode(b) AS
    list_transform([b], lambda v: CASE WHEN encode(decode(v, 'replace')) = v THEN decode(v, 'replace') END)[1];
CREATE OR REPLACE MACRO base64_decode_binary(a) AS to_binary_base64(unfolded(a));
CREATE OR REPLACE MACRO try_base64_decode_binary(a) AS try_to_binary_base64(unfolded(a));
CREATE OR REPLACE MACRO base64_decode_string(a) AS decode(to_binary_base64(unfolded(a)));
CREATE OR REPLACE MACRO try_base64_decode_string(a) AS try_decode(try_to_binary_base64(unfolded(a)));

-- --- PARSE_URL -------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO parse_url
    (a) AS parse_url_parts(a, 0),
    (a, permissive) AS parse_url_parts(a, permissive);
CREATE OR REPLACE MACRO parse_url_parts(a, permissive) AS CASE WHEN a IS NULL THEN NULL
        WHEN NOT regexp_matches(a, '^[A-Za-z][A-Za-z0-9+.-]*:') THEN
            CASE WHEN permissive = 1 THEN json_object('error', 'scheme not specified')
                 ELSE CAST(error('MOCKHAUS:InvalidText:Error parsing URL: scheme not specified') AS JSON) END
        ELSE json_object(
            'fragment', nullif(regexp_extract(a, '#(.*)$', 1), ''),
            'host', nullif(regexp_extract(a, '^[^:/?#]+://((?:[^/?#@]*@)?[^:/?#]*)', 1), ''),
            'parameters', CASE WHEN regexp_matches(a, '^[^#]*\?[^#]+') THEN
                url_parameters(string_split(regexp_extract(a, '\?([^#]*)', 1), '&')) END,
            'path', CASE WHEN NOT regexp_matches(a, '^[^:/?#]+://[^/?#]*([?#]|$)')
                THEN regexp_extract(a, '^[^:/?#]+:(?://[^/?#]*/)?([^?#]*)', 1) END,
            'port', nullif(regexp_extract(a, '^[^:/?#]+://(?:[^/?#@]*@)?[^:/?#]*:(\d+)', 1), ''),
            'query', nullif(regexp_extract(a, '\?([^#]*)', 1), ''),
            'scheme', lower(regexp_extract(a, '^([^:]+):', 1))) END;
-- A name without a value has JSON null.
CREATE OR REPLACE MACRO url_parameters(l) AS
    CASE WHEN list_unique(list_transform(l, lambda p: split_part(p, '=', 1))) < len(l)
         THEN CAST(error('MOCKHAUS:UnsupportedFeature:Unsupported feature ''PARSE_URL of a URL that names a parameter twice''.') AS JSON)
         ELSE object_of(list_transform(l, lambda p: row(split_part(p, '=', 1), CASE WHEN contains(p, '=')
             THEN CAST(to_json(substr(p, strpos(p, '=') + 1)) AS VARCHAR) ELSE 'null' END))) END;

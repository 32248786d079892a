-- Digests: of the bytes of a BINARY, of the UTF-8 text of anything else.

CREATE OR REPLACE MACRO digested(a) AS list_transform([a], lambda v:
    CASE typeof(v) WHEN 'BLOB' THEN CAST(CAST(v AS VARCHAR) AS BLOB) ELSE encode(text_of(v)) END)[1];

CREATE OR REPLACE MACRO md5_of(a) AS
    CASE typeof(a) WHEN 'BLOB' THEN md5(CAST(CAST(a AS VARCHAR) AS BLOB)) ELSE md5(text_of(a)) END;
CREATE OR REPLACE MACRO md5_binary(a) AS unhex(md5(digested(a)));
CREATE OR REPLACE MACRO md5_upper64(a) AS CAST(CAST('0x' || left(md5(digested(a)), 16) AS UBIGINT) AS DECIMAL(20, 0));
CREATE OR REPLACE MACRO md5_lower64(a) AS CAST(CAST('0x' || right(md5(digested(a)), 16) AS UBIGINT) AS DECIMAL(20, 0));
CREATE OR REPLACE MACRO sha1_of(a) AS
    CASE typeof(a) WHEN 'BLOB' THEN sha1(CAST(CAST(a AS VARCHAR) AS BLOB)) ELSE sha1(text_of(a)) END;
CREATE OR REPLACE MACRO sha1_binary(a) AS unhex(sha1(digested(a)));
CREATE OR REPLACE MACRO sha256_of(a) AS
    CASE typeof(a) WHEN 'BLOB' THEN sha256(CAST(CAST(a AS VARCHAR) AS BLOB)) ELSE sha256(text_of(a)) END;
CREATE OR REPLACE MACRO sha256_binary(a) AS unhex(sha256(digested(a)));

CREATE OR REPLACE MACRO signed_hash(h) AS CAST(CAST(h AS HUGEINT) - 9223372036854775808 AS BIGINT);

-- The hash of one value. Equal numbers have the same, whatever their types; others are told apart by their types.
CREATE OR REPLACE MACRO hash_key(a) AS CASE
    WHEN typeof(a) IN ('BIGINT', 'INTEGER', 'HUGEINT', 'SMALLINT', 'TINYINT') THEN hash(TRY_CAST(a AS HUGEINT))
    WHEN starts_with(typeof(a), 'DECIMAL') THEN list_transform([decimal_text(CAST(a AS VARCHAR))],
        lambda t: CASE WHEN contains(t, '.') THEN hash('number', t) ELSE hash(TRY_CAST(t AS HUGEINT)) END)[1]
    WHEN typeof(a) IN ('DOUBLE', 'FLOAT') THEN
        CASE WHEN TRY_CAST(a AS DOUBLE) = trunc(TRY_CAST(a AS DOUBLE)) AND abs(TRY_CAST(a AS DOUBLE)) < 1e38
             THEN hash(TRY_CAST(a AS HUGEINT)) ELSE hash('float', a) END
    WHEN typeof(a) IN ('JSON', 'BOOLEAN') THEN hash(typeof(a), a)
    ELSE hash(a) END;

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

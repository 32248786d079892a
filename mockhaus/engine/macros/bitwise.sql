-- Bitwise functions: on whole numbers, and on BINARY values of the same length.

CREATE OR REPLACE MACRO bits_beside(a, b) AS CASE WHEN octet_length(a) <> octet_length(b)
    THEN CAST(error('MOCKHAUS:InvalidText:The lengths of two variable-sized fields do not match: first length '
        || octet_length(a) || ', second length ' || octet_length(b)) AS BIT)
    ELSE CAST(a AS BIT) END;
CREATE OR REPLACE MACRO bit_and_of
    (a BLOB, b BLOB) AS CAST(bits_beside(a, b) & CAST(b AS BIT) AS BLOB),
    (a, b) AS CAST(a AS BIGINT) & CAST(b AS BIGINT);
CREATE OR REPLACE MACRO bit_or_of
    (a BLOB, b BLOB) AS CAST(bits_beside(a, b) | CAST(b AS BIT) AS BLOB),
    (a, b) AS CAST(a AS BIGINT) | CAST(b AS BIGINT);
CREATE OR REPLACE MACRO bit_xor_of
    (a BLOB, b BLOB) AS CAST(xor(bits_beside(a, b), CAST(b AS BIT)) AS BLOB),
    (a, b) AS xor(CAST(a AS BIGINT), CAST(b AS BIGINT));
CREATE OR REPLACE MACRO bit_not_of
    (a BLOB) AS CAST(~CAST(a AS BIT) AS BLOB),
    (a) AS ~CAST(a AS BIGINT);

-- The shorter of two BINARY values filled up with zeros, to the left or to the right.
CREATE OR REPLACE MACRO bits_padded_left(a, b) AS
    unhex(lpad(hex(a), CAST(2 * greatest(octet_length(a), octet_length(b)) AS INTEGER), '0'));
CREATE OR REPLACE MACRO bits_padded_right(a, b) AS
    unhex(rpad(hex(a), CAST(2 * greatest(octet_length(a), octet_length(b)) AS INTEGER), '0'));

CREATE OR REPLACE MACRO shift_of(n) AS CASE WHEN n < 0
    THEN CAST(error('MOCKHAUS:InvalidParameter:Invalid bit position or number of bits: ' || n) AS INTEGER)
    ELSE CAST(n AS INTEGER) END;
CREATE OR REPLACE MACRO bitshiftleft
    (a BLOB, n) AS CAST(CAST(a AS BIT) << shift_of(n) AS BLOB),
    (a, n) AS CAST(a AS HUGEINT) * CAST(pow(2, shift_of(n)) AS HUGEINT);
CREATE OR REPLACE MACRO bitshiftright
    (a BLOB, n) AS CAST(CAST(a AS BIT) >> shift_of(n) AS BLOB),
    (a, n) AS CASE WHEN n > 63 THEN CASE WHEN a < 0 THEN -1 ELSE 0 END
        ELSE CAST(a AS BIGINT) >> shift_of(n) END;
CREATE OR REPLACE MACRO getbit(a, n) AS
    CASE WHEN n > 63 THEN CASE WHEN a < 0 THEN 1 ELSE 0 END ELSE (CAST(a AS BIGINT) >> shift_of(n)) & 1 END;

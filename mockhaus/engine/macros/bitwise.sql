-- Bitwise functions: on whole numbers of 128 bits, and on BINARY values of the same length.

-- What does not fit 64 bits for sure is a number of 38 digits.
CREATE OR REPLACE MACRO of_bits(n) AS CAST(of_38_digits(n) AS DECIMAL(38, 0));

CREATE OR REPLACE MACRO bits_beside(a, b) AS CASE WHEN octet_length(a) <> octet_length(b)
    THEN CAST(error('MOCKHAUS:InvalidText:The lengths of two variable-sized fields do not match: first length '
        || octet_length(a) || ', second length ' || octet_length(b)) AS BIT)
    ELSE CAST(a AS BIT) END;
CREATE OR REPLACE MACRO bit_and_of
    (a BLOB, b BLOB) AS CAST(bits_beside(a, b) & CAST(b AS BIT) AS BLOB),
    (a BIGINT, b BIGINT) AS a & b,
    (a, b) AS of_bits(whole_of(a) & whole_of(b));
CREATE OR REPLACE MACRO bit_or_of
    (a BLOB, b BLOB) AS CAST(bits_beside(a, b) | CAST(b AS BIT) AS BLOB),
    (a BIGINT, b BIGINT) AS a | b,
    (a, b) AS of_bits(whole_of(a) | whole_of(b));
CREATE OR REPLACE MACRO bit_xor_of
    (a BLOB, b BLOB) AS CAST(xor(bits_beside(a, b), CAST(b AS BIT)) AS BLOB),
    (a BIGINT, b BIGINT) AS xor(a, b),
    (a, b) AS of_bits(xor(whole_of(a), whole_of(b)));
CREATE OR REPLACE MACRO bit_not_of
    (a BLOB) AS CAST(~CAST(a AS BIT) AS BLOB),
    (a BIGINT) AS ~a,
    (a) AS of_bits(-whole_of(a) - 1);

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
    (a, n) AS of_bits(CASE WHEN n > 127 THEN 0
        ELSE CAST(CAST(whole_of(a) AS BIT) << shift_of(n) AS HUGEINT) END);
CREATE OR REPLACE MACRO bitshiftright
    (a BLOB, n) AS CAST(CAST(a AS BIT) >> shift_of(n) AS BLOB),
    (a BIGINT, n) AS CASE WHEN n > 63 THEN CASE WHEN a < 0 THEN -1 ELSE 0 END
        ELSE a >> shift_of(n) END,
    (a, n) AS of_bits(CASE WHEN n > 126 THEN CASE WHEN a < 0 THEN -1 ELSE 0 END
        ELSE whole_of(a) >> shift_of(n) END);
CREATE OR REPLACE MACRO getbit
    (a BIGINT, n) AS CASE WHEN n > 63 THEN CASE WHEN a < 0 THEN 1 ELSE 0 END
        ELSE (a >> shift_of(n)) & 1 END,
    (a, n) AS CAST(CASE WHEN n > 126 THEN CASE WHEN a < 0 THEN 1 ELSE 0 END
        ELSE (whole_of(a) >> shift_of(n)) & 1 END AS BIGINT);

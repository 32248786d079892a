-- Conditional functions on numbers: what rounds to 0 is false, all else true.

CREATE OR REPLACE MACRO is_true(a) AS round(CAST(a AS DOUBLE)) <> 0;
CREATE OR REPLACE MACRO booland(a, b) AS is_true(a) AND is_true(b);
CREATE OR REPLACE MACRO boolor(a, b) AS is_true(a) OR is_true(b);
CREATE OR REPLACE MACRO boolxor(a, b) AS is_true(a) <> is_true(b);
CREATE OR REPLACE MACRO boolnot(a) AS NOT is_true(a);

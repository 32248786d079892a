-- Functions on vectors, which come as lists of doubles.

CREATE OR REPLACE MACRO vector_l1_distance(a, b) AS
    list_sum(list_transform(list_zip(a, b), lambda p: abs(p[1] - p[2])));

-- A VARIANT array as the text of a list.
CREATE OR REPLACE MACRO vector_source
    (a) AS a,
    (a VARCHAR) AS CAST(a AS JSON);

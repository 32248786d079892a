-- Functions on vectors, which come as lists of doubles.

CREATE OR REPLACE MACRO vector_l1_distance(a, b) AS
    list_sum(list_transform(list_zip(a, b), lambda p: abs(p[1] - p[2])));

-- Of a list of vectors, element by element.
CREATE OR REPLACE MACRO element_of(l, i) AS list_transform(l, lambda v: v[i]);
CREATE OR REPLACE MACRO vector_sum(l) AS
    list_transform(range(1, len(l[1]) + 1), lambda i: list_sum(element_of(l, i)));
CREATE OR REPLACE MACRO vector_min(l) AS
    list_transform(range(1, len(l[1]) + 1), lambda i: list_min(element_of(l, i)));
CREATE OR REPLACE MACRO vector_max(l) AS
    list_transform(range(1, len(l[1]) + 1), lambda i: list_max(element_of(l, i)));

-- A VARIANT array as the text of a list.
CREATE OR REPLACE MACRO vector_source
    (a) AS a,
    (a VARCHAR) AS CAST(a AS JSON);

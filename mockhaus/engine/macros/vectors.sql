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

-- Answers whose size is another than the argument's, or not known, are lists.
CREATE OR REPLACE MACRO vector_avg(l) AS
    list_transform(range(1, len(l[1]) + 1), lambda i: list_avg(element_of(l, i)));
CREATE OR REPLACE MACRO vector_normalize(v) AS
    list_transform([sqrt(list_sum(list_transform(v, lambda e: e * e)))], lambda n: list_transform(v, lambda e: e / n))[1];
CREATE OR REPLACE MACRO vector_truncate(v, n) AS CASE WHEN n BETWEEN 1 AND len(v) THEN v[1:n]
    WHEN v IS NOT NULL AND n IS NOT NULL
    THEN [CAST(error('MOCKHAUS:InvalidParameter:VECTOR_TRUNCATE: the dimension must be at least 1 and at most that of the vector') AS INTEGER)] END;

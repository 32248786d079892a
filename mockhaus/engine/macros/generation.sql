-- Data generation functions.

CREATE OR REPLACE MACRO wrapped(n, bits) AS n % CAST(pow(2, bits) AS BIGINT);
-- After the largest number of so many bits comes the smallest.
CREATE OR REPLACE MACRO wrapped_signed(n, bits) AS
    (n + CAST(pow(2, bits - 1) AS BIGINT)) % CAST(pow(2, bits) AS BIGINT) - CAST(pow(2, bits - 1) AS BIGINT);

CREATE OR REPLACE MACRO random_number() AS
    CAST(floor(random() * 9007199254740992) * 2048 + floor(random() * 2048) - 9223372036854775807 AS BIGINT);
CREATE OR REPLACE MACRO seeded_random(seed, n) AS signed_hash(hash(seed, n));

-- A generator's number as a fraction of 1.
CREATE OR REPLACE MACRO fraction_of(g) AS CAST(hash(g) % 9007199254740992 AS DOUBLE) / 9007199254740992;
CREATE OR REPLACE MACRO uniform_whole(low, high, g) AS
    CAST(low + floor(fraction_of(g) * (high - low + 1)) AS BIGINT);
CREATE OR REPLACE MACRO uniform_float(low, high, g) AS
    CAST(low AS DOUBLE) + fraction_of(g) * (CAST(high AS DOUBLE) - CAST(low AS DOUBLE));
CREATE OR REPLACE MACRO normal_number(mean, deviation, g) AS
    list_transform([hash(g)], lambda h: mean + deviation
        * sqrt(-2 * ln(greatest(fraction_of(h), 1e-300))) * cos(2 * pi() * fraction_of(hash(h))))[1];
-- Zipf's distribution by rejection-inversion (Hörmann, Derflinger 1996): at least four in five tries
-- are taken; of so many one is. h is k^-s, its integral and the inverse of that.
CREATE OR REPLACE MACRO zipf_integral(s, x) AS CASE WHEN s = 1 THEN ln(x) ELSE (pow(x, 1 - s) - 1) / (1 - s) END;
CREATE OR REPLACE MACRO zipf_inverse(s, y) AS
    CASE WHEN s = 1 THEN exp(y) ELSE pow(greatest(1 + y * (1 - s), 0), 1 / (1 - s)) END;
CREATE OR REPLACE MACRO zipf_number(s, n, g) AS list_transform([hash(g)], lambda seed: COALESCE(
    list_filter(list_transform(range(24), lambda i:
        zipf_try(s, n, zipf_integral(s, n + 0.5::DOUBLE)
            + fraction_of(hash(seed, i)) * (zipf_integral(s, 1.5::DOUBLE) - 1 - zipf_integral(s, n + 0.5::DOUBLE)))),
        lambda k: k IS NOT NULL)[1], 1))[1];
CREATE OR REPLACE MACRO zipf_try(s, n, u) AS list_transform([{u: u, x: zipf_inverse(s, u)}], lambda t:
    list_transform([greatest(1, least(n, CAST(floor(t.x + 0.5) AS BIGINT)))], lambda k: CASE
        WHEN k - t.x <= 2 - zipf_inverse(s, zipf_integral(s, 2.5::DOUBLE) - pow(2, -s))
          OR t.u >= zipf_integral(s, k + 0.5::DOUBLE) - pow(k, -s) THEN CAST(k AS BIGINT) END)[1])[1];

-- What is made in a second or two.
CREATE OR REPLACE MACRO few_letters(n) AS CASE WHEN n > 1048576
    THEN CAST(error('MOCKHAUS:StringTooLong:RANDSTR makes at most 1048576 characters here') AS BIGINT) ELSE n END;
CREATE OR REPLACE MACRO random_text(n, g) AS
    list_transform([hash(g)], lambda h: array_to_string(list_transform(range(few_letters(CAST(n AS BIGINT))), lambda i:
        substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', CAST(hash(h, i) % 62 AS BIGINT) + 1, 1)), ''))[1];

-- A UUID of version 5: the SHA-1 of the namespace's bytes and the name.
CREATE OR REPLACE MACRO uuid_of_name(namespace, name) AS
    list_transform([sha1(unhex(replace(namespace, '-', '')) || encode(name))], lambda h:
        h[1:8] || '-' || h[9:12] || '-5' || h[14:16] || '-'
        || translate(h[17], '0123456789abcdef', '89ab89ab89ab89ab') || h[18:20] || '-' || h[21:32])[1];

"""Parameters of lambdas inside macros get names of their own."""

from __future__ import annotations

import pytest

from mockhaus.engine.hygiene import hygienic

#: What a macro says, what is built.
TEXTS = [
    ("f(l, lambda e: e || s)", "f(l, lambda _e_1: _e_1 || s)"),
    ("f(l, lambda e, i: [e, i], e)", "f(l, lambda _e_1, _i_1: [_e_1, _i_1], e)"),
    ("f(l, lambda e: (e, g(e)))", "f(l, lambda _e_1: (_e_1, g(_e_1)))"),
    ("f(l, lambda e: E.e)", "f(l, lambda _e_1: _e_1.e)"),
    ("f(l, lambda e: 'e' || \"e\" -- e\n || e)", "f(l, lambda _e_1: 'e' || \"e\" -- e\n || _e_1)"),
    (
        "f(l, lambda e: g(e, lambda e: e)) + f(l, lambda e: e)",
        "f(l, lambda _e_2: g(_e_2, lambda _e_1: _e_1)) + f(l, lambda _e_3: _e_3)",
    ),
]


@pytest.mark.parametrize(("text", "built"), TEXTS)
def test_names(text: str, built: str) -> None:
    assert hygienic(text) == built

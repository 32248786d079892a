"""Where statements end, as a table: the statements of a text, and whether the last one has ended."""

from __future__ import annotations

import pytest

from mockhaus.client.statements import called, is_complete, rest, split

TEXTS = [
    # text, its statements, whether it is complete
    ("", [], False),
    ("  -- nothing\n", [], False),
    ("select 1", ["select 1"], False),
    ("select 1;", ["select 1"], True),
    ("select 1; select 2", ["select 1", "select 2"], False),
    (";;select 1;;", ["select 1"], True),
    ("select ';';", ["select ';'"], True),
    ("select 'it''s;';", ["select 'it''s;'"], True),
    (r"select 'it\';';", [r"select 'it\';'"], True),
    ("select 'open;", ["select 'open;"], False),
    ('select 1 as "a;b""c";', ['select 1 as "a;b""c"'], True),
    ('select 1 as "open;', ['select 1 as "open;'], False),
    ("select 1 -- one;\n;", ["select 1"], True),
    ("select 1 // one;\n;", ["select 1"], True),
    ("put file:///tmp/a.csv @s; select 1;", ["put file:///tmp/a.csv @s", "select 1"], True),
    ("select /* ; */ 1;", ["select /* ; */ 1"], True),
    ("select 1 /* open;", ["select 1"], False),
    ("select $$a;\nb$$;", ["select $$a;\nb$$"], True),
    ("select $$open;", ["select $$open;"], False),
    ("begin;", ["begin"], True),
    ("begin transaction; select 1;", ["begin transaction", "select 1"], True),
    ("begin work;", ["begin work"], True),
    ("begin name t1;", ["begin name t1"], True),
    ("begin let x := 1; return x;", ["begin let x := 1; return x;"], False),
    ("begin let x := 1; return x; end;", ["begin let x := 1; return x; end"], True),
    ("begin return 1; end; select 2;", ["begin return 1; end", "select 2"], True),
    ("begin begin return 1; end; return 2; end;", ["begin begin return 1; end; return 2; end"], True),
    ("begin begin return 1; end;", ["begin begin return 1; end;"], False),
    ("begin if (true) then return 1; end if; end;", ["begin if (true) then return 1; end if; end"], True),
    ("begin for i in 1 to 2 do null; end for;", ["begin for i in 1 to 2 do null; end for;"], False),
    ("begin return case when true then 1 end; end;", ["begin return case when true then 1 end; end"], True),
    ("begin case (1) when 1 then return 1; end case; end;", ["begin case (1) when 1 then return 1; end case; end"], True),
    ("declare x int; begin return x; end;", ["declare x int; begin return x; end"], True),
    ("declare x int;", ["declare x int;"], False),
    (
        "create procedure p() returns int language sql as begin return 1; end; call p();",
        ["create procedure p() returns int language sql as begin return 1; end", "call p()"],
        True,
    ),
    (
        "create procedure p() returns int language sql as declare x int; begin return 1; end;",
        ["create procedure p() returns int language sql as declare x int; begin return 1; end"],
        True,
    ),
    ("select case when 1 = 1 then 2 end;", ["select case when 1 = 1 then 2 end"], True),
    ("select 1 as begin_, 2; select 3;", ["select 1 as begin_, 2", "select 3"], True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "statements", "complete"), TEXTS)
def test_statements_of_a_text(text: str, statements: list[str], complete: bool) -> None:
    pieces = split(text)
    assert [piece.text.rstrip() for piece in pieces] == statements
    assert is_complete(text) == complete
    assert all(text[piece.start :].startswith(piece.text) for piece in pieces)
    assert all(piece.ended for piece in pieces[:-1])


@pytest.mark.parametrize(
    ("text", "left"), [("select 1; select 2", " select 2"), ("select 1", "select 1"), ("a; ", " ")]
)
def test_what_follows_the_last_end(text: str, left: str) -> None:
    assert rest(text) == left


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT a, Max (b), max(c) FROM f(1)", ["MAX", "F"]),
        ("SELECT 'g(1)', \"h\"(2) -- i(3)\n", []),
    ],
)
def test_names_before_parentheses(text: str, names: list[str]) -> None:
    assert called(text) == names

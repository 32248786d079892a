"""JSON text without its marks: the same by the macros, over Arrow columns, and in Python."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mockhaus import xml
from mockhaus.engine.cursor import Cursor
from mockhaus.marks import MARK as M

#: What is kept, as JSON that any reader takes, and as Snowflake shows it.
TEXTS = [
    ('{"a":1,"b":"x"}', '{"a":1,"b":"x"}', '{"a":1,"b":"x"}'),
    (f'"{M}d2024-02-29"', '"2024-02-29"', '"2024-02-29"'),
    (f'"{M}d0044-03-15 (BC)"', '"0044-03-15 (BC)"', '"0044-03-15 (BC)"'),
    (f'"{M}t10:20:30.5"', '"10:20:30"', '"10:20:30"'),
    (f'["{M}t10:20:30","{M}t00:00:00.000001"]', *['["10:20:30","00:00:00"]'] * 2),
    (f'{{"at":"{M}n2024-02-29 12:00:00.250"}}', *['{"at":"2024-02-29 12:00:00.250"}'] * 2),
    (f'["{M}l2024-02-29 12:00:00.250 -0800","{M}z2024-02-29 12:00:00.250 +0530"]',
     *['["2024-02-29 12:00:00.250 -0800","2024-02-29 12:00:00.250 +0530"]'] * 2),
    (f'["{M}b00FF","{M}b"]', *['["00FF",""]'] * 2),
    (f'["{M}E-1.5e-10","{M}N0.00012345678901234567890"]',
     *["[-1.5e-10,0.00012345678901234567890]"] * 2),
    (f'["{M}ENaN","{M}E-inf","{M}E1e+00"]', '["NaN","-inf",1e+00]', "[NaN,-inf,1e+00]"),
    (f'[1,"{M}U",null,"U"]', '[1,null,null,"U"]', '[1,undefined,null,"U"]'),
    (f'{{"a\\"b":["{M}E1e+00",{{"":"\u00e9\\\\{{"}}]}}', *['{"a\\"b":[1e+00,{"":"\u00e9\\\\{"}]}'] * 2),
    (f'{{"$":1,"@":"{M}xa","@k":"{M}N0.0001"}}', '"<a k=\\"0.0001\\">1</a>"', '<a k="0.0001">1</a>'),
    (f'[{{"$":"{M}E1e+00","@":"{M}xa"}}]', *['[{"$":1e+00,"@":"a"}]'] * 2),
]  # fmt: skip


@pytest.mark.parametrize(("kept", "json", "text"), TEXTS)
def test_of_one_value(cursor: Cursor, kept: str, json: str, text: str) -> None:
    rows = cursor.rows("SELECT plain_text(t), shown(t) FROM (SELECT ? AS t)", [kept])
    assert rows == [(json, text)]
    assert (xml.json_of(kept), xml.text_of(kept, pretty=False)) == (json, text)


@pytest.mark.parametrize("values", [TEXTS, TEXTS[:-2]], ids=["with XML", "without"])
def test_of_columns(values: list[tuple[str, str, str]]) -> None:
    kept, jsons, texts = (pa.array([*column, None]) for column in zip(*values, strict=True))
    assert xml.jsons_of(kept) == jsons
    assert xml.texts_of(kept) == texts


def test_of_null(cursor: Cursor) -> None:
    null = "CAST(NULL AS VARCHAR)"
    assert cursor.rows(f"SELECT plain_text({null}), shown({null})") == [(None, None)]

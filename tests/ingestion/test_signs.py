"""Which short texts a file holds, wherever they stand."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from mockhaus.ingestion.files import signs

TEXTS = ("\n\n", ",\n", "\r", '"', ' "', '", ', "é")


@pytest.mark.parametrize("seed", range(200))
def test_nothing_is_missed_between_pieces_and_threads(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "_PIECE", 16)
    monkeypatch.setattr(signs, "_LARGE", 40)
    chance = random.Random(seed)
    text = "".join(chance.choices(',\n\rab"é ', k=chance.randrange(120))).encode()
    path = tmp_path / "x"
    path.write_bytes(text)
    ended = text if text.endswith(b"\n") or not text else text + b"\n"
    held = {each for each in TEXTS if each.encode() in ended}
    assert signs.in_file(path, TEXTS) - {signs.LONG} == held
    assert signs.in_stream(io.BytesIO(text), TEXTS) - {signs.LONG} == held

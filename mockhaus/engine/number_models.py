"""Numbers by models that are columns: what literals are compiled to beforehand.

Snowflake's manual: "SQL format models".
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa

from mockhaus.errors import SqlError
from mockhaus.formats import NumberModel, is_number_model, number_model, number_pattern

_pattern = lru_cache(maxsize=256)(number_pattern)
#: Characters of a model, of which a literal has far fewer.
_LONGEST: Final = 1000
_PLAIN: Final = re.compile(r"[$, ]")


@lru_cache(maxsize=256)
def _model(model: str) -> NumberModel:
    """Raises ValueError for what is no model of numbers."""
    if len(model) > _LONGEST or not is_number_model(model):
        shown = model[:_LONGEST]
        raise ValueError(f"MOCKHAUS:InvalidParameter:Bad number format model '{shown}'")
    try:
        return number_model(model)
    except SqlError as error:
        name = type(error).__name__
        raise ValueError(f"MOCKHAUS:{name}:{error.message.rpartition(chr(10))[2]}") from None


def written(numbers: Any, models: Any) -> Any:
    """TO_CHAR: numbers as their texts, each by its model."""
    values = [
        None if text is None or model is None else _written(text, _model(model))
        for text, model in zip(numbers.to_pylist(), models.to_pylist(), strict=True)
    ]
    return pa.array(values, pa.string())


def _written(text: str, model: NumberModel) -> str:
    if model.kind in ("TM", "TM9"):
        made = text
    elif model.kind == "TME":
        made = _scientific(Decimal(text))
    elif model.kind == "X":
        made = _hexadecimal(int(Decimal(text).to_integral_value(ROUND_HALF_UP)), model)
    else:
        made = _fixed(Decimal(text), model)
    return model.before + made + model.after


def _scientific(value: Decimal) -> str:
    mantissa, _, exponent = f"{float(value):.14e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{int(exponent)}"


def _hexadecimal(number: int, model: NumberModel) -> str:
    """Without S a negative number is the complement of two in the model's digits."""
    if model.sign:
        return ("-" if number < 0 else "+") + f"{abs(number):X}".rjust(model.zeros, "0")
    if abs(number) > 16**model.whole - 1 or (number < 0 and abs(number) > 16**model.whole // 2):
        return "#" * model.whole
    return f"{number % 16**model.whole:X}".rjust(model.zeros, "0")


def _fixed(value: Decimal, model: NumberModel) -> str:
    shown = f"{value.quantize(Decimal(1).scaleb(-model.decimals), ROUND_HALF_UP):f}"
    is_negative = shown.startswith("-") and re.search("[1-9]", shown) is not None
    whole, _, decimals = shown.lstrip("-").partition(".")
    if (model.blank_zero or model.whole == 0) and model.zeros == 0 and whole == "0":
        whole = ""
    whole = whole.rjust(model.zeros, "0")
    is_too_long = len(whole) > model.whole
    body = "$" if model.dollar else ""
    if is_too_long:
        body += "#" * model.whole
    else:
        body += _grouped(whole) if model.grouped else whole
    if model.decimals:
        body += "." + ("#" * model.decimals if is_too_long else decimals)
    return _signed(body, is_negative, model)


def _grouped(digits: str) -> str:
    first = len(digits) % 3
    parts = [digits[:first]] if first else []
    parts += [digits[at : at + 3] for at in range(first, len(digits), 3)]
    return ",".join(parts)


def _signed(body: str, is_negative: bool, model: NumberModel) -> str:
    width = 0
    if not model.compact:
        commas = (model.whole - 1) // 3 if model.grouped else 0
        width = model.whole + commas + (model.decimals + 1 if model.decimals else 0) + model.dollar
    blank = " " if width else ""
    plus = "+" if model.sign in ("S", "S>") else blank
    sign = "-" if is_negative else plus
    if model.sign in ("MI", "S>"):
        return body.rjust(width) + sign
    return (sign + body).rjust(width + 1 if width else 0)


def read(texts: Any, models: Any, safe: Any) -> Any:
    """TO_NUMBER: texts by their models as plain digits; what is none is an error, or NULL."""
    values: list[str | None] = []
    for text, model, is_safe in zip(
        texts.to_pylist(), models.to_pylist(), safe.to_pylist(), strict=True
    ):
        found = None if text is None or model is None else _read(text, _model(model))
        if found is None and text is not None and model is not None and not is_safe:
            raise ValueError(
                f"MOCKHAUS:InvalidNumber:Can't parse '{text}' as number with format '{model}'"
            )
        values.append(found)
    return pa.array(values, pa.string())


def _read(text: str, model: NumberModel) -> str | None:
    if not re.fullmatch(_pattern(model), text) or not re.search("[0-9A-Fa-f]", text):
        return None
    if model.kind == "X":
        return str(int(text, 16))
    digits = _PLAIN.sub("", text)
    if digits[-1:] in ("+", "-"):
        digits = digits[-1] + digits[:-1]
    try:
        Decimal(digits)
    except InvalidOperation:
        return None
    return digits

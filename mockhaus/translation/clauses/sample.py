"""SAMPLE, TABLESAMPLE. Snowflake's manual: "SAMPLE / TABLESAMPLE"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_METHODS: Final = {"ROW": "BERNOULLI", "BLOCK": "SYSTEM"}
#: The most rows of a sample, and the largest seed.
_ROWS: Final = 1_000_000
_SEED: Final = 2_147_483_647


def _sample(node: exp.TableSample, walk: Walk) -> exp.Expression:
    """BERNOULLI | ROW by probability or number of rows, SYSTEM | BLOCK, SEED | REPEATABLE."""
    method = str(node.args["method"].this).upper() if node.args.get("method") else "BERNOULLI"
    method = _METHODS.get(method, method)
    if method not in _METHODS.values():
        raise UnsupportedFeature(f"Unsupported feature 'SAMPLE {method}'.")
    new = exp.TableSample(method=exp.var(method))
    percent, size, seed = (node.args.get(key) for key in ("percent", "size", "seed"))
    if size is not None:
        if method == "SYSTEM":
            raise UnsupportedFeature("Unsupported feature 'SAMPLE SYSTEM of a number of rows'.")
        new.set("method", exp.var("RESERVOIR"))
        new.set("size", _number(size, "number of rows", _ROWS, walk))
    else:
        new.set("percent", _number(percent, "probability", 100, walk, whole=False))
    if seed is not None:
        if size is not None or isinstance(node.parent, exp.Subquery):
            what = "of a number of rows" if size is not None else "of a subquery"
            raise UnsupportedFeature(f"Unsupported feature 'SAMPLE {what} with a SEED'.")
        new.set("seed", _number(seed, "seed", _SEED, walk))
    return new


def _number(
    given: exp.Expression | None, what: str, most: int, walk: Walk, *, whole: bool = True
) -> exp.Expression:
    """A constant of a sample, as a literal or a session variable's value. Raises InvalidParameter,
    UnsupportedFeature for a bind variable, which DuckDB does not take here."""
    if isinstance(given, exp.Placeholder):
        raise UnsupportedFeature(f"Unsupported feature 'the {what} of SAMPLE as a bind variable'.")
    found = walk.rewrite(given) if given is not None else None
    is_number = isinstance(found, exp.Literal) and not found.is_string
    if found is not None and is_number and (found.is_int or not whole):
        number = float(found.this)
        if 0 <= number <= most:
            return found
    kind = "whole number" if whole else "number"
    raise InvalidParameter(f"The {what} of SAMPLE is a {kind} from 0 to {most}.")


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.TableSample: _sample}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}

"""SAMPLE, TABLESAMPLE. Snowflake's manual: "SAMPLE / TABLESAMPLE"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_METHODS: Final = {"ROW": "BERNOULLI", "BLOCK": "SYSTEM"}


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
        new.set("size", walk.rewrite(size))
    elif isinstance(percent, exp.Literal) and 0 <= float(percent.this) <= 100:
        new.set("percent", percent)
    else:
        raise InvalidParameter("The probability of SAMPLE is a number from 0 to 100.")
    if seed is not None:
        new.set("seed", walk.rewrite(seed))
    return new


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.TableSample: _sample}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}

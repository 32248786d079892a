"""Trees of sqlglot: copying one, and what is in one, each in a single walk."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from sqlglot import exp

T = TypeVar("T", bound=exp.Expression)

#: Types of arguments that are no nodes. (To ask whether one is an instance of Expression takes
#: longer the less it is one.)
PLAIN: Final = frozenset((type(None), bool, str, int))


class Meta(dict[str, Any]):
    """What is noted of a node. Its values are plain: copying a tree need not go into them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Meta:
        return Meta(self)


def copied(tree: T) -> T:
    """A copy of a whole tree.

    As `tree.copy()` in half of its time: notes are copied as they are, comments and types not.
    """
    root = tree.__class__()
    waiting: list[tuple[exp.Expression, exp.Expression]] = [(tree, root)]
    while waiting:
        node, made = waiting.pop()
        if node._meta:
            made._meta = Meta(node._meta)
        args = made.args
        for key, value in node.args.items():
            kind = type(value)
            if kind in PLAIN:
                args[key] = value
            elif kind is list:
                args[key] = items = list(value)
                for index, each in enumerate(value):
                    if isinstance(each, exp.Expression):
                        child = items[index] = each.__class__()
                        child.parent, child.arg_key, child.index = made, key, index
                        waiting.append((each, child))
            elif isinstance(value, exp.Expression):
                child = args[key] = kind()
                child.parent, child.arg_key = made, key
                waiting.append((value, child))
            else:
                args[key] = value
    return root


class Census:
    """What a tree consists of: its nodes by class, each class in the order of `tree.walk()`, and
    the values of one of their notes."""

    __slots__ = ("nodes", "noted")

    def __init__(self, tree: exp.Expression, note: str) -> None:
        self.nodes: dict[type[exp.Expression], list[Any]] = {}
        self.noted: set[Any] = set()
        level: list[exp.Expression] = [tree]
        while level:
            below: list[exp.Expression] = []
            for node in level:
                kind = type(node)
                if kind in self.nodes:
                    self.nodes[kind].append(node)
                else:
                    self.nodes[kind] = [node]
                if (meta := node._meta) and note in meta:
                    self.noted.add(meta[note])
                for value in node.args.values():
                    kind = type(value)
                    if kind in PLAIN:
                        continue
                    if kind is list:
                        below += [each for each in value if isinstance(each, exp.Expression)]
                    elif isinstance(value, exp.Expression):
                        below.append(value)
            level = below

    def of(self, *classes: type[T]) -> list[T]:
        """The nodes of some classes and of those below them."""
        found = [nodes for kind, nodes in self.nodes.items() if issubclass(kind, classes)]
        return [node for nodes in found for node in nodes]


_EXTREMES: Final = frozenset(("greatest", "least"))


def choices(node: exp.Expression) -> list[exp.Expression]:
    """What CASE, COALESCE, GREATEST or LEAST answers one of; nothing of other expressions."""
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        answers = [each.args["true"] for each in node.args["ifs"]]
        return answers if default is None else [*answers, default]
    if isinstance(node, exp.Coalesce):
        return [node.this, *node.expressions]
    if isinstance(node, exp.Anonymous) and str(node.this).lower() in _EXTREMES:
        return list(node.expressions)
    return []

"""User-defined functions: CREATE, ALTER, DROP, SHOW, DESCRIBE.

A function is a recorded object; calls are written out by `translation.routines.calls`. Views that
call one are made anew when it changes, since DuckDB keeps their text with the body written in.
Snowflake's manual: "CREATE FUNCTION" and its sisters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import views
from mockhaus.catalog.answers import already_dropped, already_there, status
from mockhaus.catalog.listing import WHOLE, Listing, Rows, scope, shaped, yes
from mockhaus.catalog.objects import CatalogObject, Objects, check_length
from mockhaus.catalog.tables import require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    DuplicateObject,
    InvalidParameter,
    TypeMismatch,
    UndefinedObject,
)
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.functions import FAMILIES
from mockhaus.translation.grammar.routines import AlterFunction, CreateFunction
from mockhaus.translation.routines import calls
from mockhaus.translation.routines.routine import Parameter, Routine, check_returned, type_of
from mockhaus.translation.scripting.statements import CreateProcedure
from mockhaus.types import from_duckdb

_DONE: Final = "Statement executed successfully."
_BUILT_IN: Final = frozenset(
    name for family in FAMILIES.values() for each in family for name in each.names
)


def routine(found: CatalogObject) -> Routine:
    """A recorded function as the translator sees it."""
    told, name = found.properties, found.name
    columns = told.get("columns")
    return Routine(
        name.name,
        name.schema or "",
        name.database or "",
        tuple(Parameter(p["name"], p["type"], p["default"]) for p in told["parameters"]),
        told["body"],
        told["returns"],
        None if columns is None else tuple((each["name"], each["type"]) for each in columns),
        bool(told.get("strict")),
    )


def defined(objects: Objects, name: ObjectName) -> Sequence[Routine]:
    """The functions of a full name."""
    return [routine(each) for each in objects.named("FUNCTION", name)]


def find(
    objects: Objects, name: ObjectName, signature: Sequence[str], kind: str = "FUNCTION"
) -> CatalogObject | None:
    """The function or procedure of a full name and argument types, None if there is none."""
    for each in objects.named(kind, name):
        if [p.family for p in routine(each).parameters] == list(signature):
            return each
    return None


def spelled(name: ObjectName, signature: Sequence[str]) -> str:
    """A function in Snowflake's messages: `DB.SCHEMA.F(NUMBER, VARCHAR)`."""
    return f"{name}({', '.join(signature)})"


def require(
    workspace: Workspace, name: ObjectName, signature: Sequence[str], kind: str = "FUNCTION"
) -> CatalogObject:
    """The function or procedure of a resolved name. Raises UndefinedObject."""
    found = find(workspace.objects, name, signature, kind)
    if found is None:
        raise UndefinedObject(
            f"SQL compilation error:\n{kind.capitalize()} '{spelled(name, signature)}' does not"
            " exist or not authorized.",
            subject=name.name,
        )
    return found


# --- CREATE --------------------------------------------------------------------------------------


def create(workspace: Workspace, statement: CreateFunction) -> Result:
    """CREATE FUNCTION. The body is compiled, as Snowflake does."""
    name = require_schema(workspace, workspace.context.resolve(statement.name))
    check_length(name)
    if name.name in _BUILT_IN:
        raise InvalidParameter(
            f"SQL compilation error:\nFunction '{name.name}' is a system-defined function; choose"
            " another name."
        )
    families = [each.family for each in statement.parameters]
    existing = find(workspace.objects, name, families)
    if existing is not None and statement.if_not_exists:
        return already_there("CREATE FUNCTION", name.name)
    if existing is not None and not statement.replace:
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    properties = _properties(statement)
    comment = str(statement.options.get("COMMENT", ""))
    new = CatalogObject("FUNCTION", name, properties, comment, workspace.context.role)
    _compile(workspace, routine(new))
    if existing is not None:
        workspace.objects.remove(existing)
    workspace.objects.add(new)
    views.refresh(workspace, name)
    return status("CREATE FUNCTION", f"Function {name.name} successfully created.")


def _properties(statement: CreateFunction) -> dict[str, Any]:
    options = statement.options
    shown = ", ".join(
        f"{p.name} {p.type}{f' DEFAULT {p.default}' if p.default is not None else ''}"
        for p in statement.parameters
    )
    return {
        "arguments": shown,
        "returns": statement.returns,
        "body": statement.body,
        "text": statement.text,
        "signature": signature_of(statement.parameters),
        "data_type": statement.returns
        if statement.columns is not None
        else str(type_of(statement.returns)),
        **declared(statement),
        "secure": options["SECURE"],
        "strict": bool(options.get("STRICT")),
        "not_null": bool(options.get("NOT NULL")),
        "volatility": options.get("VOLATILITY", "VOLATILE"),
        "memoizable": bool(options.get("MEMOIZABLE")),
    }


def declared(statement: CreateFunction | CreateProcedure) -> dict[str, Any]:
    """What is recorded of the arguments and of RETURNS TABLE."""
    return {
        "parameters": [
            {"name": p.name, "type": p.type, "family": p.family, "default": p.default}
            for p in statement.parameters
        ],
        "columns": None
        if statement.columns is None
        else [{"name": name, "type": kind} for name, kind in statement.columns],
    }


def signature_of(parameters: Sequence[Parameter]) -> str:
    return f"({', '.join(f'{each.name} {each.family}' for each in parameters)})"


def _compile(workspace: Workspace, new: Routine) -> None:
    """Raises what is wrong with a function's body, and TypeMismatch."""
    query = calls.body_query(new, workspace.context)
    found = [from_duckdb(each.type) for each in workspace.cursor.describe(query)]
    wanted = [kind for _, kind in new.columns] if new.columns is not None else [new.returns]
    if len(found) != len(wanted):
        raise TypeMismatch(
            f"SQL compilation error:\nFunction {new.name} declares {len(wanted)} columns but its"
            f" body returns {len(found)}."
        )
    for declared, given in zip(wanted, found, strict=True):
        check_returned(declared, given)


# --- ALTER, DROP, COMMENT ------------------------------------------------------------------------


def alter(workspace: Workspace, statement: AlterFunction) -> Result:
    """ALTER FUNCTION."""
    name = workspace.context.resolve(statement.name)
    found = find(workspace.objects, name, statement.signature)
    if found is None and statement.if_exists:
        return status("ALTER FUNCTION", _DONE)
    found = require(workspace, name, statement.signature)
    changed = found
    if statement.renamed is not None:
        new = require_schema(workspace, workspace.context.resolve(statement.renamed))
        check_length(new)
        if find(workspace.objects, new, statement.signature) is not None:
            raise DuplicateObject(f"SQL compilation error:\nObject '{new}' already exists.")
        changed = replace(changed, name=new)
    if statement.secure is not None:
        changed = replace(changed, properties={**found.properties, "secure": statement.secure})
    if statement.comment is not None:
        changed = replace(changed, comment=statement.comment)
    workspace.objects.update(found, changed)
    if statement.renamed is not None:
        views.refresh(workspace, name)
        views.refresh(workspace, changed.name)
    return status("ALTER FUNCTION", _DONE)


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP FUNCTION name (types)."""
    name = workspace.context.resolve(statement.name)
    found = find(workspace.objects, name, statement.signature)
    if found is None and statement.if_exists:
        return already_dropped("DROP FUNCTION", name.name)
    workspace.objects.remove(require(workspace, name, statement.signature))
    views.refresh(workspace, name)
    return status("DROP FUNCTION", f"{name.name} successfully dropped.")


# --- SHOW, DESCRIBE ------------------------------------------------------------------------------


def shown_arguments(found: CatalogObject) -> str:
    """`F(NUMBER, DEFAULT VARCHAR) RETURN NUMBER`, as SHOW FUNCTIONS writes it."""
    told = routine(found)
    given = ", ".join(
        f"DEFAULT {p.family}" if p.default is not None else p.family for p in told.parameters
    )
    return f"{told.name}({given}) RETURN {returned(told)}"


def returned(told: Routine) -> str:
    if told.columns is None:
        kind = type_of(told.returns)
        return told.returns if kind is None else kind.family
    listed = ", ".join(f"{name} {Parameter('', kind).family}" for name, kind in told.columns)
    return f"TABLE ({listed})"


def _user_functions(workspace: Workspace, statement: s.Show) -> Rows:
    for each in workspace.objects.list("FUNCTION", *scope(workspace, statement)):
        told = routine(each)
        required = sum(p.default is None for p in told.parameters)
        yield (each.created, each.name.name, each.name.schema, "N", "N", "N", required,
               len(told.parameters), shown_arguments(each), each.comment or "user-defined function",
               each.name.database, yes(told.columns is not None), "N",
               yes(bool(each.properties["secure"])), None, None, "N", "SQL",
               yes(bool(each.properties["memoizable"])), "N")  # fmt: skip


def _functions(workspace: Workspace, statement: s.Show) -> Rows:
    """SHOW FUNCTIONS without IN lists the built-in ones too."""
    yield from _user_functions(workspace, statement)
    yield from _built_in(workspace, statement)


def _built_in(workspace: Workspace, statement: s.Show) -> Rows:
    if statement.in_kind is None and statement.in_name is None:
        for name in sorted(_BUILT_IN):
            yield (None, name, "", "Y", "N", "Y", None, None, None, None, "", None, None, "N", None,
                   None, "N", "", "N", "N")  # fmt: skip


_SHAPE: Final = shaped(
    "@created_on name schema_name is_builtin is_aggregate is_ansi #min_num_arguments"
    " #max_num_arguments arguments description catalog_name is_table_function valid_for_clustering"
    " is_secure secrets external_access_integrations is_external_function language is_memoizable"
    " is_data_metric"
)

LISTINGS: Final = {
    "FUNCTIONS": Listing(_SHAPE, _functions, terse=WHOLE),
    "USER FUNCTIONS": Listing(_SHAPE, _user_functions, terse=WHOLE),
    "BUILTIN FUNCTIONS": Listing(_SHAPE, _built_in, terse=WHOLE),
}


def describe(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    """DESCRIBE FUNCTION: a row a property."""
    name = workspace.context.resolve(statement.name)
    found = require(workspace, name, statement.signature)
    told = routine(found)
    return [
        ("signature", signature_of(told.parameters)),
        ("returns", str(type_of(told.returns)) if told.columns is None else returned(told)),
        ("language", "SQL"),
        ("body", told.body),
    ]

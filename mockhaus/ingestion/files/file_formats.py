"""FILE FORMAT objects, and the one format that holds for a COPY.

Of several places that name a format the first one counts alone: COPY's FILE_FORMAT, the stage's,
CSV with its defaults. Inline options next to FORMAT_NAME go over those of the named format.
Snowflake's manual: "CREATE FILE FORMAT"; "COPY INTO <table>", "Format type options".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus import inputs
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.ingestion.files import datetime_models
from mockhaus.ingestion.files.format_options import REFUSED_TYPES, TYPES, invalid_value
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import CreateFileFormat

KIND: Final = "FILE FORMAT"


class FileFormat(Struct, frozen=True):
    """A format, complete: every option of its type has a value.

    `canonical`: a file of it holds values as a VARIANT keeps them, which are not looked into.
    """

    type: str
    options: Mapping[str, Any]
    canonical: bool = False

    @property
    def reads_as(self) -> str:
        """The type whose readers take the file once it is prepared: CSV, JSON or PARQUET."""
        return {"AVRO": "JSON", "ORC": "PARQUET", "XML": "JSON"}.get(self.type, self.type)

    @property
    def reading(self) -> FileFormat:
        """The format by which a prepared file is read: this one, or that of `reads_as`."""
        if self.reads_as == self.type:
            return self
        table = TYPES[self.reads_as]
        values = {name: self.options.get(name, option.default) for name, option in table.items()}
        values |= {"BINARY_AS_TEXT": False} if self.type == "ORC" else {}  # its texts say so
        return FileFormat(self.reads_as, values | {"COMPRESSION": "NONE"}, self.type == "XML")

    def __getitem__(self, name: str) -> Any:
        return self.options[name]

    def get(self, name: str, default: Any = None) -> Any:
        """An option that not every type has."""
        return self.options.get(name, default)


def make(options: Mapping[str, Any], base: FileFormat | None = None) -> FileFormat:
    """The format that options as written make, over a base of the same type or the defaults.

    Raises InvalidParameter for an option or value that is not Snowflake's, UnsupportedFeature for
    one that has no effect here yet.
    """
    given = dict(options)
    kind = str(given.pop("TYPE", base.type if base else "CSV")).upper()
    if kind in REFUSED_TYPES:
        raise UnsupportedFeature(f"Unsupported feature 'FILE FORMAT TYPE = {kind}'.")
    table = TYPES.get(kind)
    if table is None:
        raise invalid_value("TYPE", kind)
    values = dict(base.options) if base else {name: o.default for name, o in table.items()}
    for name, value in given.items():
        option = table.get(name)
        if option is None:
            raise InvalidParameter(
                f"SQL compilation error:\ninvalid parameter '{name}' for file format type {kind}"
            )
        try:
            values[name] = option.read(value)
        except (TypeError, ValueError):
            raise invalid_value(name, value) from None
        if option.built is not None and values[name] not in option.built:
            raise UnsupportedFeature(f"Unsupported feature '{name} = {value}' of {kind} files.")
    _check(kind, values)
    return FileFormat(kind, values)


def _check(kind: str, values: Mapping[str, Any]) -> None:
    """What goes against what among the options."""
    for name in ("DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT"):
        if values.get(name, "AUTO") != "AUTO":
            datetime_models.strptime(values[name])
    if kind != "CSV":
        return
    if values["PARSE_HEADER"] and values["SKIP_HEADER"]:
        raise InvalidParameter(
            "SQL compilation error:\nSKIP_HEADER cannot be combined with PARSE_HEADER = TRUE."
        )
    record, field = values["RECORD_DELIMITER"], values["FIELD_DELIMITER"]
    if record and field and (record in field or field in record):
        raise InvalidParameter(
            "SQL compilation error:\n"
            "FIELD_DELIMITER and RECORD_DELIMITER must not contain each other."
        )
    quote = values["FIELD_OPTIONALLY_ENCLOSED_BY"]
    if quote is not None and quote in (record, field):
        raise InvalidParameter(
            "SQL compilation error:\nFIELD_OPTIONALLY_ENCLOSED_BY must differ from the delimiters."
        )


def create(workspace: Workspace, statement: CreateFileFormat) -> bool:
    """Record a file format; False if IF NOT EXISTS met one."""
    options = dict(statement.options)
    comment = options.pop("COMMENT", "")
    passing = {"TEMPORARY": True} if options.pop("TEMPORARY", False) else {}
    if "FORMAT_NAME" in options:
        raise InvalidParameter("SQL compilation error:\ninvalid parameter 'FORMAT_NAME'")
    if "CLONE" in options:
        source = workspace.objects.get(KIND, workspace.context.resolve(options["CLONE"]))
        options, comment = dict(source.properties), source.comment
        options.pop("TEMPORARY", None)
    options |= {"TYPE": make(options).type, **passing}
    return workspace.objects.create(
        CatalogObject(
            KIND,
            workspace.context.resolve(statement.name),
            options,
            str(comment),
            workspace.context.role,
        ),
        replace=statement.replace,
        if_not_exists=statement.if_not_exists,
    )


def drop(workspace: Workspace, name: ObjectName, *, if_exists: bool) -> bool:
    """Forget a file format; False if IF EXISTS met none."""
    return workspace.objects.drop(KIND, workspace.context.resolve(name), if_exists=if_exists)


def resolve(workspace: Workspace, given: Mapping[str, Any] | None) -> FileFormat:
    """The format that a FILE_FORMAT clause means. Raises UndefinedObject, InvalidParameter."""
    options = dict(given or {})
    name = options.pop("FORMAT_NAME", None)
    if name is None:
        return make(options)
    if "TYPE" in options:
        raise InvalidParameter(
            "SQL compilation error:\nFORMAT_NAME and TYPE of FILE_FORMAT exclude each other."
        )
    found = workspace.objects.get(KIND, workspace.context.resolve(_object_name(name)))
    return make(options, of(found))


def of(recorded: CatalogObject) -> FileFormat:
    """The format that an object is."""
    return make({name: v for name, v in recorded.properties.items() if name != "TEMPORARY"})


def for_copy(
    workspace: Workspace, given: Mapping[str, Any] | None, stage: Mapping[str, Any]
) -> FileFormat:
    """The format that holds for a COPY from a stage with these properties."""
    return resolve(workspace, given if given is not None else stage.get("FILE_FORMAT"))


#: What holds where a format of a load says AUTO.
_INPUTS: Final = {
    "DATE_FORMAT": "DATE_INPUT_FORMAT",
    "TIME_FORMAT": "TIME_INPUT_FORMAT",
    "TIMESTAMP_FORMAT": "TIMESTAMP_INPUT_FORMAT",
}


def for_load(
    workspace: Workspace, given: Mapping[str, Any] | None, stage: Mapping[str, Any]
) -> FileFormat:
    """The same of a load: where it says AUTO, the session's input formats hold."""
    format = for_copy(workspace, given, stage)
    told = {
        option: model
        for option, parameter in _INPUTS.items()
        if format.get(option) == "AUTO"
        and (model := inputs.model(workspace.context.parameters, parameter)) is not None
    }
    return replace(format, options={**format.options, **told}) if told else format


def recorded(workspace: Workspace, given: Mapping[str, Any]) -> dict[str, Any]:
    """A FILE_FORMAT clause as a stage records it: JSON, a name in full."""
    options = dict(given)
    if "FORMAT_NAME" in options:
        name = workspace.context.resolve(_object_name(options["FORMAT_NAME"]))
        options["FORMAT_NAME"] = [name.database, name.schema, name.name]
    return options


def _object_name(recorded: Any) -> ObjectName:
    if isinstance(recorded, ObjectName):
        return recorded
    database, schema, name = recorded
    return ObjectName(name, schema, database)

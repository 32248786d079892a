"""Statements that are refused before anything runs."""

from __future__ import annotations

from mockhaus.errors.root import SqlError


class CompilationError(SqlError):
    """The statement was refused before anything ran (Snowflake: "SQL compilation error")."""

    number = "002003"
    sqlstate = "42000"
    snowflake_state = "42000"


class SqlSyntaxError(CompilationError):
    """The text is not Snowflake SQL."""

    number = "001003"
    sqlstate = "42601"


class UnknownFunction(CompilationError):
    """No function of that name; Mockhaus never passes an unknown name on to DuckDB."""

    number = "002140"
    sqlstate = "42883"
    snowflake_state = "42601"


class WrongArguments(CompilationError):
    """A known function called with too few, too many or unfit arguments."""

    located = True
    number = "000938"
    sqlstate = "42883"
    snowflake_state = "22023"


class InvalidArgumentTypes(WrongArguments):
    """A known function or operator called with values of unfit types."""

    number = "001044"
    snowflake_state = "42P13"


class InvalidIdentifier(CompilationError):
    """A column name that resolves to nothing."""

    located = True
    number = "000904"
    sqlstate = "42703"


class AmbiguousColumn(CompilationError):
    """A column name that resolves to several columns."""

    number = "002028"
    sqlstate = "42702"
    snowflake_state = "42601"


class UndefinedObject(CompilationError):
    """A table, view, stage, file format or other object does not exist."""

    number = "002003"
    sqlstate = "42P01"
    snowflake_state = "42S02"


class UndefinedSchema(UndefinedObject):
    """A schema does not exist."""

    sqlstate = "3F000"
    snowflake_state = "02000"


class UndefinedDatabase(UndefinedObject):
    """A database does not exist."""

    sqlstate = "3D000"
    snowflake_state = "02000"


class UndefinedContext(UndefinedObject):
    """USE of a database, schema, role or warehouse that does not exist."""

    number = "002043"
    sqlstate = "42704"
    snowflake_state = "02000"


class WrongObjectType(CompilationError):
    """A statement about one kind of object names an object of another."""

    number = "002203"
    sqlstate = "42809"
    snowflake_state = "02000"


class ObjectNeedsContext(CompilationError):
    """The statement needs a current database or schema and there is none."""

    number = "090105"
    sqlstate = "3D000"
    snowflake_state = "22000"


class DuplicateObject(CompilationError):
    """CREATE of something that exists already."""

    number = "002002"
    sqlstate = "42P07"
    snowflake_state = "42710"


class DuplicateSchema(DuplicateObject):
    """CREATE SCHEMA of one that exists already."""

    sqlstate = "42P06"


class TypeMismatch(CompilationError):
    """Types that do not go together."""

    number = "001007"
    sqlstate = "42804"
    snowflake_state = "22023"


class ColumnTypeMismatch(TypeMismatch):
    """A value of a type that a column does not take."""

    number = "002023"
    snowflake_state = "22000"


class InvalidDefault(TypeMismatch):
    """A default of a type that its column does not take."""

    number = "002262"
    snowflake_state = "22000"


class ValueCount(CompilationError):
    """More or fewer values than columns."""

    number = "002020"
    sqlstate = "42601"
    snowflake_state = "21S01"


class InvalidColumnList(CompilationError):
    """CREATE TABLE AS or CREATE VIEW with more or fewer names than its query has columns."""

    number = "002026"
    sqlstate = "42601"
    snowflake_state = "42601"

    def __init__(self, count: int) -> None:
        super().__init__(
            "SQL compilation error:\nInvalid column definition list",
            hint=f"The query has {count} columns.",
        )


class MissingColumnName(CompilationError):
    """A table or a view without columns, or with one that has no name."""

    number = "002022"
    sqlstate = "42601"
    snowflake_state = "42601"


class GroupingError(CompilationError):
    """A column neither grouped nor aggregated."""

    number = "000979"
    sqlstate = "42803"


class UndefinedVariable(CompilationError):
    """`$name` that was never SET."""

    number = "000711"
    sqlstate = "42704"
    snowflake_state = "02000"


class ResultNotFound(CompilationError):
    """A query id of which no answer is known."""

    number = "000709"
    sqlstate = "42704"
    snowflake_state = "02000"


class InvalidParameter(CompilationError):
    """An option, parameter or literal argument with an impossible value."""

    number = "001006"
    sqlstate = "22023"
    snowflake_state = "22023"


class UndefinedBind(CompilationError):
    """A placeholder without a value."""

    number = "002049"
    sqlstate = "42601"
    snowflake_state = "42601"


class InvalidBind(CompilationError):
    """A value that is not one of its bind type."""

    number = "002086"
    sqlstate = "22023"
    snowflake_state = "22023"


class StatementCount(CompilationError):
    """Other than as many statements as were announced."""

    number = "000008"
    sqlstate = "0A000"
    snowflake_state = "0A000"


class UnsupportedFeature(CompilationError):
    """Snowflake has it, Mockhaus does not; named, never ignored."""

    number = "000002"
    sqlstate = "0A000"
    snowflake_state = "0A000"


class StalePlan(UnsupportedFeature):
    """A prepared statement whose answer has other columns since objects were changed."""

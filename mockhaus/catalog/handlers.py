"""Statement class -> handler, for the statements that this room carries out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mockhaus.catalog import (
    account,
    alter,
    altering,
    comments,
    containers,
    creating,
    describe,
    grants,
    indexes,
    procedures,
    routines,
    sequences,
    show,
    tables,
    tags,
    undrop,
    views,
)
from mockhaus.catalog.workspace import Handler
from mockhaus.result import Column
from mockhaus.translation import statements as s
from mockhaus.translation.grammar.account import CreateAccountObject, Grant
from mockhaus.translation.grammar.altering import AlterObject
from mockhaus.translation.grammar.routines import AlterFunction, CreateFunction
from mockhaus.translation.grammar.tags import AlterTag, CreateTag, SetTags
from mockhaus.translation.postgres import grammar as postgres
from mockhaus.translation.scripting.statements import AlterProcedure, CreateProcedure

HANDLERS: Final[dict[type[s.Statement], Handler]] = {
    s.CreateDatabase: creating.create_database,
    s.CreateSchema: creating.create_schema,
    s.CreateTable: tables.create_table,
    s.CreateView: views.create,
    CreateFunction: routines.create,
    AlterObject: altering.alter,
    AlterFunction: routines.alter,
    s.CreateSequence: sequences.create,
    s.AlterTable: alter.alter_table,
    s.Comment: comments.comment,
    CreateAccountObject: account.create,
    Grant: grants.grant,
    CreateProcedure: procedures.create,
    AlterProcedure: procedures.alter,
    CreateTag: tags.create,
    AlterTag: tags.alter,
    SetTags: tags.assign,
    s.Undrop: undrop.undrop,
    s.Show: show.show,
    s.Describe: describe.describe,
    postgres.CreateIndex: indexes.create,
    postgres.DropIndex: indexes.drop,
    postgres.TruncateTables: indexes.truncate,
    postgres.Maintain: indexes.maintain,
}

#: Kind of object -> handler of its DROP.
DROPS: Final[dict[str, Handler]] = {
    "DATABASE": containers.drop_database,
    "SCHEMA": containers.drop_schema,
    "TABLE": tables.drop_relation,
    "VIEW": tables.drop_relation,
    "SEQUENCE": tables.drop_relation,
    "FUNCTION": routines.drop,
    "PROCEDURE": procedures.drop,
    "TAG": tags.drop,
    **dict.fromkeys(("WAREHOUSE", "ROLE", "USER"), account.drop),
}

#: Statement class -> the columns of its answer, known before it runs.
SHAPES: Final[dict[type[s.Statement], Callable[[Any], tuple[Column, ...]]]] = {
    s.Show: show.shape,
    s.Describe: describe.shape,
}

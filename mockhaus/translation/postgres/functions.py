"""PostgreSQL's system functions, each as a DuckDB expression and the type that it gives.

`{0}`, `{1}` stand for arguments, `@name` for a relation that `catalog.postgres` fills,
`:name` for a value of the connection, `dictionary_text(#name, key)` and its like look up what
`catalog.postgres` keeps in the dictionary of that name. What is not listed is refused by name.
PostgreSQL's manual: 9.26 "System Information Functions", 9.27 "System Administration Functions".
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Function(Struct, frozen=True):
    """`type` is PostgreSQL's name of the result's type, None where DuckDB's own is the same."""

    sql: str
    type: str | None = None
    least: int = 0
    most: int = 99


def _f(sql: str, type: str | None = None, least: int = 0, most: int = 99) -> Function:
    return Function(sql, type, least, most)


_TRUE: Final = "({0} IS NOT NULL)"


def _look(dictionary: str, key: str = "{0}") -> str:
    return f"dictionary_text(#{dictionary}, {key})"


#: Something of an object that has a number as well: a column of a relation.
_PART: Final = "CAST({0} AS BIGINT) * 65536 + {1}"


#: Privileges: one user owns everything there is (see README, "Who gets in").
_PRIVILEGES: Final = {
    f"has_{what}_privilege": _f("({0} IS NOT NULL)", "bool", 2, 4)
    for what in (
        "database", "schema", "table", "column", "any_column", "function", "sequence",
        "tablespace", "type", "language", "foreign_data_wrapper", "server",
    )
}  # fmt: skip

#: Things that there are none of: their definitions are NULL, as in PostgreSQL for an unknown OID.
_NONE: Final = {
    name: _f("CAST(NULL AS VARCHAR)", "text", 1, 3)
    for name in (
        "pg_get_triggerdef", "pg_get_ruledef", "pg_get_partkeydef", "pg_get_function_sqlbody",
        "pg_get_statisticsobjdef_columns", "pg_get_statisticsobjdef",
    )
}  # fmt: skip

_UNKNOWN: Final = {
    name: _f("CAST(NULL AS BIGINT)", "int8", 1, 2)
    for name in (
        "pg_table_size", "pg_relation_size", "pg_total_relation_size", "pg_indexes_size",
        "pg_database_size", "pg_tablespace_size", "pg_stat_get_numscans",
    )
}  # fmt: skip

_VISIBLE: Final = {
    name: _f("({0} IS NOT NULL)", "bool", 1, 1)
    for name in (
        "pg_collation_is_visible", "pg_operator_is_visible", "pg_conversion_is_visible",
        "pg_opclass_is_visible", "pg_opfamily_is_visible", "pg_ts_config_is_visible",
        "pg_ts_dict_is_visible", "pg_ts_parser_is_visible", "pg_ts_template_is_visible",
        "pg_statistics_obj_is_visible",
    )
}  # fmt: skip

FUNCTIONS: Final[dict[str, Function]] = {
    # --- the connection
    "version": _f(":version", "text", 0, 0),
    "current_database": _f(":database", "name", 0, 0),
    "current_catalog": _f(":database", "name", 0, 0),
    "current_schema": _f(":schema", "name", 0, 0),
    "current_user": _f(":user", "name", 0, 0),
    "session_user": _f(":user", "name", 0, 0),
    "current_role": _f(":user", "name", 0, 0),
    "user": _f(":user", "name", 0, 0),
    "pg_backend_pid": _f("CAST(:pid AS INTEGER)", "int4", 0, 0),
    "pg_is_in_recovery": _f("FALSE", "bool", 0, 0),
    "pg_current_xact_id": _f("CAST(txid_current() AS VARCHAR)", "xid8", 0, 0),
    "inet_server_addr": _f("CAST(NULL AS VARCHAR)", "inet", 0, 0),
    "inet_client_addr": _f("CAST(NULL AS VARCHAR)", "inet", 0, 0),
    "inet_client_port": _f("CAST(NULL AS INTEGER)", "int4", 0, 0),
    "pg_my_temp_schema": _f("CAST(0 AS UINTEGER)", "oid", 0, 0),
    "pg_is_other_temp_schema": _f("({0} IS NULL)", "bool", 1, 1),
    "txid_current": _f("txid_current()", "int8", 0, 0),
    "inet_server_port": _f("CAST(NULL AS INTEGER)", "int4", 0, 0),
    "current_setting": _f(
        "coalesce((SELECT max(x.setting) FROM @pg_settings AS x WHERE lower(x.name) = lower({0})),"
        " CASE WHEN {1} THEN NULL ELSE"
        " error('MOCKHAUS:UndefinedSetting:unrecognized configuration parameter \"' || {0}"
        " || '\"') END)",
        "text",
        1,
        2,
    ),
    "pg_advisory_unlock_all": _f("CAST(NULL AS VARCHAR)", "void", 0, 0),
    # --- names
    "quote_ident": _f("pg_quoted({0})", "text", 1, 1),
    "quote_nullable": _f("coalesce(pg_literal({0}), 'NULL')", "text", 1, 1),
    "quote_literal": _f(
        "('''' || replace(CAST({0} AS VARCHAR), '''', '''''') || '''')", "text", 1, 1
    ),
    "format_type": _f(
        "(CASE WHEN {0} IS NULL THEN NULL WHEN {0} = 0 THEN '-'"
        " ELSE pg_with_typmod(coalesce(dictionary_text(#types, {0}), '???'), {0}, {1}) END)",
        "text",
        2,
        2,
    ),
    "pg_get_userbyid": _f(
        f"coalesce({_look('roles')}, 'unknown (OID=' || {{0}} || ')')", "name", 1, 1
    ),
    "getdatabaseencoding": _f("'UTF8'", "name", 0, 0),
    "pg_client_encoding": _f("'UTF8'", "name", 0, 0),
    "pg_encoding_to_char": _f("(CASE {0} WHEN 6 THEN 'UTF8' ELSE '' END)", "name", 1, 1),
    "pg_char_to_encoding": _f("(CASE upper({0}) WHEN 'UTF8' THEN 6 ELSE -1 END)", "int4", 1, 1),
    # --- what is visible without its schema's name
    "pg_table_is_visible": _f(f"CAST({_look('visible')} AS BOOLEAN)", "bool", 1, 1),
    "pg_type_is_visible": _f(
        f"CASE WHEN {{0}} < 16384 THEN TRUE ELSE CAST({_look('visible')} AS BOOLEAN) END",
        "bool",
        1,
        1,
    ),
    "pg_function_is_visible": _f(f"CAST({_look('visible_functions')} AS BOOLEAN)", "bool", 1, 1),
    **_VISIBLE,
    # --- definitions
    "pg_get_expr": _f("{0}", "text", 2, 3),
    "pg_get_constraintdef": _f(_look("constraints"), "text", 1, 2),
    "pg_get_indexdef": _f(_look("indexes"), "text", 1, 3),
    "pg_get_viewdef": _f(_look("views"), "text", 1, 2),
    "pg_get_function_arguments": _f(_look("function_arguments"), "text", 1, 1),
    "pg_get_function_identity_arguments": _f(_look("function_identities"), "text", 1, 1),
    "pg_get_function_result": _f(_look("function_results"), "text", 1, 1),
    "pg_get_functiondef": _f(_look("function_definitions"), "text", 1, 1),
    **_NONE,
    "pg_tablespace_location": _f("''", "text", 1, 1),
    "obj_description": _f(_look("comments", "CAST({0} AS BIGINT) * 65536"), "text", 1, 2),
    "shobj_description": _f(_look("shared_comments"), "text", 2, 2),
    "col_description": _f(_look("comments", _PART), "text", 2, 2),
    # --- sizes and activity: DuckDB keeps no figures of these
    **_UNKNOWN,
    "pg_size_pretty": _f("pg_size_pretty({0})", "text", 1, 1),
    "pg_relation_filenode": _f("CAST({0} AS UINTEGER)", "oid", 1, 1),
    "pg_describe_object": _f(_look("descriptions", "{1}"), "text", 3, 3),
    "pg_relation_is_publishable": _f("FALSE", "bool", 1, 1),
    # --- privileges
    **_PRIVILEGES,
    "pg_has_role": _f(_TRUE, "bool", 2, 3),
    # --- arrays
    "array_upper": _f("CAST(nullif(len({0}), 0) AS INTEGER)", "int4", 2, 2),
    "array_lower": _f("CAST(CASE WHEN len({0}) > 0 THEN 1 END AS INTEGER)", "int4", 2, 2),
    "array_length": _f("CAST(nullif(len({0}), 0) AS INTEGER)", "int4", 2, 2),
    "array_to_string": _f("array_to_string(CAST({0} AS VARCHAR[]), {1})", "text", 2, 2),
    "array_remove": _f("list_filter({0}, lambda __e: __e IS DISTINCT FROM {1})", "array:0", 2, 2),
    "string_to_array": _f("string_split({0}, {1})", "_text", 2, 2),
    "array_position": _f("CAST(list_position({0}, {1}) AS INTEGER)", "int4", 2, 2),
    "unnest": _f("unnest({0})", "element:0", 1, 1),
    "pg_partition_ancestors": _f("unnest(CAST([] AS UINTEGER[]))", "regclass", 1, 1),
    "aclexplode": _f("unnest(pg_aclexplode({0}))", None, 1, 1),
    "generate_series": _f("unnest(generate_series({0}, {1}))", "int4", 2, 2),
    "generate_subscripts": _f("CAST(unnest(range(1, len({0}) + 1)) AS INTEGER)", "int4", 2, 2),
    "_pg_expandarray": _f(
        "unnest(list_transform({0}, lambda __e, __i: {{'x': __e, 'n': CAST(__i AS INTEGER)}}))",
        None,
        1,
        1,
    ),
    "parse_ident": _f("pg_name_parts({0})", "_text", 1, 2),
    "json_build_object": _f("json_object({*})", "json"),
    "length": _f("CAST(length({0}) AS INTEGER)", "int4", 1, 1),
    "char_length": _f("CAST(length({0}) AS INTEGER)", "int4", 1, 1),
    "octet_length": _f("CAST(octet_length(encode({0})) AS INTEGER)", "int4", 1, 1),
    "position": _f("CAST(strpos({0}, {1}) AS INTEGER)", "int4", 2, 2),
    "strpos": _f("CAST(strpos({0}, {1}) AS INTEGER)", "int4", 2, 2),
    "lower": _f("lower({0})", "text", 1, 1),
    "upper": _f("upper({0})", "text", 1, 1),
    "concat": _f("concat({*})", "text"),
    "split_part": _f("split_part({0}, {1}, {2})", "text", 3, 3),
    "bool_and": _f("bool_and({0})", "bool", 1, 1),
    "bool_or": _f("bool_or({0})", "bool", 1, 1),
    "now": _f("now()", "timestamptz", 0, 0),
    "pg_typeof": _f(":typeof", "regtype", 1, 1),
    "to_regclass": _f("pg_regclass", "regclass", 1, 1),
    "to_regtype": _f("pg_regtype", "regtype", 1, 1),
    "to_regproc": _f("pg_regproc", "regproc", 1, 1),
    "to_regprocedure": _f("pg_regprocedure", "regprocedure", 1, 1),
    "to_regnamespace": _f("pg_regnamespace", "regnamespace", 1, 1),
    "to_regrole": _f("pg_regrole", "regrole", 1, 1),
    "set_config": _f("CAST({1} AS VARCHAR)", "text", 3, 3),
}

#: What a name given as text means: relation, type, function, schema, role; NULL if nothing.
REG: Final = {
    "regclass": "dictionary_number(#relation_names, pg_name_key({0}))",
    "regtype": "dictionary_number(#type_names, pg_type_key({0}))",
    "regproc": "dictionary_number(#function_names, pg_name_key({0}))",
    "regprocedure": "dictionary_number(#procedure_names, pg_procedure_key({0}))",
    "regnamespace": "dictionary_number(#schema_names, pg_name_key({0}))",
    "regrole": "dictionary_number(#role_names, pg_name_key({0}))",
}

FUNCTIONS["pg_get_serial_sequence"] = _f(
    f"dictionary_word(#serials, {REG['regclass']} || '.' || upper({{1}}))", "text", 2, 2
)

_OUT: Final = (
    "(CASE {{0}} WHEN 0 THEN '-'"
    " ELSE coalesce(dictionary_text(#{0}, {{0}}), CAST({{0}} AS VARCHAR)) END)"
)

#: How such an OID is shown as text.
SHOWN: Final = {
    "regclass": _OUT.format("relations"),
    "regtype": _OUT.format("types"),
    "regproc": _OUT.format("functions"),
    "regprocedure": _OUT.format("procedures"),
    "regnamespace": _OUT.format("schemas"),
    "regrole": _OUT.format("roles"),
}

#: Errors of a cast that finds nothing.
MISSING: Final = {
    "regclass": "MOCKHAUS:UndefinedObject:relation \"' || {0} || '\" does not exist",
    "regtype": "MOCKHAUS:UndefinedObject:type \"' || {0} || '\" does not exist",
    "regproc": "MOCKHAUS:UnknownFunction:function \"' || {0} || '\" does not exist",
    "regprocedure": "MOCKHAUS:UnknownFunction:function \"' || {0} || '\" does not exist",
    "regnamespace": "MOCKHAUS:UndefinedSchema:schema \"' || {0} || '\" does not exist",
    "regrole": "MOCKHAUS:UndefinedObject:role \"' || {0} || '\" does not exist",
}

#: Functions that stand in FROM and give rows.
TABLES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "generate_series": ("(SELECT unnest(generate_series({0}, {1})))", {"generate_series": "int4"}),
    "pg_get_keywords": (
        "(SELECT keyword_name AS word, CASE keyword_category WHEN 'unreserved' THEN 'U'"
        " WHEN 'reserved' THEN 'R' WHEN 'column_name' THEN 'C' ELSE 'T' END AS catcode,"
        " NULL AS catdesc FROM duckdb_keywords())",
        {"word": "text", "catcode": "char", "catdesc": "text"},
    ),
    "pg_partition_ancestors": ("(SELECT CAST({0} AS UINTEGER) WHERE FALSE)", {"relid": "regclass"}),
    "aclexplode": (
        "(SELECT unnest(pg_aclexplode({0}), recursive := true))",
        {"grantor": "oid", "grantee": "oid", "privilege_type": "text", "is_grantable": "bool"},
    ),
    "unnest": ("(SELECT unnest({0}))", {"unnest": "element:0"}),
}

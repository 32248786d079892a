"""Golden shapes: the columns of each answer, in order. `#` is NUMBER, `@` TIMESTAMP_LTZ."""

from __future__ import annotations

from typing import Final

SHOW: Final = {
    "DATABASES": "@created_on name is_default is_current origin owner comment options"
    " retention_time kind budget owner_role_type",
    "SCHEMAS": "@created_on name is_default is_current database_name owner comment options"
    " retention_time owner_role_type budget",
    "TABLES": "@created_on name database_name schema_name kind comment cluster_by #rows #bytes"
    " owner retention_time automatic_clustering change_tracking search_optimization"
    " #search_optimization_progress #search_optimization_bytes is_external"
    " enable_schema_evolution owner_role_type is_event budget is_hybrid is_iceberg is_dynamic"
    " is_immutable",
    "DATABASES HISTORY": "@created_on name is_default is_current origin owner comment options"
    " retention_time @dropped_on kind budget owner_role_type",
    "SCHEMAS HISTORY": "@created_on name is_default is_current database_name owner comment options"
    " retention_time @dropped_on owner_role_type budget",
    "TABLES HISTORY": "@created_on name database_name schema_name kind comment cluster_by #rows"
    " #bytes owner retention_time @dropped_on automatic_clustering change_tracking"
    " search_optimization #search_optimization_progress #search_optimization_bytes is_external"
    " enable_schema_evolution owner_role_type is_event budget is_hybrid is_iceberg is_dynamic"
    " is_immutable",
    "TERSE TABLES": "@created_on name kind database_name schema_name",
    "TERSE SCHEMAS": "@created_on name kind database_name schema_name",
    "OBJECTS": "@created_on name database_name schema_name kind comment cluster_by #rows #bytes"
    " owner retention_time owner_role_type budget is_hybrid is_iceberg is_dynamic",
    "VIEWS": "@created_on name reserved database_name schema_name owner comment text is_secure"
    " is_materialized owner_role_type change_tracking",
    "COLUMNS": "table_name schema_name column_name data_type null? default kind expression comment"
    " database_name autoincrement schema_evolution_record",
    "SEQUENCES": "name database_name schema_name #next_value #interval @created_on owner comment"
    " owner_role_type ordered",
    "PRIMARY KEYS": "@created_on database_name schema_name table_name column_name #key_sequence"
    " constraint_name rely comment",
    "UNIQUE KEYS": "@created_on database_name schema_name table_name column_name #key_sequence"
    " constraint_name rely comment",
    "IMPORTED KEYS": "@created_on pk_database_name pk_schema_name pk_table_name pk_column_name"
    " fk_database_name fk_schema_name fk_table_name fk_column_name #key_sequence update_rule"
    " delete_rule fk_name pk_name deferrability rely comment",
    "WAREHOUSES": "name state type size #min_cluster_count #max_cluster_count #started_clusters"
    " #running #queued is_default is_current #auto_suspend auto_resume available provisioning"
    " quiescing other @created_on @resumed_on @updated_on owner comment enable_query_acceleration"
    " #query_acceleration_max_scale_factor resource_monitor #actives #pendings #failed #suspended"
    " uuid scaling_policy budget owner_role_type resource_constraint",
    "ROLES": "@created_on name is_default is_current is_inherited #assigned_to_users"
    " #granted_to_roles #granted_roles owner comment",
    "USERS": "name @created_on login_name display_name first_name last_name email mins_to_unlock"
    " days_to_expiry comment disabled must_change_password snowflake_lock default_warehouse"
    " default_namespace default_role default_secondary_roles ext_authn_duo ext_authn_uid"
    " mins_to_bypass_mfa owner @last_success_login @expires_at_time @locked_until_time"
    " has_password has_rsa_public_key type has_mfa",
    "GRANTS TO ROLE public": "@created_on privilege granted_on name granted_to grantee_name"
    " grant_option granted_by",
    "GRANTS": "@created_on privilege granted_on name role granted_to grantee_name grant_option"
    " granted_by",
    "FUTURE GRANTS IN SCHEMA public": "@created_on privilege grant_on name grant_to grantee_name"
    " grant_option",
    "PARAMETERS": "key value default level description type",
    "GRANTS OF ROLE accountadmin": "@created_on role granted_to grantee_name granted_by",
    "TRANSACTIONS": "#id user #session name @started_on state #scope",
    "LOCKS": "resource type #transaction @transaction_started_on status @acquired_on query_id",
    "PROCEDURES": "@created_on name schema_name is_builtin is_aggregate is_ansi #min_num_arguments"
    " #max_num_arguments arguments description catalog_name is_table_function"
    " valid_for_clustering is_secure secrets external_access_integrations",
    "TAGS": "@created_on name database_name schema_name owner comment allowed_values"
    " owner_role_type propagate on_conflict",
    "VARIABLES": "#session_id @created_on @updated_on name value type comment",
    "STAGES": "@created_on name database_name schema_name url has_credentials has_encryption_key"
    " owner comment region type cloud notification_channel storage_integration endpoint"
    " owner_role_type directory_enabled",
    "FILE FORMATS": "@created_on name database_name schema_name type owner comment format_options"
    " owner_role_type",
    "EXPORTED KEYS": "@created_on pk_database_name pk_schema_name pk_table_name pk_column_name"
    " fk_database_name fk_schema_name fk_table_name fk_column_name #key_sequence update_rule"
    " delete_rule fk_name pk_name deferrability rely comment",
    "FUNCTIONS": "@created_on name schema_name is_builtin is_aggregate is_ansi #min_num_arguments"
    " #max_num_arguments arguments description catalog_name is_table_function"
    " valid_for_clustering is_secure secrets external_access_integrations is_external_function"
    " language is_memoizable is_data_metric",
    "USER FUNCTIONS": "@created_on name schema_name is_builtin is_aggregate is_ansi"
    " #min_num_arguments #max_num_arguments arguments description catalog_name is_table_function"
    " valid_for_clustering is_secure secrets external_access_integrations is_external_function"
    " language is_memoizable is_data_metric",
    "BUILTIN FUNCTIONS": "@created_on name schema_name is_builtin is_aggregate is_ansi"
    " #min_num_arguments #max_num_arguments arguments description catalog_name is_table_function"
    " valid_for_clustering is_secure secrets external_access_integrations is_external_function"
    " language is_memoizable is_data_metric",
    "GRANTS TO USER ann": "@created_on privilege granted_on name role granted_to grantee_name"
    " grant_option granted_by",
    "USER PROCEDURES": "@created_on name schema_name is_builtin is_aggregate is_ansi"
    " #min_num_arguments #max_num_arguments arguments description catalog_name is_table_function"
    " valid_for_clustering is_secure secrets external_access_integrations",
    "INTEGRATIONS": "name type category enabled comment @created_on",
    "TERSE DATABASES": "@created_on name kind database_name schema_name",
    "TERSE VIEWS": "@created_on name kind database_name schema_name",
    "TERSE OBJECTS": "@created_on name kind database_name schema_name",
    "TERSE ROLES": "name is_default is_current is_inherited is_from_organization_user_group",
    "TERSE USERS": "name @created_on display_name first_name last_name email org_identity comment"
    " has_password has_rsa_public_key type has_mfa",
    "TERSE SEQUENCES": "name database_name schema_name #next_value #interval @created_on owner"
    " comment owner_role_type ordered",
}

DESCRIBE: Final = {
    "TABLE t": "name type kind null? default primary~key unique~key check expression comment"
    " policy~name privacy~domain",
    "VIEW v": "name type kind null? default primary~key unique~key check expression comment"
    " policy~name privacy~domain",
    "SCHEMA public": "@created_on name kind",
    "DATABASE mockhaus": "@created_on name kind",
    "WAREHOUSE compute_wh": "@created_on name kind",
    "SEQUENCE seq": "name database_name schema_name #next_value #interval @created_on owner"
    " comment owner_role_type ordered",
    "USER ann": "property value default description",
    "FUNCTION plus(INT)": "property value",
    "PROCEDURE p(INT)": "property value",
    "STAGE st": "parent_property property property_type property_value property_default",
    "FILE FORMAT f": "property property_type property_value property_default",
    "INTEGRATION i": "property property_type property_value property_default",
}

VIEWS: Final = {
    "PROCEDURES": "PROCEDURE_CATALOG PROCEDURE_SCHEMA PROCEDURE_NAME PROCEDURE_OWNER"
    " ARGUMENT_SIGNATURE DATA_TYPE #CHARACTER_MAXIMUM_LENGTH #CHARACTER_OCTET_LENGTH"
    " #NUMERIC_PRECISION #NUMERIC_PRECISION_RADIX #NUMERIC_SCALE PROCEDURE_LANGUAGE"
    " PROCEDURE_DEFINITION @CREATED @LAST_ALTERED COMMENT EXTERNAL_ACCESS_INTEGRATIONS SECRETS"
    " RUNTIME_VERSION PACKAGES INSTALLED_PACKAGES OWNER_ROLE_TYPE",
    "OBJECT_PRIVILEGES": "GRANTOR GRANTEE GRANTED_TO OBJECT_CATALOG OBJECT_SCHEMA OBJECT_NAME"
    " OBJECT_TYPE PRIVILEGE_TYPE IS_GRANTABLE @CREATED",
    "TABLE_PRIVILEGES": "GRANTOR GRANTEE GRANTED_TO TABLE_CATALOG TABLE_SCHEMA TABLE_NAME"
    " PRIVILEGE_TYPE IS_GRANTABLE WITH_HIERARCHY @CREATED",
    "DATABASES": "DATABASE_NAME DATABASE_OWNER IS_TRANSIENT COMMENT @CREATED @LAST_ALTERED"
    " #RETENTION_TIME TYPE REPLICABLE_WITH_FAILOVER_GROUPS OWNER_ROLE_TYPE",
    "SCHEMATA": "CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER IS_TRANSIENT IS_MANAGED_ACCESS"
    " #RETENTION_TIME DEFAULT_CHARACTER_SET_CATALOG DEFAULT_CHARACTER_SET_SCHEMA"
    " DEFAULT_CHARACTER_SET_NAME SQL_PATH @CREATED @LAST_ALTERED COMMENT OWNER_ROLE_TYPE",
    "TABLES": "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER TABLE_TYPE IS_TRANSIENT"
    " CLUSTERING_KEY #ROW_COUNT #BYTES #RETENTION_TIME SELF_REFERENCING_COLUMN_NAME"
    " REFERENCE_GENERATION USER_DEFINED_TYPE_CATALOG USER_DEFINED_TYPE_SCHEMA"
    " USER_DEFINED_TYPE_NAME IS_INSERTABLE_INTO IS_TYPED COMMIT_ACTION @CREATED @LAST_ALTERED"
    " @LAST_DDL LAST_DDL_BY AUTO_CLUSTERING_ON COMMENT IS_TEMPORARY IS_ICEBERG IS_DYNAMIC"
    " IS_IMMUTABLE IS_HYBRID",
    "COLUMNS": "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME #ORDINAL_POSITION COLUMN_DEFAULT"
    " IS_NULLABLE DATA_TYPE #CHARACTER_MAXIMUM_LENGTH #CHARACTER_OCTET_LENGTH #NUMERIC_PRECISION"
    " #NUMERIC_PRECISION_RADIX #NUMERIC_SCALE #DATETIME_PRECISION INTERVAL_TYPE"
    " #INTERVAL_PRECISION CHARACTER_SET_CATALOG CHARACTER_SET_SCHEMA CHARACTER_SET_NAME"
    " COLLATION_CATALOG COLLATION_SCHEMA COLLATION_NAME DOMAIN_CATALOG DOMAIN_SCHEMA DOMAIN_NAME"
    " UDT_CATALOG UDT_SCHEMA UDT_NAME SCOPE_CATALOG SCOPE_SCHEMA SCOPE_NAME #MAXIMUM_CARDINALITY"
    " DTD_IDENTIFIER IS_SELF_REFERENCING IS_IDENTITY IDENTITY_GENERATION IDENTITY_START"
    " IDENTITY_INCREMENT IDENTITY_MAXIMUM IDENTITY_MINIMUM IDENTITY_CYCLE IDENTITY_ORDERED"
    " SCHEMA_EVOLUTION_RECORD COMMENT",
    "VIEWS": "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER VIEW_DEFINITION CHECK_OPTION"
    " IS_UPDATABLE INSERTABLE_INTO IS_SECURE @CREATED @LAST_ALTERED @LAST_DDL LAST_DDL_BY COMMENT",
    "SEQUENCES": "SEQUENCE_CATALOG SEQUENCE_SCHEMA SEQUENCE_NAME SEQUENCE_OWNER DATA_TYPE"
    " #NUMERIC_PRECISION #NUMERIC_PRECISION_RADIX #NUMERIC_SCALE START_VALUE MINIMUM_VALUE"
    " MAXIMUM_VALUE NEXT_VALUE INCREMENT CYCLE_OPTION @CREATED @LAST_ALTERED ORDERED COMMENT"
    " OWNER_ROLE_TYPE",
    "STAGES": "STAGE_CATALOG STAGE_SCHEMA STAGE_NAME STAGE_URL STAGE_REGION STAGE_TYPE STAGE_OWNER"
    " COMMENT @CREATED @LAST_ALTERED ENDPOINT OWNER_ROLE_TYPE DIRECTORY_ENABLED",
    "FILE_FORMATS": "FILE_FORMAT_CATALOG FILE_FORMAT_SCHEMA FILE_FORMAT_NAME FILE_FORMAT_OWNER"
    " FILE_FORMAT_TYPE RECORD_DELIMITER FIELD_DELIMITER #SKIP_HEADER DATE_FORMAT TIME_FORMAT"
    " TIMESTAMP_FORMAT BINARY_FORMAT ESCAPE ESCAPE_UNENCLOSED_FIELD TRIM_SPACE"
    " FIELD_OPTIONALLY_ENCLOSED_BY NULL_IF COMPRESSION ERROR_ON_COLUMN_COUNT_MISMATCH @CREATED"
    " @LAST_ALTERED COMMENT OWNER_ROLE_TYPE",
    "TABLE_CONSTRAINTS": "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG"
    " TABLE_SCHEMA TABLE_NAME CONSTRAINT_TYPE IS_DEFERRABLE INITIALLY_DEFERRED ENFORCED COMMENT"
    " @CREATED @LAST_ALTERED RELY",
    "REFERENTIAL_CONSTRAINTS": "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME"
    " UNIQUE_CONSTRAINT_CATALOG UNIQUE_CONSTRAINT_SCHEMA UNIQUE_CONSTRAINT_NAME MATCH_OPTION"
    " UPDATE_RULE DELETE_RULE COMMENT @CREATED @LAST_ALTERED",
    "LOAD_HISTORY": "SCHEMA_NAME FILE_NAME TABLE_NAME @LAST_LOAD_TIME STATUS #ROW_COUNT #ROW_PARSED"
    " FIRST_ERROR_MESSAGE #FIRST_ERROR_LINE_NUMBER #FIRST_ERROR_CHARACTER_POSITION"
    " FIRST_ERROR_COL_NAME #ERROR_COUNT #ERROR_LIMIT",
    "INFORMATION_SCHEMA_CATALOG_NAME": "CATALOG_NAME",
    "APPLICABLE_ROLES": "GRANTEE ROLE_NAME ROLE_OWNER IS_GRANTABLE",
    "ENABLED_ROLES": "ROLE_NAME ROLE_OWNER",
    "FUNCTIONS": "FUNCTION_CATALOG FUNCTION_SCHEMA FUNCTION_NAME FUNCTION_OWNER"
    " ARGUMENT_SIGNATURE DATA_TYPE #CHARACTER_MAXIMUM_LENGTH #CHARACTER_OCTET_LENGTH"
    " #NUMERIC_PRECISION #NUMERIC_PRECISION_RADIX #NUMERIC_SCALE FUNCTION_LANGUAGE"
    " FUNCTION_DEFINITION VOLATILITY IS_NULL_CALL IS_SECURE @CREATED @LAST_ALTERED @LAST_DDL"
    " LAST_DDL_BY COMMENT IS_EXTERNAL API_INTEGRATION CONTEXT_HEADERS #MAX_BATCH_ROWS"
    " REQUEST_TRANSLATOR RESPONSE_TRANSLATOR COMPRESSION IMPORTS HANDLER TARGET_PATH"
    " RUNTIME_VERSION PACKAGES INSTALLED_PACKAGES IS_MEMOIZABLE IS_DATA_METRIC SECRETS"
    " EXTERNAL_ACCESS_INTEGRATIONS OWNER_ROLE_TYPE",
}

ACCOUNT_USAGE: Final = {
    "TABLES": "#TABLE_ID TABLE_NAME #TABLE_SCHEMA_ID TABLE_SCHEMA #TABLE_CATALOG_ID TABLE_CATALOG"
    " TABLE_OWNER TABLE_TYPE IS_TRANSIENT CLUSTERING_KEY #ROW_COUNT #BYTES #RETENTION_TIME"
    " SELF_REFERENCING_COLUMN_NAME REFERENCE_GENERATION USER_DEFINED_TYPE_CATALOG"
    " USER_DEFINED_TYPE_SCHEMA USER_DEFINED_TYPE_NAME IS_INSERTABLE_INTO IS_TYPED COMMIT_ACTION"
    " @CREATED @LAST_ALTERED @LAST_DDL LAST_DDL_BY @DELETED AUTO_CLUSTERING_ON COMMENT"
    " OWNER_ROLE_TYPE #INSTANCE_ID IS_ICEBERG IS_DYNAMIC IS_HYBRID",
    "COLUMNS": "#COLUMN_ID COLUMN_NAME #TABLE_ID TABLE_NAME #TABLE_SCHEMA_ID TABLE_SCHEMA"
    " #TABLE_CATALOG_ID TABLE_CATALOG #ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE"
    " #CHARACTER_MAXIMUM_LENGTH #CHARACTER_OCTET_LENGTH #NUMERIC_PRECISION"
    " #NUMERIC_PRECISION_RADIX #NUMERIC_SCALE #DATETIME_PRECISION INTERVAL_TYPE"
    " #INTERVAL_PRECISION CHARACTER_SET_CATALOG CHARACTER_SET_SCHEMA CHARACTER_SET_NAME"
    " COLLATION_CATALOG COLLATION_SCHEMA COLLATION_NAME DOMAIN_CATALOG DOMAIN_SCHEMA DOMAIN_NAME"
    " UDT_CATALOG UDT_SCHEMA UDT_NAME SCOPE_CATALOG SCOPE_SCHEMA SCOPE_NAME #MAXIMUM_CARDINALITY"
    " DTD_IDENTIFIER IS_SELF_REFERENCING IS_IDENTITY IDENTITY_GENERATION IDENTITY_START"
    " IDENTITY_INCREMENT IDENTITY_MAXIMUM IDENTITY_MINIMUM IDENTITY_CYCLE IDENTITY_ORDERED"
    " COMMENT @DELETED SCHEMA_EVOLUTION_RECORD",
    "QUERY_HISTORY": "QUERY_ID QUERY_TEXT #DATABASE_ID DATABASE_NAME #SCHEMA_ID SCHEMA_NAME"
    " QUERY_TYPE #SESSION_ID USER_NAME ROLE_NAME #WAREHOUSE_ID WAREHOUSE_NAME WAREHOUSE_SIZE"
    " WAREHOUSE_TYPE #CLUSTER_NUMBER QUERY_TAG EXECUTION_STATUS #ERROR_CODE ERROR_MESSAGE"
    " @START_TIME @END_TIME #TOTAL_ELAPSED_TIME #BYTES_SCANNED #PERCENTAGE_SCANNED_FROM_CACHE"
    " #BYTES_WRITTEN #BYTES_WRITTEN_TO_RESULT #BYTES_READ_FROM_RESULT #ROWS_PRODUCED"
    " #ROWS_INSERTED #ROWS_UPDATED #ROWS_DELETED #ROWS_UNLOADED #BYTES_DELETED"
    " #PARTITIONS_SCANNED #PARTITIONS_TOTAL #BYTES_SPILLED_TO_LOCAL_STORAGE"
    " #BYTES_SPILLED_TO_REMOTE_STORAGE #BYTES_SENT_OVER_THE_NETWORK #COMPILATION_TIME"
    " #EXECUTION_TIME #QUEUED_PROVISIONING_TIME #QUEUED_REPAIR_TIME #QUEUED_OVERLOAD_TIME"
    " #TRANSACTION_BLOCKED_TIME OUTBOUND_DATA_TRANSFER_CLOUD OUTBOUND_DATA_TRANSFER_REGION"
    " #OUTBOUND_DATA_TRANSFER_BYTES INBOUND_DATA_TRANSFER_CLOUD INBOUND_DATA_TRANSFER_REGION"
    " #INBOUND_DATA_TRANSFER_BYTES #LIST_EXTERNAL_FILES_TIME #CREDITS_USED_CLOUD_SERVICES"
    " RELEASE_VERSION #EXTERNAL_FUNCTION_TOTAL_INVOCATIONS #EXTERNAL_FUNCTION_TOTAL_SENT_ROWS"
    " #EXTERNAL_FUNCTION_TOTAL_RECEIVED_ROWS #EXTERNAL_FUNCTION_TOTAL_SENT_BYTES"
    " #EXTERNAL_FUNCTION_TOTAL_RECEIVED_BYTES #QUERY_LOAD_PERCENT IS_CLIENT_GENERATED_STATEMENT"
    " #QUERY_ACCELERATION_BYTES_SCANNED #QUERY_ACCELERATION_PARTITIONS_SCANNED"
    " #QUERY_ACCELERATION_UPPER_LIMIT_SCALE_FACTOR #TRANSACTION_ID #CHILD_QUERIES_WAIT_TIME"
    " ROLE_TYPE QUERY_HASH #QUERY_HASH_VERSION QUERY_PARAMETERIZED_HASH"
    " #QUERY_PARAMETERIZED_HASH_VERSION",
    "LOGIN_HISTORY": "#EVENT_ID @EVENT_TIMESTAMP EVENT_TYPE USER_NAME CLIENT_IP"
    " REPORTED_CLIENT_TYPE REPORTED_CLIENT_VERSION FIRST_AUTHENTICATION_FACTOR"
    " SECOND_AUTHENTICATION_FACTOR IS_SUCCESS #ERROR_CODE ERROR_MESSAGE #RELATED_EVENT_ID"
    " CONNECTION",
    "COPY_HISTORY": "FILE_NAME STAGE_LOCATION @LAST_LOAD_TIME #ROW_COUNT #ROW_PARSED #FILE_SIZE"
    " FIRST_ERROR_MESSAGE #FIRST_ERROR_LINE_NUMBER #FIRST_ERROR_CHARACTER_POS"
    " FIRST_ERROR_COLUMN_NAME #ERROR_COUNT #ERROR_LIMIT STATUS #TABLE_ID TABLE_NAME"
    " #TABLE_SCHEMA_ID TABLE_SCHEMA_NAME #TABLE_CATALOG_ID TABLE_CATALOG_NAME PIPE_CATALOG_NAME"
    " PIPE_SCHEMA_NAME PIPE_NAME @PIPE_RECEIVED_TIME",
    "TAGS": "#TAG_ID TAG_NAME #TAG_SCHEMA_ID TAG_SCHEMA #TAG_DATABASE_ID TAG_DATABASE TAG_OWNER"
    " TAG_COMMENT @CREATED @LAST_ALTERED @DELETED ALLOWED_VALUES OWNER_ROLE_TYPE PROPAGATE"
    " ON_CONFLICT",
    "TAG_REFERENCES": "TAG_DATABASE TAG_SCHEMA #TAG_ID TAG_NAME TAG_VALUE OBJECT_DATABASE"
    " OBJECT_SCHEMA #OBJECT_ID OBJECT_NAME @OBJECT_DELETED DOMAIN #COLUMN_ID COLUMN_NAME"
    " APPLY_METHOD",
}

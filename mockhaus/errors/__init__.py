"""The one error tree of Mockhaus.

    MockhausError
    ├── SqlError                     a statement failed; the session goes on
    │   ├── CompilationError         refused before anything ran
    │   │   ├── SqlSyntaxError         001003  42601
    │   │   ├── UnknownFunction        002140  42883
    │   │   ├── WrongArguments         000938  42883
    │   │   │   └── InvalidArgumentTypes 001044  42883
    │   │   ├── InvalidIdentifier      000904  42703
    │   │   ├── AmbiguousColumn        002028  42702
    │   │   ├── UndefinedObject        002003  42P01
    │   │   │   ├── UndefinedSchema    002003  3F000
    │   │   │   ├── UndefinedDatabase  002003  3D000
    │   │   │   └── UndefinedContext   002043  42704
    │   │   ├── WrongObjectType        002203  42809
    │   │   ├── ObjectNeedsContext     090105  3D000
    │   │   ├── DuplicateObject        002002  42P07
    │   │   │   └── DuplicateSchema    002002  42P06
    │   │   ├── TypeMismatch           001007  42804
    │   │   │   ├── ColumnTypeMismatch 002023  42804
    │   │   │   └── InvalidDefault     002262  42804
    │   │   ├── ValueCount             002020  42601
    │   │   ├── InvalidColumnList      002026  42601
    │   │   ├── MissingColumnName      002022  42601
    │   │   ├── GroupingError          000979  42803
    │   │   ├── UndefinedVariable      000711  42704
    │   │   ├── ResultNotFound         000709  42704
    │   │   ├── InvalidParameter       001006  22023
    │   │   ├── UndefinedBind          002049  42601
    │   │   ├── InvalidBind            002086  22023
    │   │   ├── StatementCount         000008  0A000
    │   │   └── UnsupportedFeature     000002  0A000
    │   │       └── StalePlan          000002  0A000
    │   ├── ExecutionError           failed while running
    │   │   ├── DivisionByZero         100051  22012
    │   │   ├── InvalidNumber          100038  22P02
    │   │   ├── InvalidDatetime        100035  22007
    │   │   │   └── DatetimeOutOfRange 100035  22008
    │   │   ├── InvalidText            100037  22P02
    │   │   │   ├── InvalidJson        100069  22P02
    │   │   │   └── InvalidXml         100100  22P02
    │   │   ├── InvalidRegularExpression 100048  2201B
    │   │   ├── SingleRowExpected      090150  21000
    │   │   ├── NumberOutOfRange       100132  22003
    │   │   ├── StringTooLong          100078  22001
    │   │   ├── NotNullViolation       100072  23502
    │   │   ├── FieldMissing           093201  23001
    │   │   ├── FieldExists            093202  23001
    │   │   ├── UnequalArrays          215001  22000
    │   │   ├── KeyNotText             215002  22000
    │   │   ├── CheckViolation         100072  23514
    │   │   ├── NondeterministicMerge  100090  21000
    │   │   ├── RecursionLimit         100189  54001
    │   │   ├── RaisedException        020000  P0001
    │   │   ├── Canceled               000604  57014
    │   │   │   └── StatementTimeout   000630  57014
    │   │   ├── LobTooLarge            100082  22000
    │   │   ├── OutOfMemory            100298  53200
    │   │   ├── DiskFull               100298  53100
    │   │   ├── StorageFault           100298  58030
    │   │   │   └── DataInvalid        100298  58030
    │   │   │       └── CommittedInvalid 100298  58030
    │   │   ├── LockTimeout            000625  55P03
    │   │   ├── Deadlock               000625  40P01
    │   │   ├── SerializationFailure   000625  40001
    │   │   ├── DependentGrants        100183  2B000
    │   │   └── LoadError              100080  22P04
    │   ├── TransactionAborted         000604  25P02
    │   ├── WireError                what only the PostgreSQL wire has a name for
    │   │   ├── InvalidEncoding                22021
    │   │   ├── InvalidBinary                  22P03
    │   │   ├── CopyFailed                     57014
    │   │   ├── UndefinedPrepared              26000
    │   │   ├── DuplicatePrepared              42P05
    │   │   ├── UndefinedPortal                34000
    │   │   ├── DuplicatePortal                42P03
    │   │   ├── CursorState                    55000
    │   │   ├── UndefinedSavepoint             3B001
    │   │   ├── NoTransaction                  25P01
    │   │   ├── ActiveTransaction              25001
    │   │   ├── UndefinedType                  42704
    │   │   ├── ReadOnlyTransaction            25006
    │   │   ├── UndefinedSetting               42704
    │   │   ├── UndefinedConstraint            42704
    │   │   ├── ConflictTarget                 42P10
    │   │   ├── InvalidLogin                   28000
    │   │   │   └── InvalidPassword            28P01
    │   │   ├── TooManyConnections             53300
    │   │   ├── IdleTimeout                    57P05
    │   │   ├── IdleTransactionTimeout         25P03
    │   │   └── AdminShutdown                  57P01
    │   └── EngineFault                000603  XX000
    ├── ProtocolError                a client broke a wire protocol         08P01
    ├── InvalidUser                  a user, key or token that cannot be     28000
    └── SessionError                 a session cannot be had
        ├── SessionNotFound            404
        ├── SessionExists              409     42710
        ├── InvalidSession             400     22023
        ├── SessionExpired             410
        ├── TooManySessions            503     53300
        ├── SessionBusy                409     55006
        ├── LaterVersion               409     58P01
        ├── UnreadableSession          409     58P01
        ├── NotOwner                   403     42501
        ├── SnapshotExists             409     42710
        └── SnapshotNotFound           404     42704

Errors are data. Each class carries the code of both worlds: `number` and `snowflake_state` are
Snowflake's (HTTP doors), `sqlstate` is PostgreSQL's (wire; appendix A of its manual). A door
translates an error once, from these fields; nothing in between reads message texts.
"""

from __future__ import annotations

from mockhaus.errors.compilation import (
    AmbiguousColumn as AmbiguousColumn,
    ColumnTypeMismatch as ColumnTypeMismatch,
    CompilationError as CompilationError,
    DuplicateObject as DuplicateObject,
    DuplicateSchema as DuplicateSchema,
    GroupingError as GroupingError,
    InvalidArgumentTypes as InvalidArgumentTypes,
    InvalidBind as InvalidBind,
    InvalidColumnList as InvalidColumnList,
    InvalidDefault as InvalidDefault,
    InvalidIdentifier as InvalidIdentifier,
    InvalidParameter as InvalidParameter,
    MissingColumnName as MissingColumnName,
    ObjectNeedsContext as ObjectNeedsContext,
    ResultNotFound as ResultNotFound,
    SqlSyntaxError as SqlSyntaxError,
    StalePlan as StalePlan,
    StatementCount as StatementCount,
    TypeMismatch as TypeMismatch,
    UndefinedBind as UndefinedBind,
    UndefinedContext as UndefinedContext,
    UndefinedDatabase as UndefinedDatabase,
    UndefinedObject as UndefinedObject,
    UndefinedSchema as UndefinedSchema,
    UndefinedVariable as UndefinedVariable,
    UnknownFunction as UnknownFunction,
    UnsupportedFeature as UnsupportedFeature,
    ValueCount as ValueCount,
    WrongArguments as WrongArguments,
    WrongObjectType as WrongObjectType,
)
from mockhaus.errors.execution import (
    Canceled as Canceled,
    CheckViolation as CheckViolation,
    CommittedInvalid as CommittedInvalid,
    DataInvalid as DataInvalid,
    DatetimeOutOfRange as DatetimeOutOfRange,
    Deadlock as Deadlock,
    DependentGrants as DependentGrants,
    DiskFull as DiskFull,
    DivisionByZero as DivisionByZero,
    EngineFault as EngineFault,
    ExecutionError as ExecutionError,
    FieldExists as FieldExists,
    FieldMissing as FieldMissing,
    InvalidDatetime as InvalidDatetime,
    InvalidJson as InvalidJson,
    InvalidNumber as InvalidNumber,
    InvalidRegularExpression as InvalidRegularExpression,
    InvalidText as InvalidText,
    InvalidXml as InvalidXml,
    KeyNotText as KeyNotText,
    LoadError as LoadError,
    LobTooLarge as LobTooLarge,
    LockTimeout as LockTimeout,
    NondeterministicMerge as NondeterministicMerge,
    NotNullViolation as NotNullViolation,
    NumberOutOfRange as NumberOutOfRange,
    OutOfMemory as OutOfMemory,
    RaisedException as RaisedException,
    RecursionLimit as RecursionLimit,
    SerializationFailure as SerializationFailure,
    SingleRowExpected as SingleRowExpected,
    StatementTimeout as StatementTimeout,
    StorageFault as StorageFault,
    StringTooLong as StringTooLong,
    UnequalArrays as UnequalArrays,
    of_storage as of_storage,
    unreadable_datetime as unreadable_datetime,
)
from mockhaus.errors.root import (
    MockhausError as MockhausError,
    SqlError as SqlError,
)
from mockhaus.errors.sessions import (
    InvalidSession as InvalidSession,
    InvalidUser as InvalidUser,
    LaterVersion as LaterVersion,
    NotOwner as NotOwner,
    SessionBusy as SessionBusy,
    SessionError as SessionError,
    SessionExists as SessionExists,
    SessionExpired as SessionExpired,
    SessionNotFound as SessionNotFound,
    SnapshotExists as SnapshotExists,
    SnapshotNotFound as SnapshotNotFound,
    TooManySessions as TooManySessions,
    UnreadableSession as UnreadableSession,
)
from mockhaus.errors.wire import (
    ActiveTransaction as ActiveTransaction,
    AdminShutdown as AdminShutdown,
    ConflictTarget as ConflictTarget,
    CopyFailed as CopyFailed,
    CursorState as CursorState,
    DuplicatePortal as DuplicatePortal,
    DuplicatePrepared as DuplicatePrepared,
    IdleTimeout as IdleTimeout,
    IdleTransactionTimeout as IdleTransactionTimeout,
    InvalidBinary as InvalidBinary,
    InvalidEncoding as InvalidEncoding,
    InvalidLogin as InvalidLogin,
    InvalidPassword as InvalidPassword,
    NoTransaction as NoTransaction,
    ProtocolError as ProtocolError,
    ReadOnlyTransaction as ReadOnlyTransaction,
    TooManyConnections as TooManyConnections,
    TransactionAborted as TransactionAborted,
    UndefinedConstraint as UndefinedConstraint,
    UndefinedPortal as UndefinedPortal,
    UndefinedPrepared as UndefinedPrepared,
    UndefinedSavepoint as UndefinedSavepoint,
    UndefinedSetting as UndefinedSetting,
    UndefinedType as UndefinedType,
    WireError as WireError,
)

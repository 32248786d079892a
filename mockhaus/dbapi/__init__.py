"""`import mockhaus`: PEP 249 over sessions of this process, as Snowflake's connector has it.

    connecting   connect(): its options, and the session that is meant
    connection   a connection: cursors, transactions, what is current
    cursor       statements and their rows
    binding      parameters: put into the text, or bound
    answers      what a statement answered: as Python's values, as Arrow
    codes        codes of types, constructors of values
    errors       the exceptions of PEP 249, made of the error tree

Snowflake's manual: "Python Connector API".
"""

-- Operators that differ between the engines.

-- a / b of whole numbers has six digits after the point; of anything else it is a double.
CREATE OR REPLACE MACRO divide
    (a BIGINT, b BIGINT) AS
        CASE WHEN b = 0 THEN error('MOCKHAUS:DivisionByZero:Division by zero')
             ELSE CAST(a / b AS DECIMAL(38, 6)) END,
    (a DOUBLE, b DOUBLE) AS
        CASE WHEN b = 0 THEN error('MOCKHAUS:DivisionByZero:Division by zero')
             ELSE a / b END;

CREATE OR REPLACE MACRO modulo(a, b) AS
    CASE WHEN b = 0 THEN error('MOCKHAUS:DivisionByZero:Division by zero') ELSE a % b END;

-- XML: an element is an object with the members $, @ and those of its attributes (see mockhaus/xml.py).

CREATE OR REPLACE MACRO parse_xml(a, converts) AS CAST(xml_parsed(CAST(a AS VARCHAR), converts) AS JSON);
CREATE OR REPLACE MACRO try_parse_xml(a, converts) AS CAST(xml_parsed_try(CAST(a AS VARCHAR), converts) AS JSON);
CREATE OR REPLACE MACRO check_xml(a) AS xml_complaint(CAST(a AS VARCHAR));
CREATE OR REPLACE MACRO xmlget(a, tag, instance) AS
    CAST(xml_child(CAST(a AS VARCHAR), CAST(tag AS VARCHAR), CAST(instance AS BIGINT)) AS JSON);
CREATE OR REPLACE MACRO to_xml(a) AS xml_of_variant(CAST(a AS VARCHAR));

-- What a connection looks up by a number, or a name. Texts are copied: see `macros` in engine/udfs.py.
CREATE OR REPLACE MACRO dictionary_text(dictionary, key) AS
    raw_dictionary_text(getvariable('dictionaries'), dictionary, key) || '';
CREATE OR REPLACE MACRO dictionary_word(dictionary, key) AS
    raw_dictionary_word(getvariable('dictionaries'), dictionary, key) || '';
CREATE OR REPLACE MACRO dictionary_number(dictionary, key) AS
    raw_dictionary_number(getvariable('dictionaries'), dictionary, key);

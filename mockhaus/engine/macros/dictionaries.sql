-- What a connection looks up by a number, or a name.
CREATE OR REPLACE MACRO dictionary_text(dictionary, key) AS
    looked_up_text(getvariable('dictionaries'), dictionary, key);
CREATE OR REPLACE MACRO dictionary_word(dictionary, key) AS
    looked_up_word(getvariable('dictionaries'), dictionary, key);
CREATE OR REPLACE MACRO dictionary_number(dictionary, key) AS
    looked_up_number(getvariable('dictionaries'), dictionary, key);

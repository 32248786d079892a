CREATE DATABASE shop;
CREATE SCHEMA shop.sales;

CREATE TABLE shop.sales.orders (
    id INT AUTOINCREMENT START 100,
    customer VARCHAR(20) NOT NULL,
    placed DATE,
    lines VARIANT
);

CREATE STAGE shop.sales.incoming FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1);

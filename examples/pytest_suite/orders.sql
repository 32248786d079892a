INSERT INTO shop.sales.orders
SELECT column1, column2, column3, PARSE_JSON(column4) FROM VALUES
    (1, 'Ann', '2024-01-30', '[{"sku": "tea", "n": 2, "price": 4.5}, {"sku": "cup", "n": 1, "price": 9}]'),
    (2, 'Bob', '2024-02-29', '[{"sku": "tea", "n": 5, "price": 4.5}]');

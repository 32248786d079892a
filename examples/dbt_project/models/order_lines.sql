-- A view: an order's lines are JSON in one column, a row each here.
{{ config(materialized='view') }}

select
    o.id as order_id,
    o.customer_id,
    o.placed_at::timestamp_ntz as placed_at,
    line.index + 1 as line_number,
    line.value:sku::varchar as sku,
    line.value:n::int as quantity,
    line.value:price::number(10, 2) as price
from {{ ref('orders') }} as o,
    lateral flatten(input => parse_json(o.lines)) as line

-- A table: what each customer has spent, and on what most.
{{ config(materialized='table') }}

with spent as (
    select customer_id, sku, sum(quantity * price) as amount
    from {{ ref('order_lines') }}
    group by all
)

select
    c.id as customer_id,
    c.name,
    decode(c.country, 'DE', 'Germany', 'FR', 'France') as country,
    zeroifnull(sum(s.amount) over (partition by c.id)) as total,
    nvl2(s.sku, object_construct('sku', s.sku, 'amount', s.amount), null) as favourite
from {{ ref('customers') }} as c
left join spent as s on s.customer_id = c.id
qualify row_number() over (partition by c.id order by s.amount desc nulls last) = 1

-- Incremental: each run takes the days from the last one on.
{{ config(materialized='incremental', unique_key='day') }}

select
    date_trunc('day', placed_at)::date as day,
    dayname(placed_at) as weekday,
    count(distinct order_id) as orders,
    sum(quantity * price) as amount,
    listagg(distinct sku, ', ') within group (order by sku) as sold
from {{ ref('order_lines') }}
{% if is_incremental() %}
where placed_at >= dateadd('day', 0, (select max(day) from {{ this }}))
{% endif %}
group by 1, 2

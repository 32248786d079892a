-- Rows are failures: the days and the lines must come to the same amount.
select lines.amount, days.amount
from (select sum(quantity * price) as amount from {{ ref('order_lines') }}) as lines,
    (select sum(amount) as amount from {{ ref('daily_sales') }}) as days
where lines.amount is distinct from days.amount

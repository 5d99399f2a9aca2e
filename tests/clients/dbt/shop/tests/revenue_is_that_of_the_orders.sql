select m.month
from {{ ref('revenue_per_month') }} m
where m.revenue <> (select sum(o.total) from orders o where date_trunc('month', o.ordered_at) = m.month)

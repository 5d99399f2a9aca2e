-- A model on a model.
select month, revenue from {{ ref('revenue_per_month') }} order by revenue desc limit 3

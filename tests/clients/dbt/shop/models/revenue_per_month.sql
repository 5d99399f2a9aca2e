-- Asked anew at every run: the model is asked again only when the schema or the question has changed.
select month, revenue
from nl_query('revenue per month in 2025') as t(month date, revenue numeric)

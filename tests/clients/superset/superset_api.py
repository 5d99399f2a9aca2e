"""What a user of Superset does, by its REST API: registers the database, asks in SQL Lab, makes a dataset and a chart."""

import json
import os
import sys
import time

import requests

SERVER = os.environ["SUPERSET"]
QUESTION = "SELECT * FROM nl_query('revenue per month in 2025') AS t(month date, revenue numeric)"


def wait_until_up(at_most=180):
    began = time.monotonic()
    while time.monotonic() - began < at_most:
        try:
            if requests.get(f"{SERVER}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(1)
    raise SystemExit("Superset does not start")


class Api:
    def __init__(self):
        self.session = requests.Session()
        login = {"username": "admin", "password": "admin", "provider": "db", "refresh": True}
        token = self.post("security/login", login)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def post(self, path, body):
        answer = self.session.post(f"{SERVER}/api/v1/{path}", json=body, timeout=120)
        if not answer.ok:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text[:2000]}")
        return answer.json()


def ok(what, holds):
    print(f"ok - {what}" if holds else f"NOT OK - {what}", flush=True)
    if not holds:
        raise SystemExit(1)


def main(chart_file):
    wait_until_up()
    api = Api()
    address = "postgresql+psycopg2://{PGUSER}@{PGHOST}:{PGPORT}/{PGDATABASE}".format(**os.environ)
    database = api.post("database/", {"database_name": "shop", "sqlalchemy_uri": address, "expose_in_sqllab": True})["id"]
    ok("the database is registered", database > 0)

    def sql_lab(sql, client_id):
        return api.post("sqllab/execute/", {"database_id": database, "sql": sql, "runAsync": False, "client_id": client_id})

    answer = sql_lab(QUESTION, "question1")
    ok("SQL Lab gives 12 months", len(answer["data"]) == 12 and answer["data"][0]["month"].startswith("2025-01-01"))
    ok("and their types", [column["type_generic"] for column in answer["columns"]] == [2, 0])
    ask = sql_lab("SELECT nl_ask('how many orders are there')", "question2")
    ok("nl_ask in SQL Lab", "20000" in json.dumps(ask["data"]))

    dataset = api.post("dataset/", {"database": database, "table_name": "revenue per month", "sql": QUESTION})["id"]
    ok("a virtual dataset on nl_query", dataset > 0)
    query = {"columns": ["month"], "metrics": [REVENUE], "row_limit": 100}
    data = api.post("chart/data", {"datasource": {"id": dataset, "type": "table"}, "queries": [query]})["result"][0]["data"]
    ok("its rows for a chart", len(data) == 12 and all(row["sum revenue"] for row in data))
    params = {
        "viz_type": "echarts_timeseries_bar",
        "datasource": f"{dataset}__table",
        "x_axis": "month",
        "time_grain_sqla": "P1M",
        "metrics": [REVENUE],
        "groupby": [],
        "row_limit": 100,
        "x_axis_title": "month",
        "y_axis_title": "revenue",
        "x_axis_title_margin": 30,
        "y_axis_title_margin": 50,
    }
    chart = {"slice_name": "Revenue per month in 2025", "viz_type": params["viz_type"], "datasource_id": dataset}
    chart = api.post("chart/", {**chart, "datasource_type": "table", "params": json.dumps(params)})["id"]
    ok("a chart on it", chart > 0)
    with open(chart_file, "w") as file:
        file.write(str(chart))


REVENUE = {"expressionType": "SQL", "sqlExpression": "sum(revenue)", "label": "sum revenue"}

main(sys.argv[1])

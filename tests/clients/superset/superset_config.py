"""Superset's settings for the test: its own tables in SQLite, no scripts' or forms' tokens."""

import os

SECRET_KEY = "for a test on loopback"
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['TMP_DIR']}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
# The one for PostgreSQL wants ecpg, and would mark every statement as wrong without it.
SQL_VALIDATORS_BY_ENGINE = {}

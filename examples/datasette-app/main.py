"""An unchanged datasette over a small database, which is made at start in the instance's own /tmp."""

import sqlite3

from datasette.app import Datasette

FILE = "/tmp/films.db"

with sqlite3.connect(FILE) as connection:
    connection.execute("create table if not exists films (id integer primary key, title text)")
    connection.executemany("insert or replace into films values (?, ?)", [(1, "Metropolis"), (2, "M")])

app = Datasette([FILE]).app()

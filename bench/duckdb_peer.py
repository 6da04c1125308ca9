"""DuckDB asked the same as Harken, of the same signals, in two layouts: plain Parquet files and its own table.

Usage: duckdb_peer.py FOLDER, where FOLDER is a data folder of Harken with everything in the lake. Copies the signals
once, in the order of arrival; then answers lines `LAYOUT QUERY RUNS` on standard input, each with one line of JSON:
{"median_ms": ..., "rows": {KEYS: [VALUE, N]}}.
"""

import json
import sqlite3
import statistics
import sys
import time
from pathlib import Path

import duckdb

THREADS = 2

# One row for each customer number: the customer it was merged into, and the trait that a query filters by.
CUSTOMERS = "create or replace table customer (id bigint, canonical bigint, state varchar)"

# The form of each query's time labels, and the query. {signal} and {customer} stand for the layout's relations; the last
# two columns are value and n, those before them the keys. Buckets are truncated and named afterwards, as is fastest.
QUERIES = {
    "nps_by_month_and_touchpoint": (
        "%Y-%m",
        """select date_trunc('month', occurred_at), touchpoint,
                  100.0 * (count(*) filter (score >= 9) - count(*) filter (score <= 6)) / count(*), count(*)
           from {signal} where scale = 'nps' and score is not null group by all""",
    ),
    "csat_by_week_and_channel": (
        "%G-W%V",
        """select date_trunc('week', occurred_at), channel,
                  100.0 * count(*) filter (score >= 4) / count(*), count(*)
           from {signal} where scale = 'csat' and score is not null group by all""",
    ),
    "revenue_by_day": (
        "%Y-%m-%d",
        """select date_trunc('day', occurred_at), sum(amount), count(amount)
           from {signal} where kind = 'order_completed' group by all""",
    ),
    "customers_by_month": (
        "%Y-%m",
        """select date_trunc('month', occurred_at), count(distinct c.canonical), count(*)
           from {signal} s join {customer} c on c.id = s.customer group by all""",
    ),
    "delivery_days_by_month": (
        "%Y-%m",
        """select date_trunc('month', occurred_at), quantile_cont(days, 0.9), count(days)
           from (select occurred_at, (properties ->> '$.delivery_days')::double as days
                 from {signal} where kind = 'order_delivered') group by all""",
    ),
    "effort_by_touchpoint_of_a_state": (
        None,
        """select touchpoint, avg(score), count(score)
           from {signal} s join {customer} c on c.id = s.customer
           where scale = 'ces' and c.state = 'Bavaria' group by all""",
    ),
    "signals_by_kind": (None, "select kind, count(*), count(*) from {signal} group by all"),
}


def lake_files(table: Path) -> list[str]:
    """The live files of a Delta table, from its transaction log."""
    live = {}
    for commit in sorted((table / "_delta_log").glob("*.json")):
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                live[action["add"]["path"]] = str(table / action["add"]["path"])
            if "remove" in action:
                live.pop(action["remove"]["path"], None)
    return list(live.values())


def copy_signals(connection, folder: Path, parquet: Path) -> None:
    """Writes both layouts, in the order of arrival: what a plain export of the log would give."""
    (table,) = (folder / "lake").glob("*/signals")
    parquet.mkdir(exist_ok=True)
    files = lake_files(table)
    # Plain timestamps, since those with a zone are slower to truncate.
    plain = "replace (make_timestamp(epoch_us(occurred_at)) as occurred_at)"
    arrived = f"select * {plain} from read_parquet({files!r}) order by seq"
    connection.execute(f"copy ({arrived}) to '{parquet}/signals.parquet' (format parquet)")
    connection.execute(f"create or replace table signal as select * from read_parquet('{parquet}/signals.parquet')")
    connection.execute(CUSTOMERS)
    with sqlite3.connect(f"file:{folder}/harken.db?mode=ro", uri=True) as store:
        canonical = {}
        for number, into, traits in store.execute("select id, canonical, traits from customer"):
            canonical[number] = (into or number, json.loads(traits).get("state"))
    rows = [(number, into, canonical.get(into, (0, None))[1]) for number, (into, _) in canonical.items()]
    write_rows(connection, rows, parquet)


def write_rows(connection, rows, parquet: Path) -> None:
    """Customers through a file, since inserting rows one by one takes DuckDB minutes."""
    lines = parquet / "customers.jsonl"
    with lines.open("w") as out:
        for number, canonical, state in rows:
            out.write(json.dumps({"id": number, "canonical": canonical, "state": state}) + "\n")
    columns = "{id: 'bigint', canonical: 'bigint', state: 'varchar'}"
    connection.execute(f"insert into customer select * from read_json('{lines}', columns = {columns})")
    connection.execute(f"copy customer to '{parquet}/customers.parquet' (format parquet)")
    lines.unlink()


def keys(row, form: str | None) -> str:
    """The keys of a row, as the product writes and bench/ joins them."""
    named = [row[0].strftime(form), *row[1:-2]] if form else row[:-2]
    return " / ".join("–" if key is None else key for key in named)


def main() -> None:
    folder = Path(sys.argv[1])
    parquet = folder.with_suffix(".parquet")
    own = folder.with_suffix(".duckdb")
    done = folder.with_suffix(".copied")
    if not done.exists():
        own.unlink(missing_ok=True)
    connection = duckdb.connect(str(own))
    connection.execute(f"set threads = {THREADS}")
    connection.execute("set timezone = 'UTC'")
    if not done.exists():
        copy_signals(connection, folder, parquet)
        connection.execute("checkpoint")
        done.touch()
    layouts = {
        "parquet": {
            "signal": f"read_parquet('{parquet}/signals.parquet')",
            "customer": f"read_parquet('{parquet}/customers.parquet')",
        },
        "table": {"signal": "signal", "customer": "customer"},
    }
    print(f"DuckDB {duckdb.__version__}", flush=True)
    for line in sys.stdin:
        layout, name, runs = line.split()
        form, query = QUERIES[name]
        query = query.format(**layouts[layout])
        rows = connection.execute(query).fetchall()
        took = []
        for _ in range(int(runs)):
            start = time.perf_counter()
            connection.execute(query).fetchall()
            took.append((time.perf_counter() - start) * 1000)
        answer = {keys(row, form): [float(row[-2]), row[-1]] for row in rows if row[-2] is not None}
        print(json.dumps({"median_ms": statistics.median(took), "rows": answer}), flush=True)


if __name__ == "__main__":
    main()

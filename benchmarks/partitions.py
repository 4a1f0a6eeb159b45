"""What it is worth to keep counts by month on PostgreSQL, and what the key of a partitioned table of verdicts would cost.

usage: python benchmarks/partitions.py [--rows N] [--months N]

Two tables alike, one in parts; the same questions to both, warm, the median of nine. The last lines are the table of docs/adr/0015.
"""

import argparse
import time
from statistics import median

from machines import postgres

COLUMNS = "id bigint NOT NULL, agent integer NOT NULL, behaviour integer NOT NULL, day date NOT NULL, met integer, not_met integer"
QUESTIONS = {
    "rates of all agents, 28 days": "SELECT agent, behaviour, sum(met), sum(met + not_met) FROM {t} WHERE day >= '{last}'::date - 27 GROUP BY 1, 2",
    "one agent, 28 days": "SELECT behaviour, sum(met) FROM {t} WHERE agent = 77 AND day >= '{last}'::date - 27 GROUP BY 1",
    "one agent, all days": "SELECT day, sum(met) FROM {t} WHERE agent = 77 GROUP BY 1",
    "one agent-day is counted anew": "DELETE FROM {t} WHERE agent = 78 AND day = '{last}'",
}


def main() -> None:
    """Fill, ask, print."""
    import psycopg

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=24)
    options = parser.parse_args()
    with postgres() as server, psycopg.connect(server, autocommit=True) as connection:

        def took(statement: str) -> float:
            began = time.perf_counter()
            connection.execute(statement)  # type: ignore[arg-type]
            return (time.perf_counter() - began) * 1000

        fill(took, options)
        last = f"{2024 + (options.months - 1) // 12}-{(options.months - 1) % 12 + 1:02d}-28"
        print(f"| {options.rows:,} rows, {options.months} months, milliseconds | one piece | by month |\n|---|---|---|")
        for what, question in QUESTIONS.items():
            found = []
            for table in ("whole", "parts"):
                asked = question.format(t=table, last=last)
                took(asked)
                found.append(median(took(asked) for _ in range(9)))
            print(f"| {what} | {found[0]:,.1f} | {found[1]:,.1f} |", flush=True)
        gone = took("DELETE FROM whole WHERE day < '2024-02-01'"), took("DROP TABLE parts_0")
        print(f"| the oldest month goes | {gone[0]:,.0f} | {gone[1]:,.0f} |")
        sizes = []
        for columns in ("(id)", "(id, day)"):
            took(f"CREATE INDEX sized ON whole {columns}")
            row = connection.execute("SELECT pg_relation_size('sized')").fetchone()
            sizes.append(row[0] / options.rows if row else 0.0)
            took("DROP INDEX sized")
        print(f"| a key by number alone, and by number and day: bytes a row | {sizes[0]:.1f} | {sizes[1]:.1f} |")


def fill(took: "object", options: argparse.Namespace) -> None:
    """The same rows into both: 500 agents, 20 behaviours, day by day."""
    run = took
    assert callable(run)
    run(f"CREATE TABLE whole ({COLUMNS})")
    run(f"CREATE TABLE parts ({COLUMNS}) PARTITION BY RANGE (day)")
    for number in range(options.months):
        first = f"('2024-01-01'::date + interval '{number} month')::date"
        run(f"DO $$ BEGIN EXECUTE format('CREATE TABLE parts_{number} PARTITION OF parts FOR VALUES FROM (%L) TO (%L)', {first}, ({first} + interval '1 month')::date); END $$")  # fmt: skip
    days = f"(('2024-01-01'::date + interval '{options.months} month')::date - '2024-01-01'::date)"
    values = (
        f"n, n % 500, (n / 500) % 20, '2024-01-01'::date + (n::bigint * {days} / {options.rows})::integer, n % 5, n % 3"
    )
    run(f"INSERT INTO whole SELECT {values} FROM generate_series(0, {options.rows - 1}) n")  # noqa: S608 -- our own numbers
    run("INSERT INTO parts SELECT * FROM whole")
    for table in ("whole", "parts"):
        run(f"CREATE INDEX {table}_counts ON {table} (agent, behaviour, day, met, not_met)")
        run(f"CREATE INDEX {table}_day ON {table} (day)")
        run(f"VACUUM ANALYZE {table}")


if __name__ == "__main__":
    main()

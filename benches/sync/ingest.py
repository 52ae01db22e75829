#!/usr/bin/env python3
"""The same pages from the same server with Python's slack_sdk, beside `cargo bench --bench sync`.

    python3 -m venv venv && venv/bin/pip install slack_sdk
    venv/bin/python benches/sync/ingest.py 10000 100000

Each page is fetched with all metadata and its messages are put into SQLite, one transaction a page,
synced; the second figure is fetching and parsing alone.
"""

import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from slack_sdk import WebClient

RUNS = 5
ROOT = pathlib.Path(__file__).resolve().parents[2]


def pages(client, channels):
    for channel in channels:
        cursor = None
        while True:
            page = client.conversations_history(
                channel=channel, limit=200, cursor=cursor, include_all_metadata=True
            )
            yield channel, page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break


def fetched(client, channels):
    return sum(len(messages) for _, messages in pages(client, channels))


def stored(client, channels):
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        db = sqlite3.connect(pathlib.Path(folder) / "journal.db")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE message (key TEXT PRIMARY KEY, body TEXT NOT NULL)")
        count = 0
        for channel, messages in pages(client, channels):
            with db:
                db.executemany(
                    "INSERT OR REPLACE INTO message VALUES (?, ?)",
                    [(f"{channel}/{m['ts']}", json.dumps(m)) for m in messages],
                )
            count += len(messages)
        db.close()
        return count


def measure(count):
    command = ["cargo", "bench", "--quiet", "--bench", "sync", "--", "serve", str(count)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        where = json.loads(server.stdout.readline())
        client = WebClient(token=where["token"], base_url=where["url"])
        for name, work in (("into SQLite", stored), ("fetched and parsed", fetched)):
            times = []
            for _ in range(RUNS):
                began = time.perf_counter()
                read = work(client, where["channels"])
                times.append(time.perf_counter() - began)
                assert read >= count, read
            print(f"| {count} messages {name}, slack_sdk | {statistics.median(times):.2f} s |")
        server.stdin.close()


for wanted in sys.argv[1:] or ["10000", "100000"]:
    measure(int(wanted))

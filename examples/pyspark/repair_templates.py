#!/usr/bin/env python3
"""Repairs a data set of CloudFormation templates with PySpark and `cfnfix --stream`.

    spark-submit repair_templates.py INPUT OUTPUT [--cfnfix PROGRAM] [-- OPTION...]

INPUT is Parquet with the columns `path` and `content`. OUTPUT becomes a folder of two data sets:
`templates` has a row for each of INPUT's (path, content after, diff, findings, error), `findings` one
for each finding. What stands behind `--` are options of cfnfix, as in `-- --profile production`.
"""
import argparse
import json
import subprocess
import sys
import threading

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

PLACE = "struct<line: int, column: int>"
# As docs/stream.schema.json and docs/report.schema.json have it.
ANSWER = f"""
    path string, content string, diff string,
    findings array<struct<
        id: string, fingerprint: string, state: string, safety: string, effects: array<string>,
        logicalId: string, path: string, range: struct<start: {PLACE}, end: {PLACE}>,
        message: string, reason: string, onChangedLines: boolean>>,
    error struct<line: int, column: int, message: string>
"""


class Feeder(threading.Thread):
    """Writes to cfnfix what its answers are read for. By itself, since a process that nobody reads
    from stops reading, too: with one thread for both, both would wait for ever."""

    def __init__(self, rows, stdin):
        super().__init__(daemon=True)
        self.rows, self.stdin, self.sent, self.error = rows, stdin, 0, None

    def run(self):
        try:
            with self.stdin:
                for row in self.rows:
                    line = json.dumps({"path": row.path, "content": row.content})
                    self.stdin.write(line.encode() + b"\n")
                    self.sent += 1
        except Exception as error: # raised where Spark sees it
            self.error = error


def answer(rows, command):
    """The answers of one cfnfix to the ROWS of one partition. Whatever ends it before its time is
    raised, so that Spark throws away what this attempt has made and tries the partition again."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        feeder = Feeder(rows, process.stdin)
        feeder.start()
        told = 0
        for line in process.stdout:
            yield json.loads(line)
            told += 1
        feeder.join()
    # 2 says that some answers have an error, and is none of the partition.
    if process.returncode not in (0, 1, 2) or feeder.error or told != feeder.sent:
        raise RuntimeError(f"cfnfix ended with {process.returncode} after {told} of at least "
                           f"{feeder.sent} templates ({feeder.error})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--cfnfix", default="cfnfix", help="the program, on every machine")
    own, options = sys.argv[1:], []
    if "--" in own:
        own, options = own[:own.index("--")], own[own.index("--") + 1:]
    given = parser.parse_args(own)
    command = [given.cfnfix, "--stream", *options]

    spark = SparkSession.builder.appName("cfnfix").getOrCreate()
    rows = spark.read.parquet(given.input).select("path", "content").rdd
    answers = rows.mapPartitions(lambda partition: answer(partition, command))
    templates = f"{given.output}/templates"
    spark.createDataFrame(answers, ANSWER).write.parquet(templates)
    # From what was written: cfnfix has run once for each template.
    found = spark.read.parquet(templates).select(F.col("path").alias("template"),
                                                 F.explode("findings").alias("finding"))
    found.select("template", "finding.*").write.parquet(f"{given.output}/findings")
    spark.stop()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""examples/pyspark on Spark itself: workers are killed in the middle of their work, and all is there in
the end, once, as cfnfix -i on one machine has it."""
import os
import stat
import subprocess
import sys
from pathlib import Path

from check import collect
from lib import program

EXAMPLE = program.ROOT / "examples/pyspark/repair_templates.py"
SUBMIT = Path(sys.executable).with_name("spark-submit")
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
         "spark.driver.memory": "700m", "spark.sql.shuffle.partitions": "4"}
# --thorough: each is parsed, as a named file is.
OPTIONS = ["--unsafe-fixes", "--ignore", "force-destroy", "--thorough"]

# Stands in the place of cfnfix. Each of VICTIMS is killed by the first run that has answered three
# lines and that finds it alive.
SABOTEUR = """#!{python}
import os, pathlib, signal, subprocess, sys

def claim():
    for victim in {victims!r}:
        try:
            os.close(os.open({marks!r} + "/" + victim, os.O_CREAT | os.O_EXCL))
            return victim
        except FileExistsError:
            pass

def parent_of(pid):
    return int(pathlib.Path(f"/proc/{{pid}}/stat").read_text().rpartition(")")[2].split()[1])

def kill(victim):
    worker = os.getppid()
    executor = parent_of(parent_of(worker))
    assert victim != "executor" or pathlib.Path(f"/proc/{{executor}}/comm").read_text() == "java\\n"
    os.kill({{"cfnfix": program.pid, "worker": worker, "executor": executor}}[victim], signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

program = subprocess.Popen([{cfnfix!r}, *sys.argv[1:]], stdin=-1, stdout=-1, bufsize=0)
for number, line in enumerate(sys.stdin.buffer, 1):
    program.stdin.write(line)
    sys.stdout.buffer.write(program.stdout.readline())
    sys.stdout.buffer.flush()
    if number == 3 and (victim := claim()):
        kill(victim)
program.stdin.close()
sys.exit(program.wait())
"""


def make_saboteur(cfnfix, home, victims):
    (home / "marks").mkdir()
    script = home / "saboteur"
    script.write_text(SABOTEUR.format(python=sys.executable, cfnfix=cfnfix.path, victims=victims,
                                      marks=str(home / "marks")))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def environment(home):
    return os.environ | program.ENVIRONMENT | {
        "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(home / "spark"),
        "SPARK_WORKER_DIR": str(home / "spark"), "PYSPARK_PYTHON": sys.executable
    }


def all_texts():
    """path -> text, of real templates, or of all goldens where there are none. Spark's strings are
    UTF-8."""
    folders = program.corpus_folders()
    files = collect(folders[0]) if folders else [(f"{name}{path.suffix}", path.read_bytes())
                                                 for name, path, _ in program.golden_inputs()]
    texts = {}
    for name, data in files:
        try:
            texts[name] = data.decode()
        except UnicodeDecodeError:
            pass
    return texts


def repair_files(cfnfix, home, texts):
    """(path -> text after, path -> what is found) of cfnfix on one machine."""
    for name, text in texts.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    report = cfnfix("--format", "json", *OPTIONS, "--skip-non-templates", *texts, cwd=home).json()
    cfnfix("-i", "-q", *OPTIONS, "--skip-non-templates", *texts, cwd=home)
    after = {name: (home / name).read_bytes().decode() for name in texts}
    return after, {file["path"]: file for file in report["files"]}


def submit(home, master, saboteur, given):
    settings = [word for name, value in QUIET.items() for word in ("--conf", f"{name}={value}")]
    return subprocess.run([SUBMIT, "--master", master, *settings, EXAMPLE, given, home / "out",
                           "--cfnfix", saboteur, "--", *OPTIONS],
                          cwd=home, env=environment(home), capture_output=True, check=False)


def check_rows(tally, label, rows, texts, alone):
    """The templates that came out, against the same ones from one machine."""
    after, files = alone
    tally.equal(sorted(row["path"] for row in rows), sorted(texts), f"{label}: each template once")
    for row in rows:
        path, file = row["path"], files[row["path"]]
        tally.equal(row["content"], after[path], f"{label}: {path}: text")
        tally.equal(row["diff"], file["diff"], f"{label}: {path}: diff")
        tally.equal(row["findings"], file["findings"], f"{label}: {path}: findings")
        tally.equal([row["error"]] if row["error"] else [], file["errors"], f"{label}: {path}: error")
    changed = [row for row in rows if row["diff"]]
    tally.check(len(changed) > 20, f"{label}: there was something to do", len(changed))


def check_findings(tally, label, found, alone):
    """The other data set: the same again, a row for each."""
    wanted = [{"template": path} | finding for path, file in alone[1].items()
              for finding in file["findings"]]
    tally.equal(sorted(map(repr, found)), sorted(map(repr, wanted)), f"{label}: findings' rows")


def check_run(cfnfix, work, tally, spark, given, texts, alone, master, victims):
    home = program.fresh(work / master.partition("[")[0])
    done = submit(home, master, make_saboteur(cfnfix, home, victims), given)
    if not tally.check(done.returncode == 0, f"{master}: spark-submit",
                       (done.stdout + done.stderr)[-3000:]):
        return
    tally.equal(sorted(os.listdir(home / "marks")), sorted(victims), f"{master}: all were killed")
    rows = spark.read.parquet(str(home / "out/templates")).collect()
    found = spark.read.parquet(str(home / "out/findings")).collect()
    check_rows(tally, master, [row.asDict(recursive=True) for row in rows], texts, alone)
    check_findings(tally, master, [row.asDict(recursive=True) for row in found], alone)


def main():
    cfnfix, work, tally = program.start(__doc__)
    os.environ.update(environment(work))
    from pyspark.sql import SparkSession # only now: its Java sees the environment
    texts = all_texts()
    alone = repair_files(cfnfix, program.fresh(work / "alone"), texts)
    builder = SparkSession.builder.master("local[2]")
    for name, value in QUIET.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    given = str(program.fresh(work / "given") / "templates")
    spark.createDataFrame(list(texts.items()), "path string, content string").repartition(
        8).write.parquet(given)
    for master, victims in (("local[2,4]", ["cfnfix", "worker"]),
                            ("local-cluster[2,1,1024]", ["cfnfix", "worker", "executor"])):
        check_run(cfnfix, work, tally, spark, given, texts, alone, master, victims)
    spark.stop()
    tally.end()


if __name__ == "__main__":
    main()

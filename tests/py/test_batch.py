"""Many processes say the same as one: all goldens at once, some hundred files, with one job and with eight."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"


def run(jobs, *options):
    jobs = ["--jobs", str(jobs)] if jobs else []
    # All but those of formats, of which one cannot be read.
    folders = sorted(str(path) for path in GOLDEN.iterdir() if path.name != "formats")
    command = [OPTIONS.cfnfix, *jobs, *options, *folders]
    return subprocess.run(command, capture_output=True, check=False)


class Batch(unittest.TestCase):
    def test_jobs_do_not_matter(self):
        for options in ([], ["--format", "json"], ["--unsafe-fixes"], ["--check"]):
            one, many = run(1, *options), run(8, *options)
            self.assertEqual(one.returncode, 1, one.stderr)
            self.assertEqual(many.returncode, 1, many.stderr)
            self.assertTrue(one.stdout or one.stderr)
            self.assertEqual((one.stdout, one.stderr), (many.stdout, many.stderr))

    def test_a_file_alone_says_the_same(self):
        # Alone it is worked on by the program itself; what workers say was packed and unpacked.
        for report in json.loads(run(2, "--format", "json", "--thorough").stdout)["files"]:
            alone = subprocess.run([OPTIONS.cfnfix, "--format", "json", report["path"]], capture_output=True,
                                   check=False)
            self.assertEqual(json.loads(alone.stdout)["files"], [report])

    def test_a_long_report_is_what_is_printed(self):
        # What there is much of waits in a file until the end; a printed one goes out at once.
        formats = ("json", "sarif", "html", "junit")
        with tempfile.TemporaryDirectory() as folder:
            wishes = [f"--report={name}:{folder}/{name}" for name in formats]
            self.assertEqual(run(2, "--check", "-q", *wishes).returncode, 1)
            self.assertEqual(sorted(os.listdir(folder)), sorted(formats))
            for name in formats:
                written = pathlib.Path(folder, name).read_bytes()
                self.assertTrue(written == run(2, "--format", name).stdout, name)
                self.assertTrue(len(written) > 2**20 or name == "junit", f"{name} has {len(written)} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfnfix", required=True)
    parser.add_argument("--work")
    OPTIONS = parser.parse_args()
    unittest.main(argv=[sys.argv[0]])

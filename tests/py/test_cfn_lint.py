"""cfn-lint finds no error in what cfnfix wrote that it did not find in the input.

Every golden case with an expected.* is read by the pinned cfn-lint. Line numbers move, so rule and
message are what is compared.
"""

import argparse
import collections
import pathlib
import sys
import unittest

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from lib import program



def errors(path):
    """The errors cfn-lint has about a template: a count for each rule and message. Metadata that is
    no mapping makes cfn-lint itself fail, which counts as one."""
    text = path.read_bytes().decode("utf-8-sig")
    try:
        found = lint(text, config=ManualArgs(regions=["us-east-1"]))
    except AttributeError as failure:
        return collections.Counter([f"failed: {failure}"])
    return collections.Counter(
        f"{match.rule.id} {match.message}" for match in found if match.rule.id.startswith("E")
    )


def new_errors(before, after):
    wrong = errors(after)
    return wrong - errors(before) if wrong else wrong


class Goldens(unittest.TestCase):
    def test_new_errors_are_seen(self):
        here = pathlib.Path(OPTIONS.work)
        here.mkdir(parents=True, exist_ok=True)
        good, bad = here / "good.yaml", here / "bad.yaml"
        good.write_text("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n")
        bad.write_text(good.read_text() + "    Properties:\n      Invented: true\n")
        self.assertEqual(sum(new_errors(good, bad).values()), 1)
        self.assertFalse(new_errors(bad, good))

    def test_no_golden_has_new_errors(self):
        outputs = list(program.golden_outputs())
        self.assertTrue(outputs)
        for name, before, after in outputs:
            with self.subTest(case=name):
                self.assertEqual(list(new_errors(before, after)), [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfnfix")
    parser.add_argument("--work", required=True)
    OPTIONS = parser.parse_args()
    unittest.main(argv=[sys.argv[0]])

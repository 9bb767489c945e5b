"""Each promise of docs/threat-model.md names a test that there is."""

import re
import unittest

import support

TESTS = support.ROOT / "tests"


def named() -> set[str]:
    rows = re.findall(r"^\|[^|]*\|([^|]*)\|$", (support.ROOT / "docs/threat-model.md").read_text(), re.M)
    return {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}


class ThreatModel(unittest.TestCase):
    def test_its_tests_are_there(self):
        there = {f"{path.stem}.{name}" for path in TESTS.glob("blackbox/*_test.py") for name in re.findall(r"    def (test_\w+)\(", path.read_text())}
        there |= {f"{suite}.{name}" for path in TESTS.glob("*/*_test.cpp") for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", path.read_text(), re.M)}
        self.assertEqual(named() - there, set())
        self.assertGreater(len(named()), 40)

    def test_every_promise_has_one(self):
        rows = re.findall(r"^\| (?!promise)([^|]*[^|-]) \|([^|]*)\|$", (support.ROOT / "docs/threat-model.md").read_text(), re.M)
        self.assertEqual([promise for promise, tests in rows if "`" not in tests], [])
        self.assertGreater(len(rows), 25)


if __name__ == "__main__":
    unittest.main()

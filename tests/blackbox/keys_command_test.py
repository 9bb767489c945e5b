"""`syncnet keys new`: the key for a person, its hash for the file."""

import hashlib
import json
import subprocess
import unittest

import support


def new(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([support.BINARY, "keys", "new", *arguments], capture_output=True, text=True,
                          env=support.environment(), timeout=support.PATIENCE)


class New(unittest.TestCase):
    def test_the_key_is_shown_and_only_its_hash_is_kept(self):
        done = new("--name", "shop", "--scope", "score,jobs", "--rate", "60", "--expires", "2027-01-31")
        self.assertEqual(done.returncode, 0, done.stderr)
        key = done.stderr.split()[-1]
        self.assertRegex(key, r"^sn_[A-Za-z0-9_-]{43}$")
        self.assertNotIn(key, done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertEqual(json.loads(done.stdout), {
            "name": "shop", "sha256": hashlib.sha256(key.encode()).hexdigest(), "scopes": ["score", "jobs"],
            "rate_per_minute": 60, "expires": "2027-01-31"})

    def test_no_two_are_the_same(self):
        self.assertNotEqual(new("--name", "a", "--scope", "score").stdout, new("--name", "a", "--scope", "score").stdout)

    def test_what_is_wrong_is_said_and_nothing_is_written(self):
        for wrong, reason in ((("--name", "a b", "--scope", "score"), "name"),
                              (("--name", "a", "--scope", "admin"), '"admin"'),
                              (("--name", "a", "--scope", "score", "--rate", "0"), "rate"),
                              (("--name", "a", "--scope", "score", "--expires", "soon"), "date"),
                              (("--name", "a"), "--scope")):
            with self.subTest(wrong):
                done = new(*wrong)
                self.assertEqual(done.returncode, 2)
                self.assertIn(reason, done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()

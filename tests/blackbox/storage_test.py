"""A disk that is full or read-only: clear errors, nothing half done, and all is well again once the disk is."""

import os
import subprocess
import time
import unittest
from pathlib import Path

import support

RAW = {"Content-Type": "application/octet-stream"}


def mount(*arguments) -> bool:
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True).returncode == 0


def fill(path: Path) -> None:
    try:
        with open(path, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass


@unittest.skipUnless(os.geteuid() == 0, "takes the right to mount a small file system")
class StateOnASmallDisk(unittest.TestCase):
    def setUp(self):
        self.disk = support.scratch_folder()
        if not mount("-t", "tmpfs", "-o", "size=24m", "tmpfs", self.disk):
            self.skipTest("mounting is not permitted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk])
        self.clip = support.short_sample().read_bytes()

    def submit(self, service, video=None):
        return service.request("POST", "/v1/jobs", video or self.clip, RAW)

    def ended(self, service, job) -> str:
        states = []

        def over() -> bool:
            states.append(service.request("GET", f"/v1/jobs/{job}").json()["state"])
            return states[-1] in ("done", "failed")

        support.wait_until(over, "the end of the job")
        return states[-1]

    def test_full(self):
        with support.Service(STATE_DIR=self.disk, CACHE_ENTRIES=10) as service:
            waste = self.disk / "waste"
            fill(waste)
            answer = self.submit(service)
            self.assertEqual((answer.status, answer.json()["code"]), (503, "storage_full"), answer)
            self.assertEqual(service.request("POST", "/v1/score", self.clip, RAW).status, 200, "a score needs no state")
            self.assertEqual(list((self.disk / "spool").iterdir()), [])
            waste.unlink()
            answer = self.submit(service)
            self.assertEqual(answer.status, 202, answer)
            self.assertEqual(self.ended(service, answer.json()["id"]), "done")

    def test_full_while_a_job_runs(self):
        long = support.long_sample(120).read_bytes()
        with support.Service(STATE_DIR=self.disk) as service:
            job = self.submit(service, long).json()["id"]
            support.wait_until(lambda: service.request("GET", f"/v1/jobs/{job}").json()["state"] == "running", "its beginning")
            waste = self.disk / "waste"
            fill(waste)
            time.sleep(3)
            waste.unlink()
            self.assertEqual(self.ended(service, job), "done")

    def test_read_only(self):
        with support.Service(STATE_DIR=self.disk) as service:
            spool = self.disk / "spool"
            self.assertTrue(mount("--bind", spool, spool) and mount("-o", "remount,bind,ro", spool))
            self.addCleanup(subprocess.run, ["umount", "-l", spool], capture_output=True)
            answer = self.submit(service)
            self.assertEqual((answer.status, answer.json()["code"]), (500, "cannot_write"), answer)
            self.assertNotIn(str(self.disk), answer.body.decode(), "no path of the server is told")
            self.assertEqual(service.request("POST", "/v1/score", self.clip, RAW).status, 200)
            subprocess.run(["umount", spool], check=True)
            answer = self.submit(service)
            self.assertEqual(answer.status, 202, answer)
            self.assertEqual(self.ended(service, answer.json()["id"]), "done")

    def test_uploads_have_no_room(self):
        with support.Service(TMP_DIR=self.disk) as service:
            answer = service.request("POST", "/v1/score", os.urandom(30 << 20), RAW)
            self.assertEqual((answer.status, answer.json()["code"]), (503, "storage_full"), answer)
            self.assertEqual(service.request("POST", "/v1/score", self.clip, RAW).status, 200)
            self.assertEqual(list(Path(self.disk).iterdir()), [])


class Modes(unittest.TestCase):
    def test_state_is_the_services_alone(self):
        state = support.scratch_folder() / "made/state"
        with support.Service(STATE_DIR=state, CACHE_ENTRIES=10) as service:
            service.request("POST", "/v1/jobs", support.long_sample(60).read_bytes(), RAW)
            service.upload(support.short_sample())
            found = [state, *state.rglob("*")]
            self.assertTrue(any(path.name.endswith("-wal") for path in found))
            self.assertTrue(any(path.parent.name == "spool" for path in found))
            for path in found:
                if path.parent.name != "spool" and path.name != "spool":  # nobody else comes to the folder
                    self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        (state / "syncnet.db").chmod(0o644)  # as a former version made it
        with support.Service(STATE_DIR=state):
            self.assertEqual((state / "syncnet.db").stat().st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main()

"""All answers of one service come from the same model files, and those that are remembered, too."""

import os
import shutil
import signal
import unittest

import support

RAW = {"Content-Type": "application/octet-stream"}


class ModelFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clip = support.short_sample()

    def setUp(self):
        self.models = support.scratch_folder() / "models"
        shutil.copytree(support.BINARY.parent / "models", self.models)
        self.calibration = self.models / "lipsync.calibration.json"
        self.before = self.calibration.read_text()

    def service(self, **settings):
        return support.Service(SYNCNET_MODELS=self.models, **settings)

    def exchange(self):
        """Another calibration, of the same length and time."""
        time = self.calibration.stat().st_mtime_ns
        changed = self.before.replace('"evidence_half": 40.0', '"evidence_half": 41.0')
        self.assertNotEqual(changed, self.before)
        self.calibration.write_text(changed)
        os.utime(self.calibration, ns=(time, time))

    def kill_parent_of_workers(self, service):
        os.kill(service.processes()[1], signal.SIGKILL)

    def ready(self, service) -> bool:
        return service.request("GET", "/readyz").status == 200

    def test_old_and_new_are_not_mixed(self):
        with self.service() as service:
            self.kill_parent_of_workers(service)  # nothing has changed: it goes on
            self.assertEqual(service.upload(self.clip).status, 200)

            self.exchange()
            self.assertEqual(service.upload(self.clip).status, 200, "what is loaded is still the old one")
            self.kill_parent_of_workers(service)
            service.wait_for_line("model files are not those that the service began with.*Restart the service")
            support.wait_until(lambda: not self.ready(service), "the end of being ready")
            self.assertIn("model files", service.request("GET", "/readyz").json()["reason"])
            answer = service.upload(self.clip)
            self.assertEqual((answer.status, answer.json()["code"]), (503, "models_changed"), answer)
            self.assertIn("Restart the service", answer.json()["hint"])
            self.assertEqual(service.health()["status"], "unhealthy")
            job = service.request("POST", "/v1/jobs", self.clip.read_bytes(), RAW).headers["Location"]
            support.time.sleep(1)
            self.assertIn(service.request("GET", job).json()["state"], ("queued", "running"), "it has time")

            self.calibration.write_text(self.before)  # they are back
            support.wait_until(lambda: service.request("GET", job).json()["state"] == "done", "the end of the job")
            self.assertEqual(service.upload(self.clip).status, 200)
            self.assertTrue(self.ready(service))

    def test_a_new_service_takes_the_new_ones_and_no_answer_of_the_old(self):
        folder = support.scratch_folder()
        with self.service(folder=folder, CACHE_ENTRIES=10) as service:
            for cached in (False, True):
                self.assertEqual(service.upload(self.clip).json()["cached"], cached)
        self.exchange()
        with self.service(folder=folder, CACHE_ENTRIES=10) as service:
            for cached in (False, True):
                self.assertEqual(service.upload(self.clip).json()["cached"], cached)
        self.calibration.write_text(self.before)
        with self.service(folder=folder, CACHE_ENTRIES=10) as service:
            self.assertTrue(service.upload(self.clip).json()["cached"], "by what they hold, not by their times")


if __name__ == "__main__":
    unittest.main()

"""The log is for whoever reads it; whoever doesn't holds up nobody."""

import http.client
import re
import signal
import subprocess
import time
import unittest

import support


class StuckReader(unittest.TestCase):
    def start(self):
        """A service whose output is a pipe that nobody reads."""
        self.port = support.free_port()
        folder = support.scratch_folder()
        variables = support.environment(PORT=str(self.port), TMP_DIR=str(folder), STATE_DIR=str(folder / "state"), UPLOAD_DIR=str(folder / "in"))
        self.process = subprocess.Popen([support.BINARY, "serve"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=variables, cwd=folder)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        support.wait_until(self.answers, "listening")

    def answers(self) -> bool:
        try:
            return self.ask("/health").startswith(b'{"')
        except OSError:
            return False

    def ask(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()

    def dropped(self) -> int:
        return int(float(re.search(rb"^syncnet_log_lines_dropped_total (\S+)$", self.ask("/metrics"), re.MULTILINE).group(1)))

    def ask_until_lines_are_dropped(self) -> int:
        """How many requests that took."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        for asked in range(2000, 30_001, 2000):
            for _ in range(2000):
                connection.request("GET", "/livez")
                connection.getresponse().read()
            if self.dropped() > 0:
                return asked
        self.fail("no line was dropped")

    def test_the_service_goes_on_and_says_what_was_lost(self):
        self.start()
        self.assertEqual(self.dropped(), 0)
        self.assertGreater(self.ask_until_lines_are_dropped(), 2000, "some are kept until they are read")
        before = self.dropped()
        for _ in range(50):
            self.ask("/livez")
        self.assertGreaterEqual(self.dropped(), before + 50)

        read = support.scratch_folder() / "log"
        with open(read, "wb") as file:
            reader = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=file)  # now somebody reads
        support.wait_until(lambda: b"lines of the log were lost" in read.read_bytes() or not self.ask("/livez"), "the rest to be read")
        self.ask("/version")
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(support.PATIENCE), 0)
        self.assertEqual(reader.wait(support.PATIENCE), 0)
        said = read.read_text()
        lost = re.search(r"(\d+) lines of the log were lost\n", said)
        self.assertIsNotNone(lost, said[-1000:])
        self.assertGreaterEqual(int(lost.group(1)), before + 50)
        self.assertLess(lost.end(), said.index("/version"))
        self.assertIn("stopped", said.splitlines()[-1], "nothing of the end is lost")

    def test_it_stops_all_the_same(self):
        self.start()
        self.ask_until_lines_are_dropped()
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(30), 0)
        self.assertLess(time.monotonic() - start, 10)


if __name__ == "__main__":
    unittest.main()

"""The service starts fast or says why not, and stops without dropping what it has begun."""

import signal
import threading
import time
import unittest

import support


class Start(unittest.TestCase):
    def test_it_is_ready_soon_with_its_models_loaded(self):
        # The bar is 1 s on a quiet machine; bench/ measures that.
        with support.Service() as service:
            print(f"ready after {service.ready_after * 1000:.0f} ms", end=" ", flush=True)
            self.assertTrue(service.health()["models_loaded"])
            self.assertLess(service.ready_after, 3)

    def test_port_in_use(self):
        with support.Service() as service:
            said = support.Service("--port", str(service.port)).fails_to_start()
            self.assertIn(str(service.port), said)
            self.assertIn("in use", said)

    def test_bad_settings_are_named(self):
        for name, value in [("PORT", "high"), ("PORT", "65536"), ("PORT", "-1"), ("MAX_VIDEO_SIZE_MB", "0"), ("MAX_VIDEO_SIZE_MB", "1e3"),
                            ("PROCESSING_TIMEOUT_SECONDS", "soon"), ("WORKERS", "0"), ("QUEUE", "-1"), ("LOG_LEVEL", "loud"),
                            ("IDLE_TIMEOUT_SECONDS", "99999999999999999999"), ("HOST", "not an address")]:
            with self.subTest(name=name, value=value):
                said = support.Service(**{name: value}).fails_to_start()
                self.assertIn(name if name != "HOST" else value, said)
                self.assertIn(value, said)

    def test_bad_folders_are_named(self):
        folder = support.scratch_folder()
        (folder / "file").write_text("")
        self.assertIn("UPLOAD_DIR", support.Service(UPLOAD_DIR=folder / "file").fails_to_start())
        self.assertIn("TMP_DIR", support.Service(TMP_DIR=folder / "missing").fails_to_start())

    def test_a_second_service_on_the_same_state(self):
        state = support.scratch_folder()
        with support.Service(STATE_DIR=state) as first:
            said = support.Service(STATE_DIR=state).fails_to_start()
            self.assertIn(f"STATE_DIR: {state} is in use by another service (process {first.process.pid} on ", said)
            self.assertEqual(first.health()["status"], "healthy")
        with support.Service(STATE_DIR=state) as second:  # after it, any may
            second.kill()
        with support.Service(STATE_DIR=state):
            pass

    def test_missing_models(self):
        said = support.Service(SYNCNET_MODELS=support.scratch_folder()).fails_to_start()
        self.assertIn("model", said)

    def test_bad_flag_value(self):
        self.assertIn("WORKERS", support.Service("--workers", "many").fails_to_start())

    def test_missing_settings_file(self):
        self.assertIn("missing.env", support.Service("--env-file", "missing.env").fails_to_start())

    def test_upload_folder_is_made(self):
        folder = support.scratch_folder() / "a/b"
        with support.Service(UPLOAD_DIR=folder):
            self.assertTrue(folder.is_dir())


class Settings(unittest.TestCase):
    """PROCESSING_TIMEOUT_SECONDS and others can't be seen from outside; MAX_VIDEO_SIZE_MB can, by what is refused."""

    def limit_mb(self, service):
        length = 1 << 40
        head = f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n"
        answer = service.raw(head.encode())
        self.assertEqual(answer.status, 413)
        return int(next(word for word in answer.json()["detail"].split() if word.isdigit())) >> 20

    def test_file_then_environment_then_flags(self):
        env_file = support.scratch_folder() / "settings"
        env_file.write_text('# a comment\n\nMAX_VIDEO_SIZE_MB = "3"\n')
        with support.Service("--env-file", str(env_file), MAX_VIDEO_SIZE_MB=None) as service:
            self.assertEqual(self.limit_mb(service), 3)
        with support.Service("--env-file", str(env_file), MAX_VIDEO_SIZE_MB=5) as service:
            self.assertEqual(self.limit_mb(service), 5)
        with support.Service("--env-file", str(env_file), "--max-video-size-mb", "7", MAX_VIDEO_SIZE_MB=5) as service:
            self.assertEqual(self.limit_mb(service), 7)

    def test_dot_env_of_the_working_folder_is_read(self):
        folder = support.scratch_folder()
        (folder / ".env").write_text("PORT=0\r\nMAX_VIDEO_SIZE_MB=2\r\nUPLOAD_DIR='in'\r\nFLASK_ENV=production\r\n")
        with support.Service(folder=folder, PORT=None, UPLOAD_DIR=None, MAX_VIDEO_SIZE_MB=None) as service:
            self.assertEqual(self.limit_mb(service), 2)
            self.assertTrue((folder / "in").is_dir())
            service.wait_for_line("FLASK_ENV")

    def test_names_of_the_seed_without_a_meaning_are_noted(self):
        with support.Service(FLASK_ENV="production", FLASK_DEBUG="1") as service:
            for name in ("FLASK_ENV", "FLASK_DEBUG"):
                service.wait_for_line(name)
            self.assertEqual(service.health()["status"], "healthy")

    def test_log_level(self):
        # At "error" nothing is said of a start, so the port must be known beforehand.
        port = support.free_port()
        service = support.Service("--port", str(port), LOG_LEVEL="ERROR")
        service.port = port
        self.addCleanup(service.__exit__, None)

        def answers():
            try:
                return service.health()
            except OSError:
                return False

        support.wait_until(answers, "listening")
        self.assertEqual(service.stderr, [])


class Stop(unittest.TestCase):
    def stop(self, service, number=signal.SIGTERM):
        """Seconds from the signal to the end."""
        start = time.monotonic()
        service.process.send_signal(number)
        self.assertEqual(service.process.wait(support.PATIENCE), 0)
        return time.monotonic() - start

    def test_idle_service_stops_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), support.Service() as service:
                self.assertLess(self.stop(service, number), 3)
                service.wait_for_line("stopped")

    def test_idle_connections_do_not_delay_it(self):
        with support.Service() as service:
            connections = [service.connect() for _ in range(20)]
            for connection in connections:
                self.addCleanup(connection.close)
            for connection in connections[:10]:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertIn(b"200", connection.recv(4096))
            self.assertLess(self.stop(service), 5)

    def test_a_running_request_is_still_answered(self):
        with support.Service(WORKERS=1) as service:
            clip = support.sample("--seconds", "8")
            path = service.put(clip)
            answers = []
            clients = [threading.Thread(target=lambda: answers.append(service.score_path(path))) for _ in range(2)]
            for client in clients:
                client.start()
            support.wait_until(lambda: service.health()["busy"] == 2, "beginning the work")
            self.stop(service)
            for client in clients:
                client.join(support.PATIENCE)
            self.assertEqual([answer.status for answer in answers], [200, 200])

    def test_no_new_connection_is_taken_while_it_stops(self):
        with support.Service(WORKERS=1) as service:
            path = service.put(support.sample("--seconds", "8"))
            client = threading.Thread(target=lambda: service.score_path(path))
            client.start()
            support.wait_until(lambda: service.health()["busy"] == 1, "beginning the work")
            service.process.send_signal(signal.SIGTERM)
            service.wait_for_line("stopping")
            with self.assertRaises(OSError):
                with service.connect() as connection:
                    connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                    if not connection.recv(100):
                        raise ConnectionError
            client.join(support.PATIENCE)
            service.process.wait(support.PATIENCE)

    def test_work_that_does_not_end_is_given_up(self):
        with support.Service(WORKERS=1, DRAIN_SECONDS=1) as service:
            path = service.put(support.long_sample(600))

            def ask():
                try:
                    service.score_path(path)
                except (OSError, support.http.client.HTTPException):
                    pass

            client = threading.Thread(target=ask)
            client.start()
            support.wait_until(lambda: service.health()["busy"] == 1, "beginning the work")
            taken = self.stop(service)
            self.assertGreater(taken, 0.5)
            self.assertLess(taken, 5)
            client.join(support.PATIENCE)

    def test_half_an_upload_does_not_hold_it_for_ever(self):
        with support.Service(DRAIN_SECONDS=1) as service, service.connect() as connection:
            connection.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n"
                               b"Expect: 100-continue\r\n\r\n")
            self.assertIn(b"100", connection.recv(100))  # it waits for the rest now
            self.assertLess(self.stop(service), 15)


if __name__ == "__main__":
    unittest.main()

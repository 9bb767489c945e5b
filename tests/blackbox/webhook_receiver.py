"""A server on this machine that webhooks are sent to, and the settings that let them."""

import base64
import http.server
import threading

SECRET = b"a secret of at least 24 bytes"
WEBHOOKS = {"WEBHOOK_SECRET": "whsec_" + base64.b64encode(SECRET).decode(), "WEBHOOK_HTTP_HOSTS": "127.0.0.1", "WEBHOOK_PRIVATE": "yes"}


class Receiver:
    """A server for webhooks on this machine: what was sent to it, and what it answers."""

    def __init__(self, *statuses: int, hangs: bool = False):
        """With these statuses in turn, and 204 after them; or without ever answering."""
        over = self._over = threading.Event()
        self.messages: list[tuple[dict, bytes]] = []
        answers = list(statuses)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.messages.append((dict(handler.headers), body))
                if hangs:
                    over.wait()
                handler.send_response(answers.pop(0) if answers else 204)
                handler.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.server.shutdown()
        self.server.server_close()

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.messages]

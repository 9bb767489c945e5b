"""A WebSocket client (RFC 6455), as much of it as the suites need."""

import base64
import hashlib
import json
import os
import socket
import struct

import support

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The handshake was answered with something else than 101."""

    def __init__(self, answer: support.Answer):
        super().__init__(str(answer))
        self.answer = answer


class Client:
    def __init__(self, port: int, path: str = "/v1/live", protocols: tuple[str, ...] = (), headers: dict[str, str] | None = None):
        self.socket = socket.create_connection(("127.0.0.1", port), support.PATIENCE)
        self.closed: int | None = None    # with which code the other end has
        key = base64.b64encode(os.urandom(16))
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Key: {key.decode()}"]
        if protocols:
            lines.append("Sec-WebSocket-Protocol: " + ", ".join(protocols))
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            # What isn't a switch of protocols is left for whoever reads answers.
            seen = self.socket.recv(len(b"HTTP/1.1 101"), socket.MSG_PEEK) if not head else b""
            if not head and not seen:
                raise ConnectionError("no answer")
            if not head and not b"HTTP/1.1 101".startswith(seen[:12]):
                raise Refused(support.read_answer(self.socket, "GET"))
            head += self.socket.recv(1)
        self.head = head.decode()
        assert base64.b64encode(hashlib.sha1(key + _MAGIC).digest()).decode() in self.head, self.head

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def _frame(self, kind: int, payload: bytes) -> None:
        mask = os.urandom(4)
        size = len(payload)
        head = struct.pack("!B", 0x80 | kind)
        if size < 126:
            head += struct.pack("!B", 0x80 | size)
        elif size < 1 << 16:
            head += struct.pack("!BH", 0x80 | 126, size)
        else:
            head += struct.pack("!BQ", 0x80 | 127, size)
        whole = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")
        self.socket.sendall(head + mask + masked)

    def say(self, **message) -> None:
        self._frame(TEXT, json.dumps(message).encode())

    def text(self, text: str) -> None:
        self._frame(TEXT, text.encode())

    def send(self, payload: bytes) -> None:
        self._frame(BINARY, payload)

    def close(self, code: int = 1000) -> None:
        self._frame(CLOSE, struct.pack("!H", code))

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            piece = self.socket.recv(size - len(got))
            if not piece:
                raise ConnectionError("the connection broke")
            got += piece
        return got

    def hear(self) -> dict | None:
        """The next message; nothing once the other end has closed."""
        while True:
            first, second = self._exactly(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self._exactly(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._exactly(8))[0]
            payload = self._exactly(size)
            kind = first & 0xF
            if kind == TEXT:
                return json.loads(payload)
            if kind == PING:
                self._frame(PONG, payload)
            if kind == CLOSE:
                self.closed = struct.unpack("!H", payload[:2])[0] if payload else 1005
                self._frame(CLOSE, payload)
                return None


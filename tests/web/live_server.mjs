// Speaks the live part of the interface, as a test wants it: for what the real service does not do on command.
import http from "node:http";

import { WebSocketServer } from "ws";

export class LiveServer {
  /** `play(connection, n)` is called for the n-th connection; a connection hears with next() and says with say(). */
  static async start(play) {
    const server = new LiveServer();
    server.requests = [];
    server.http = http.createServer((request, response) => {
      server.requests.push(request);
      response.writeHead(404).end();
    });
    const sockets = new WebSocketServer({ server: server.http, handleProtocols: () => "syncnet.v1" });
    sockets.on("connection", (socket, request) => {
      server.requests.push(request);
      play(new Connection(socket), server.requests.length - 1);
    });
    await new Promise((resolve) => server.http.listen(0, "127.0.0.1", resolve));
    server.url = `http://127.0.0.1:${server.http.address().port}`;
    return server;
  }

  stop() {
    this.http.close();
    this.http.closeAllConnections();
  }
}

class Connection {
  #heard = [];
  #waiting = [];

  constructor(socket) {
    this.socket = socket;
    socket.on("message", (data, isBinary) => {
      const message = isBinary ? data : JSON.parse(data);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(message);
      else this.#heard.push(message);
    });
  }

  async next() {
    return this.#heard.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  /** As a network does it. */
  break() {
    this.socket.terminate();
  }
}

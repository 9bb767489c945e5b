// Serves the built page as the service does, and hands everything else on to the service. Only for services without a page.
import { createReadStream, existsSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";

import { built } from "./files.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".mp4": "video/mp4" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class PageServer {
  static async start(servicePort) {
    const server = new PageServer();
    server.sockets = new Set();
    server.http = http.createServer((request, response) => serve(request, response, servicePort));
    server.http.on("upgrade", (request, socket, head) => connect(request, socket, head, servicePort));
    server.http.on("connection", (socket) => server.sockets.add(socket));
    await new Promise((resolve) => server.http.listen(0, "127.0.0.1", resolve));
    server.url = `http://127.0.0.1:${server.http.address().port}`;
    return server;
  }

  stop() {
    this.http.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

function serve(request, response, port) {
  const name = request.url === "/" ? "/index.html" : request.url;
  const file = path.join(built, path.normalize(name));
  if (request.method === "GET" && (name === "/index.html" || name.startsWith("/assets/")) && existsSync(file)) {
    response.writeHead(200, { "Content-Type": TYPES[path.extname(file)], "Content-Security-Policy": POLICY });
    createReadStream(file).pipe(response);
    return;
  }
  const { method, url, headers } = request;
  const onward = http.request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  // As a client sees a service that is gone.
  onward.on("error", () => response.destroy());
  request.pipe(onward);
}

function connect(request, socket, head, port) {
  const onward = net.connect(port, "127.0.0.1", () => {
    const headers = request.rawHeaders.map((part, n) => (n % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join("");
    onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  for (const end of [socket, onward]) end.on("error", () => (socket.destroy(), onward.destroy()));
  onward.on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

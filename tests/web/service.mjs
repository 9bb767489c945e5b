// The real service with its page, on a free port and with folders of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { root } from "./files.mjs";

export const program = path.resolve(root, process.env.SYNCNET_BINARY ?? "build/syncnet");

export class Service {
  static async start({ port = 0, keys, ...settings } = {}) {
    const service = new Service();
    service.folder = mkdtempSync(path.join(tmpdir(), "syncnet-web-"));
    if (keys) {
      settings.API_KEYS = path.join(service.folder, "keys.jsonl");
      writeFileSync(settings.API_KEYS, keys, { mode: 0o600 });
    }
    service.settings = settings;
    await service.run(port);
    return service;
  }

  async run(port) {
    this.process = spawn(program, ["serve", "--host", "127.0.0.1", "--port", String(port)], {
      cwd: this.folder,
      env: { ...process.env, STATE_DIR: "state", TMP_DIR: this.folder, ...this.settings },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    const lines = createInterface({ input: this.process.stderr });
    this.port = await new Promise((resolve, reject) => {
      const said = [];
      lines.on("line", (line) => {
        said.push(line);
        const found = /listening on http:\/\/[\d.]+:(\d+)/.exec(line);
        if (found) resolve(Number(found[1]));
      });
      this.ended.then(() => reject(new Error(`the service ended: ${said.join("\n")}`)));
    });
    this.url = `http://127.0.0.1:${this.port}`;
  }

  /** As the system does it: without a word to anybody. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  /** Once more, at the same address. */
  async restart() {
    await this.run(this.port);
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

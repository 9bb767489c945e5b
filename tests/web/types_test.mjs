// The client's types are those of the service that is built here.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { root } from "./files.mjs";
import { program } from "./service.mjs";

test("web/client/openapi.ts is up to date", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "syncnet-types-"));
  try {
    const fresh = path.join(folder, "openapi.ts");
    execFileSync(process.execPath, [path.join(root, "web/scripts/make_types.mjs"), program, fresh]);
    const kept = readFileSync(path.join(root, "web/client/openapi.ts"), "utf8");
    assert.ok(readFileSync(fresh, "utf8") === kept, "it is not: npm --prefix web run types");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

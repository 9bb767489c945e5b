// Makes client/openapi.ts from the description that the service gives of itself: make_types.mjs [PROGRAM] [OUT].
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [program = path.join(web, "../build/syncnet"), out = path.join(web, "client/openapi.ts")] = process.argv.slice(2);

const HEAD = "// Made by `npm run types` from the service's /openapi.json; not to be edited.\n\n";

// The file in src/ won't do: the program fills in the options of an analysis.
async function description() {
  const state = await mkdtemp(path.join(tmpdir(), "syncnet-types-"));
  const service = spawn(program, ["serve", "--host", "127.0.0.1", "--port", "0"], {
    env: { ...process.env, STATE_DIR: state },
    stdio: ["ignore", "ignore", "pipe"],
  });
  try {
    for await (const line of createInterface({ input: service.stderr })) {
      const address = /http:\/\/[\d.]+:\d+/.exec(line)?.[0];
      if (address) return await (await fetch(`${address}/openapi.json`)).json();
    }
    throw new Error(`${program} serve: no address`);
  } finally {
    service.kill();
    await rm(state, { recursive: true, force: true });
  }
}

// What the tool would pass over: members beside a $ref, and what holds if a boolean member is true.
function spelledOut(schema) {
  if (Array.isArray(schema)) return schema.map(spelledOut);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, spelledOut(value)]));
  return withoutRefSiblings(inner.then ? twoCases(inner) : inner);
}

function withoutRefSiblings({ $ref, ...rest }) {
  if (!$ref) return rest;
  return rest.properties ? { allOf: [{ $ref }, { type: "object", ...rest }] } : { $ref, ...rest };
}

function twoCases({ if: condition, then, ...always }) {
  const [decides] = Object.keys(condition.properties);
  const { [decides]: _, ...properties } = always.properties;
  const is = (value) => ({ properties: { [decides]: { const: value } }, required: [decides] });
  const needed = Object.fromEntries((then.required ?? []).map((name) => [name, properties[name]]));
  const held = { type: "object", properties: needed, required: Object.keys(needed) };
  const cases = [{ allOf: [is(true), then, held] }, is(false)];
  return { allOf: [withoutRefSiblings({ ...always, properties }), { oneOf: cases }] };
}

await writeFile(out, HEAD + astToString(await openapiTS(spelledOut(await description()))));

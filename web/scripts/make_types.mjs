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

// What the tool would pass over: members beside a $ref, and what an if over a boolean member says.
function spelledOut(schema) {
  if (Array.isArray(schema)) return schema.map(spelledOut);
  if (typeof schema !== "object" || schema === null) return schema;
  const {
    $ref,
    if: condition,
    then,
    ...rest
  } = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, spelledOut(value)]));
  if (then) {
    const [name] = Object.keys(condition.properties);
    const where = (value, more) => ({
      allOf: [{ properties: { [name]: { const: value } }, required: [name] }, ...more],
    });
    const { [name]: _, ...properties } = rest.properties;
    const always = { ...rest, ...($ref && { $ref }), properties };
    const needed = Object.fromEntries((then.required ?? []).map((needs) => [needs, properties[needs]]));
    const held = [then, { type: "object", properties: needed, required: Object.keys(needed) }];
    return spelledOut({ allOf: [always, { oneOf: [where(true, held), where(false, [])] }] });
  }
  if ($ref && rest.properties) return { allOf: [{ $ref }, { type: "object", ...rest }] };
  return $ref ? { $ref, ...rest } : rest;
}

await writeFile(out, HEAD + astToString(await openapiTS(spelledOut(await description()))));

// What fun and Serverless Devs make of documents of YAML: reads a JSON list of texts from stdin and prints a JSON list of
// what each is for `fun` and for `s`: as JSON, or `{"refused": why}`.
//
// fun is asked itself. The program of `s` is one file that contains this version of js-yaml; that it reads as the package
// does is seen by running it, in the test next to the one that runs this.
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const { getTpl } = require('@alicloud/fun/lib/tpl');
const { load } = require('js-yaml-of-s');

// What JSON has no word for.
function shown(value) {
  if (value instanceof Date) return { date: true };
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== 'object') return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]));
}

async function tried(read) {
  try {
    return shown(await read());
  } catch (error) {
    return { refused: error.message.split('\n')[0] };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'yaml-'));
const file = join(folder, 'template.yml');
const read = [];
for (const document of JSON.parse(await text(process.stdin))) {
  writeFileSync(file, document);
  read.push({ fun: await tried(() => getTpl(file)), s: await tried(() => load(document)) });
}
rmSync(folder, { recursive: true });
console.log(JSON.stringify(read));

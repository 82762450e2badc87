// What fun and Serverless Devs pack: reads a JSON list of projects from stdin, each `{ folder, code }`, and prints a JSON list
// of what each of the two packs, `{ fun, s }`: a list of `{ name, mode, goal }`, or `{ refused: why }`.
import { createRequire } from 'node:module';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

// Both print what they do, also to the stream of the result.
const print = console.log;
console.log = console.error;

const require = createRequire(import.meta.url);
const JSZip = require('jszip');
const { zipCode } = require('@alicloud/fun/lib/fc');
const zip = require('@serverless-devs/zip').default;

const LINK = 0o120000;
const KINDS = 0o170000;
const quiet = new Proxy({}, { get: () => () => {} });

async function listed(bytes) {
  const { files } = await JSZip.loadAsync(bytes);
  const entries = Object.values(files).map(async (file) => {
    const isLink = (file.unixPermissions & KINDS) === LINK;
    return { name: file.name, mode: file.unixPermissions, goal: isLink ? await file.async('string') : null };
  });
  return Promise.all(entries);
}

async function tried(pack) {
  try {
    return await listed(await pack());
  } catch (error) {
    return { refused: error.message };
  }
}

async function byFun(folder, code) {
  const { base64 } = await zipCode(folder, code, 'custom', 'f');
  return Buffer.from(base64, 'base64');
}

async function byS(folder, code) {
  const options = { outputFilePath: folder, outputFileName: '../s.zip', ignoreFiles: ['.fcignore'], logger: quiet };
  const { outputFile } = await zip({ codeUri: join(folder, code), ...options });
  const bytes = readFileSync(outputFile);
  rmSync(outputFile);
  return bytes;
}

const packed = [];
for (const { folder, code } of JSON.parse(await text(process.stdin))) {
  packed.push({ fun: await tried(() => byFun(folder, code)), s: await tried(() => byS(folder, code)) });
}
print(JSON.stringify(packed));

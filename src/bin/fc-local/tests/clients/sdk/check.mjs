// Has one SDK do everything to a running server: node check.mjs CLIENT ZIP_OF_VERSION_1 ZIP_OF_VERSION_2 SCRATCH.
//
// Prints the client's version, then each operation with its outcome and, where it failed, the reason, as JSON lines. The
// server's address and the keys come from FC_ENDPOINT, ACCESS_KEY_ID and ACCESS_KEY_SECRET.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLIENTS } from './clients.mjs';
import { NotOffered, operations } from './operations.mjs';

const [name, first, second, scratch] = process.argv.slice(2);
const manifest = join(import.meta.dirname, 'node_modules', name, 'package.json');
console.log(JSON.stringify(JSON.parse(readFileSync(manifest)).version));
const zips = [first, second].map((file) => readFileSync(file).toString('base64'));
for (const [label, operation] of Object.entries(operations(new CLIENTS[name](), zips, scratch))) {
  let outcome = ['yes', ''];
  try {
    await operation();
  } catch (error) {
    outcome = error instanceof NotOffered ? ['-', ''] : ['no', `${error.name}: ${error.message}`.slice(0, 600)];
  }
  console.log(JSON.stringify([label, ...outcome]));
}
// Connections that the SDKs keep must not hold the process.
process.exit(0);

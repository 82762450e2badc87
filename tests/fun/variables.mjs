// What fun makes of the variables of functions: reads a JSON list of templates, each with one service `s` and one function
// `f`, deploys each under another name, `f0` and on, and prints a JSON list of why fun refused it, or null.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

// fun prints each step, also to the stream of the result.
const print = console.log;
console.log = console.error;

const require = createRequire(import.meta.url);
const { getTpl } = require('@alicloud/fun/lib/tpl');
const { makeFunction } = require('@alicloud/fun/lib/fc');

const refused = [];
for (const [index, template] of JSON.parse(await text(process.stdin)).entries()) {
  writeFileSync('template.yml', template);
  try {
    const { Handler, Runtime, CodeUri, EnvironmentVariables } = (await getTpl('template.yml')).Resources.s.f.Properties;
    const description = { handler: Handler, runtime: Runtime, codeUri: CodeUri, environmentVariables: EnvironmentVariables };
    await makeFunction('.', { serviceName: 's', functionName: `f${index}`, ...description }, false, 'template.yml');
    refused.push(null);
  } catch (error) {
    refused.push(error.message.split('\n')[0]);
  }
}
print(JSON.stringify(refused));

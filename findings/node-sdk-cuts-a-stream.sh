#!/bin/bash
# Alibaba's Node SDK for FC 3.0 cuts every response off after three seconds, even one that keeps coming.
#
# Guess: a read timeout is the longest silence between two pieces, about 10 s as in the same SDK for Python.
# Truth: it is 3 s for the whole response, head and body. A function that sends a piece each second is cut off in the
# middle with ECONNRESET, while the SDK before it (@alicloud/fc2) and the one for Python get everything.
# So: if your function takes longer, or streams, its callers in Node must set `readTimeout` (in milliseconds).
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/fc20230330@4.7.6 @alicloud/fc2@2.6.6 httpx@2.3.3

cat >server.js <<'JS'
// Answers each request with six pieces, one each second.
const server = require('http').createServer(async (request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/plain' });
  for (let piece = 1; piece <= 6 && !response.destroyed; piece++) {
    response.write(`${piece} `);
    await new Promise((resume) => setTimeout(resume, 1000));
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => require('fs').writeFileSync('port', String(server.address().port)));
JS

cat >client.js <<'JS'
const { Readable } = require('stream');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const Fc3 = require('@alicloud/fc20230330');
const Fc2 = require('@alicloud/fc2');
const endpoint = `127.0.0.1:${process.env.PORT}`;

async function fc3(times) {
  const config = { endpoint, protocol: 'http', accessKeyId: 'id', accessKeySecret: 'secret', regionId: 'cn-hangzhou', ...times };
  const client = new Fc3.default(new $OpenApiUtil.Config(config));
  let text = '';
  try {
    const request = new Fc3.InvokeFunctionRequest({ body: Readable.from([Buffer.from('event')]) });
    const answer = await client.invokeFunction('f', request);
    for await (const piece of answer.body) text += piece;
    return `${text}to the end`;
  } catch (error) {
    return error.code;
  }
}

async function fc2() {
  const keys = { accessKeyID: 'id', accessKeySecret: 'secret', region: 'cn-hangzhou' };
  const answer = await new Fc2('1', { endpoint: `http://${endpoint}`, ...keys }).invokeFunction('s', 'f', 'event');
  return `${answer.data}to the end`;
}

(async () => {
  console.log(`fc20230330 as it is: ${await fc3({})}`);
  console.log(`fc20230330 with readTimeout: ${await fc3({ readTimeout: 60_000 })}`);
  console.log(`fc2: ${await fc2()}`);
})();
JS

start_server node server.js
expect "answers of six seconds" "$(node client.js 2>/dev/null)" "fc20230330 as it is: ECONNRESET
fc20230330 with readTimeout: 1 2 3 4 5 6 to the end
fc2: 1 2 3 4 5 6 to the end"

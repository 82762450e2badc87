#!/bin/bash
# After one failed refresh of the token, ali-oss and the SDK for the message queue use the old token for five more
# minutes.
#
# Guess: the SDK calls `refreshSTSToken` when the token is due, and after a failure calls it again with the next
# request.
# Truth: both note the time before (ali-oss) or although (queue) the callback fails, so that the next call comes five
# minutes later, and all requests until then have the old token. The queue's does not even raise the error. ali-oss also
# sends the old token with each request that comes while the callback runs: of two requests at once, only one has the
# new token.
# So: if a freeze outlasts the token, one network fault during the refresh makes a healthy function fail for five
# minutes. Let the callback retry, and do not start with parallel requests.
. "$(dirname "$0")/lib.sh"

npm_packages ali-oss@6.23.0 @alicloud/mns@1.2.0

cat >client.mjs <<'JS'
// The token of each request, of a client whose token is renewed; the clock is set on by hand.
import { createServer } from 'node:http';
import { mock } from 'node:test';
import OSS from 'ali-oss';
import Mns from '@alicloud/mns';

let seen = [];
const server = createServer((request, response) => {
  seen.push(request.headers['x-oss-security-token'] ?? request.headers['security-token']);
  request.resume().on('end', () => response.end());
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const endpoint = `http://127.0.0.1:${server.address().port}`;
const keys = { accessKeyId: 'id', accessKeySecret: 'secret' };
mock.timers.enable({ apis: ['Date'], now: 1e12 });

const clients = {
  'ali-oss': (refreshSTSToken) => {
    const client = new OSS({ endpoint, bucket: 'bucket', ...keys, stsToken: 'old', refreshSTSToken });
    return () => client.put('name', Buffer.from('paid'));
  },
  mns: (refreshSTSToken) => {
    const client = new Mns('1', { endpoint, ...keys, securityToken: 'old', refreshSTSToken });
    return () => client.sendMessage('queue', { MessageBody: 'paid' });
  },
};

for (const [name, connect] of Object.entries(clients)) {
  let failures = 1;
  const send = connect(async () => {
    // As a request to another service would.
    await new Promise((resume) => setTimeout(resume, 200));
    if (failures-- > 0) throw new Error('no network');
    return { ...keys, securityToken: 'new' };
  });
  const steps = [];
  const step = async (minutes, count) => {
    mock.timers.tick(minutes * 60_000);
    seen = [];
    const results = await Promise.allSettled(Array.from({ length: count }, send));
    const raised = results.some(({ status }) => status === 'rejected') ? ['raises'] : [];
    steps.push([...seen.sort(), ...raised].join('+'));
  };
  await step(0, 1);
  await step(6, 1);
  await step(1, 1);
  await step(3, 1);
  await step(2, 2);
  await step(0, 2);
  console.log(`${name}: ${steps.join(' | ')}`);
}
server.close();
server.closeAllConnections();
JS

echo "at the start | after 6 min, the refresh fails | 7 min | 10 min | two at once after 12 min, the refresh works | two more"
expect "tokens sent" "$(echo && node client.mjs 2>/dev/null)" "
ali-oss: old | raises | old | old | new+old | new+new
mns: old | old | old | old | new+new | new+new"

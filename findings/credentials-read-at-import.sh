#!/bin/bash
# Alibaba's credentials library for Python reads the environment when it is imported; Node's reads it at each call.
#
# Guess: the "environment variables" step of the default chain reads the environment when it is asked for keys, and the
# two libraries, from one vendor and with the same classes, behave alike.
# Truth: Python's copies the variables into a module on import, so no client, new or old, sees keys that you put into
# os.environ later. Node's reads them at each call, but a client that found no keys at first stays with the last place
# that it tried, and never asks the environment again.
# So: the keys of a function's role expire; Function Compute sends fresh ones with each event, in headers. If you put
# them into the environment, Node's SDKs get new keys, but Python's continue with those from the start until they are
# refused. Give Python's clients a provider that returns the keys of the event.
. "$(dirname "$0")/lib.sh"

npm_packages @alicloud/credentials@2.4.7
pip_packages alibabacloud-credentials==1.0.12

cat >client.py <<'PY'
"""Which keys are used, with those of the start and after they were renewed in the environment."""
import os
os.environ.update(ALIBABA_CLOUD_ACCESS_KEY_ID="of the start", ALIBABA_CLOUD_ACCESS_KEY_SECRET="secret")
from alibabacloud_credentials.client import Client

def key(client):
    return client.get_credential().get_access_key_id()

client = Client()
seen = [key(client)]
os.environ.update(ALIBABA_CLOUD_ACCESS_KEY_ID="of the event", ALIBABA_CLOUD_ACCESS_KEY_SECRET="secret")
print(*seen, key(client), key(Client()), sep=" | ")
PY

cat >client.js <<'JS'
// The same in Node; with an argument there are no keys at the start.
const late = process.argv.length > 2;
if (!late) Object.assign(process.env, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'of the start', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' });
const Client = require('@alicloud/credentials').default;
const key = (client) => client.getCredential().then((found) => found.accessKeyId, () => 'none');
(async () => {
  const client = new Client();
  const seen = [await key(client)];
  Object.assign(process.env, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'of the event', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' });
  console.log([...seen, await key(client), await key(new Client())].join(' | '));
})();
JS

# Nothing but the environment has keys: no file, no metadata server, and nobody listens at the address.
for name in $(compgen -e | grep ^ALIBABA_CLOUD_); do unset "$name"; done
export HOME="$TEMP" ALIBABA_CLOUD_ECS_METADATA_DISABLED=true ALIBABA_CLOUD_CREDENTIALS_URI=http://127.0.0.1:1/
echo "keys at the start | later, the same client | later, a new one"
expect "Python" "$(python3 client.py)" "of the start | of the start | of the start"
expect "Node" "$(node client.js)" "of the start | of the event | of the event"
expect "Node, first without keys" "$(node client.js late)" "none | none | of the event"

#!/bin/bash
# When the reply to an INCR is lost, ioredis and redis-py send it again, without a word: the counter goes up by two.
#
# Guess: a client may open a new connection on its own, but it cannot know whether a command was done, so a command that is
# not idempotent raises when its connection ends before the reply.
# Truth: ioredis puts what has no reply yet back into its queue and sends it over the next connection, whatever it is;
# redis-py, with and without asyncio, repeats each command that failed in this way. npm's redis and the crate redis
# report an error.
# So: the repetition helps after a freeze, when the connection had been closed long before the command. When Redis or a proxy
# before it goes over to another node, the command may have been done: a stock that is counted down, or a quota, is then
# wrong by one, with a result that looks right. For such commands set `maxRetriesPerRequest: 0` or
# `retry=Retry(NoBackoff(), 0)`, or use a key with the id of the event and SET NX.
. "$(dirname "$0")/lib.sh"

need cargo
npm_packages ioredis@6.0.0 redis@6.3.1
pip_packages redis==8.1.0
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: redis 1.8.1, $(cargo --version)"

cat >server.py <<'PY'
"""A Redis with one counter; it closes the connection instead of the reply to the first INCR."""
import socket, threading

count = 0

def commands(stream):
    while line := stream.readline():
        words = []
        for _ in range(int(line[1:])):
            words.append(stream.read(int(stream.readline()[1:])).decode())
            stream.readline()
        yield words

def serve(connection):
    global count
    for words in commands(connection.makefile("rb")):
        name = words[0].upper()
        if name in ("INCR", "INCRBY"):
            count += 1
            if count == 1:
                connection.shutdown(socket.SHUT_RDWR)
                return
            connection.sendall(b":%d\r\n" % count)
        elif name == "GET":
            connection.sendall(b"$1\r\n%d\r\n" % count)
        elif name == "INFO":
            connection.sendall(b"$9\r\nloading:0\r\n")
        else:
            connection.sendall(b"+OK\r\n")

listener = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(listener.getsockname()[1]))
while True:
    threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
PY

cat >client.js <<'JS'
// client.js ioredis [once] | redis: counts, and prints the result.
const port = Number(process.env.PORT);
const [kind, option] = process.argv.slice(2);
const clients = {
  ioredis: async () => new (require('ioredis'))(port, '127.0.0.1', option ? { protocol: 2, maxRetriesPerRequest: 0 } : { protocol: 2 }),
  redis: () => require('redis').createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 }).on('error', () => {}).connect(),
};
(async () => {
  const client = await clients[kind]();
  console.log(await client.on('error', () => {}).incr('orders').then((count) => `result ${count}`, () => 'error'));
  process.exit(0);
})();
JS

cat >client.py <<'PY'
"""The same: client.py plain | asyncio | once."""
import asyncio, os, sys
import redis, redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

where = {"host": "127.0.0.1", "port": int(os.environ["PORT"]), "protocol": 2}

async def count():
    async with redis.asyncio.Redis(**where) as client:
        return await client.incr("orders")

try:
    if sys.argv[1] == "asyncio":
        print("result", asyncio.run(count()))
    else:
        more = {"retry": Retry(NoBackoff(), 0)} if sys.argv[1] == "once" else {}
        print("result", redis.Redis(**where, **more).incr("orders"))
except redis.ConnectionError:
    print("error")
PY

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "client"
version = "0.1.0"
edition = "2021"
[dependencies]
redis = { version = "=1.8.1", default-features = false }
TOML
cat >src/main.rs <<'RUST'
use redis::Commands;

fn main() -> redis::RedisResult<()> {
    let address = format!("redis://127.0.0.1:{}/", std::env::var("PORT").unwrap());
    let mut connection = redis::Client::open(address)?.get_connection()?;
    let count: redis::RedisResult<u64> = connection.incr("orders", 1);
    println!("{}", count.map_or("error".to_owned(), |count| format!("result {count}")));
    Ok(())
}
RUST
cargo build --quiet

# counted COMMAND...: prints what the client says, and what the counter has then.
counted() {
    start_server python3 server.py
    local seen
    seen=$("$@")
    echo "$seen, counted $(python3 -c "import redis; print(redis.Redis(port=$PORT, protocol=2).get('orders').decode())")"
    stop_server
}

expect "ioredis" "$(counted node client.js ioredis)" "result 2, counted 2"
expect "ioredis without retries" "$(counted node client.js ioredis once)" "error, counted 1"
expect "redis-py" "$(counted python3 client.py plain)" "result 2, counted 2"
expect "redis-py with asyncio" "$(counted python3 client.py asyncio)" "result 2, counted 2"
expect "redis-py without retries" "$(counted python3 client.py once)" "error, counted 1"
expect "npm's redis" "$(counted node client.js redis)" "error, counted 1"
expect "the crate redis" "$(counted target/debug/client)" "error, counted 1"

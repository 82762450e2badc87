#!/bin/bash
# serverless-http handles every request of an HTTP trigger as `GET /`, and it and two others lose the query of API Gateway.
#
# Guess: an adapter that was made for other clouds either reads the event or raises; it does not call the app with another
# request.
# Truth: for the event that an HTTP trigger of FC 3.0 sends to a built-in runtime, serverless-http calls the app with `GET /`,
# whatever the method, the path and the query were, and the response is a 200. It does the same with an event that is still a
# Buffer. From the event of Alibaba's API Gateway, it and two adapters for WSGI take method and path, but not the query.
# serverless-express and mangum fail for all of them.
# So: the caller of `DELETE /orders/7` gets the start page and a success. Run the app itself in a custom runtime, which gets
# the request over HTTP; or try the adapter with a method, a path and a query before you deploy it.
. "$(dirname "$0")/lib.sh"

npm_packages express@5.3.0 serverless-http@4.0.0 @codegenie/serverless-express@5.0.0
pip_packages mangum==0.22.0 apig-wsgi==2.20.0 serverless-wsgi==3.1.0

cat >events.json <<'JSON'
{
  "HTTP trigger": {
    "version": "v1", "rawPath": "/orders/7", "headers": {"Host": "localhost"}, "queryParameters": {"force": "1"},
    "body": "", "isBase64Encoded": false,
    "requestContext": {"requestId": "1", "http": {"method": "DELETE", "path": "/orders/7", "protocol": "HTTP/1.1"}}
  },
  "API Gateway": {
    "path": "/orders/7", "httpMethod": "DELETE", "headers": {"Host": "localhost"}, "queryParameters": {"force": "1"},
    "pathParameters": {}, "body": "", "isBase64Encoded": false
  }
}
JSON

cat >npm.js <<'JS'
// The app's response is the request that it saw.
const app = require('express')();
app.use((request, response) => response.send(`${request.method} ${request.url}`));
const adapters = {
  'serverless-http': require('serverless-http')(app),
  'serverless-express': require('@codegenie/serverless-express')({ app }),
};
// A new event each time, because an adapter may write into it.
const events = () => {
  const all = JSON.parse(require('fs').readFileSync('events.json'));
  return { ...all, 'HTTP trigger as a Buffer': Buffer.from(JSON.stringify(all['HTTP trigger'])) };
};
(async () => {
  for (const [adapter, handle] of Object.entries(adapters)) {
    for (const [name, event] of Object.entries(events())) {
      const { statusCode, body } = await (async () => handle(event, {}))().catch(() => ({ statusCode: 'raises' }));
      console.log(`${adapter}, ${name}: ${statusCode} ${body ?? ''}`.trim());
    }
  }
  process.exit();
})();
JS

cat >python.py <<'PY'
"""The same with three adapters for Python."""
import json
import apig_wsgi, mangum, serverless_wsgi

async def asgi(scope, receive, send):
    seen = f"{scope['method']} {scope['path']}?{scope['query_string'].decode()}".rstrip("?")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": seen.encode()})

def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}".rstrip("?").encode()]

adapters = {
    "mangum": mangum.Mangum(asgi, lifespan="off"),
    "apig-wsgi": apig_wsgi.make_lambda_handler(wsgi),
    "serverless-wsgi": lambda event, context: serverless_wsgi.handle_request(wsgi, event, context),
}
for adapter, handle in adapters.items():
    for name, event in json.load(open("events.json")).items():
        try:
            response = handle(event, {})
            print(f"{adapter}, {name}: {response['statusCode']} {response['body']}")
        except Exception:
            print(f"{adapter}, {name}: raises")
PY

{ node npm.js 2>/dev/null && python3 python.py 2>/dev/null; } >table
expect "what the app sees of DELETE /orders/7?force=1" "$(echo && cat table)" "
serverless-http, HTTP trigger: 200 GET /
serverless-http, API Gateway: 200 DELETE /orders/7
serverless-http, HTTP trigger as a Buffer: 200 GET /
serverless-express, HTTP trigger: 500
serverless-express, API Gateway: raises
serverless-express, HTTP trigger as a Buffer: raises
mangum, HTTP trigger: raises
mangum, API Gateway: raises
apig-wsgi, HTTP trigger: raises
apig-wsgi, API Gateway: 200 DELETE /orders/7
serverless-wsgi, HTTP trigger: raises
serverless-wsgi, API Gateway: 200 DELETE /orders/7"

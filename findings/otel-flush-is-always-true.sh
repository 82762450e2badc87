#!/bin/bash
# `force_flush` of OpenTelemetry for Python returns True when nothing was accepted, and exceeds its timeout; Node's rejects.
#
# Guess: `force_flush(timeout_millis)` returns within that time, and returns False if the collector did not take the spans.
# Truth: it returns True if the collector refuses the token with 401, and also after it has repeated a 503 for seconds,
# whatever its timeout is. So does the one for metrics. Node's `forceFlush` rejects in both cases.
# So: a function flushes at the end of each event, because its instance is frozen then. With a wrong token, it loses all
# spans and its check of the result passes; if the collector is busy, each event takes seconds more, and you pay for them. The
# exporter logs an error: show those of the logger `opentelemetry`. Only the exporter's own `timeout` (in seconds) limits
# the time.
. "$(dirname "$0")/lib.sh"

npm_packages @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/exporter-trace-otlp-http@0.223.1
pip_packages opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2

cat >server.js <<'JS'
// A collector that answers /STATUS/... with that status.
const server = require('http').createServer((request, response) => {
  response.statusCode = Number(request.url.split('/')[1]);
  request.resume().on('end', () => response.end());
});
server.listen(0, '127.0.0.1', () => require('fs').writeFileSync('port', String(server.address().port)));
JS

cat >python.py <<'PY'
"""python.py STATUS: what flushes of a tenth of a second return, and whether they took longer than three seconds."""
import logging, os, sys, time
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

logging.disable()
address = f"http://127.0.0.1:{os.environ['PORT']}/{sys.argv[1]}/v1"
tracer = TracerProvider(shutdown_on_exit=False)
tracer.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
tracer.get_tracer("function").start_span("event").end()
meter = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=address))], shutdown_on_exit=False)
meter.get_meter("function").create_counter("events").add(1)

for name, provider in ("spans", tracer), ("metrics", meter):
    begin = time.monotonic()
    flushed = provider.force_flush(100)
    late = "in time" if time.monotonic() - begin < 3 else "late"
    print(f"Python, {name}, {sys.argv[1]}: {flushed}, {late}")
sys.stdout.flush()
os._exit(0)
PY

cat >npm.js <<'JS'
// npm.js STATUS: what Node's flush does.
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const status = process.argv[2];
const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${process.env.PORT}/${status}/v1` });
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
provider.getTracer('function').startSpan('event').end();
provider.forceFlush().then(() => 'resolves', () => 'rejects').then((end) => {
  console.log(`Node, spans, ${status}: ${end}`);
  process.exit();
});
JS

start_server node server.js
for status in 200 401 503; do
    python3 python.py $status 2>/dev/null
    node npm.js $status
done >table
expect "flushes" "$(echo && cat table)" "
Python, spans, 200: True, in time
Python, metrics, 200: True, in time
Node, spans, 200: resolves
Python, spans, 401: True, in time
Python, metrics, 401: True, in time
Node, spans, 401: rejects
Python, spans, 503: True, late
Python, metrics, 503: True, late
Node, spans, 503: rejects"

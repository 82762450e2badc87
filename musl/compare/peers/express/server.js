// Echoes POST /invoke with express, body parser included.
'use strict';
const express = require('express');

const app = express();
app.use(express.raw({ type: () => true, limit: '32mb' }));
app.post('/invoke', (request, response) => {
  // Without a body express leaves an object here, not a buffer.
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  response.type('application/octet-stream').send(body);
});

const server = app.listen(Number(process.env.FC_SERVER_PORT), '127.0.0.1');
// The platform keeps connections for 15 minutes and more.
server.keepAliveTimeout = 0;

// Echoes POST /invoke with Node's own http module.
'use strict';
const http = require('http');

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': body.length,
    });
    response.end(body);
  });
});

// The platform keeps connections for 15 minutes and more.
server.keepAliveTimeout = 0;
server.listen({ port: Number(process.env.FC_SERVER_PORT), host: '127.0.0.1', backlog: 1024 });

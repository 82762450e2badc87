// Custom domains of fc-local are on this machine, as a name server would say.
const dns = require('node:dns');

const asked = dns.lookup;
dns.lookup = (host, ...rest) => asked(host.endsWith('.example.com') ? '127.0.0.1' : host, ...rest);

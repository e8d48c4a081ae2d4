// A web server as small as Node has them, on the guard's socket if there is one.
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('web\n'));
const held = process.env.WEB_FD;
server.listen(held ? { fd: Number(held) } : { port: process.env.WEB_PORT, host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit());

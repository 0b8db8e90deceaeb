import {once} from 'node:events';
import {createServer} from 'node:http';

/**
 * A server on a free port of loopback, which has its address before what it serves: a PDS must know its own when it is
 * made. By name, since a PDS refuses a directory at a bare IP address.
 */
export async function listen() {
  const server = createServer().listen(0, '127.0.0.1');
  // Longer than any client's own: a connection that is closed as a request comes in is one of the faults of others.
  server.keepAliveTimeout = 90_000;
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}`,
    port: server.address().port,
    serve: handle => server.on('request', handle),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {onTestFinished} from 'vitest';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {type S3Options, s3Store} from '../../src/stores/s3.ts';

/** A store of a server that answers as it likes, however wrong. */
export async function storeOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  more: Pick<S3Options, 'versions'> = {},
): Promise<ObjectStore> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return s3Store({
    bucket: 'assets',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: {accessKeyId: 'id', secretAccessKey: 'secret'},
    label: 's3://assets',
    ...more,
  });
}

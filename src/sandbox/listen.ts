import {once} from 'node:events';
import type {Server} from 'node:http';

export interface Listening {
  readonly port: number;
  /** Breaks the connections that are open. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 alone, at a port that the system chooses. */
export async function listen(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

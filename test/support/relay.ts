import {connect, createServer, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';

/**
 * What becomes of bytes that a client sent: they are handed on, and the answer is or is not, or the connection ends here.
 * `leave`: it ends for the client alone, and the server goes on waiting for what it would say.
 */
export type Passing = 'pass' | 'cut' | 'cut-the-answer' | 'go-silent' | 'leave';

export interface Relay {
  /** The address of what is behind it, through this. */
  readonly url: string;
  /** Asked of everything that a client sends from here on. */
  judge: (sent: Buffer) => Passing;
}

/** A relay on loopback in front of a server, which breaks connections at the moment that a test names. */
export async function relayTo(target: string, at = '127.0.0.1'): Promise<Relay> {
  const url = new URL(target);
  const [host, port] = [url.hostname, Number(url.port)];
  const open = new Set<Socket>();
  const server = createServer(client => {
    const upstream = connect(port, host);
    let isSilent = false;
    let isCutting = false;
    let isLeft = false;
    const end = () => {
      client.destroy();
      if (!isLeft) upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', sent => {
      const passing = isSilent ? 'go-silent' : relay.judge(sent);
      isLeft = passing === 'leave';
      if (passing === 'cut' || isLeft) return end();
      isSilent = passing === 'go-silent';
      isCutting ||= passing === 'cut-the-answer';
      if (!isSilent) upstream.write(sent);
    });
    upstream.on('data', answer => {
      if (isCutting) return end();
      if (!isSilent) client.write(answer);
    });
  });
  await new Promise<void>(resolve => server.listen(0, at, resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay listens nowhere');
  url.hostname = at;
  url.port = String(address.port);
  const relay: Relay = {url: url.href, judge: () => 'pass'};
  return relay;
}

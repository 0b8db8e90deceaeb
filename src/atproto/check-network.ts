import {Fault} from '../core/failure.ts';
import type {Finding} from '../core/probe.ts';
import type {WebClient} from './web-client.ts';

/** Longer than that nobody waits for an answer to nothing in particular. */
const patienceMs = 10_000;
const mostBytes = 65_536;

/** Whether relays and directory can be asked at all: whatever they answer, they do. */
export function checkNetwork(client: WebClient, origins: readonly string[]): Promise<readonly Finding[]> {
  return Promise.all(
    origins.map(async (origin): Promise<Finding> => {
      const url = new URL('/_health', origin);
      const {signal} = new AbortController();
      try {
        await client.get({url, accept: '*/*', what: 'health', mostBytes, withinMs: patienceMs}, signal);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (error.kind === 'connection' || error.kind === 'timeout') return unreachable(error);
      }
      return {level: 'ok', subject: 'source', message: `${url.host} answers`};
    }),
  );
}

function unreachable({message, retryAfterMs}: Fault): Finding {
  return {
    level: 'error',
    subject: 'source',
    message,
    remedy: 'Check the address and the network, or name another.',
    retryAfterMs: retryAfterMs ?? null,
  };
}

import {Fault} from '../core/failure.ts';
import type {Finding} from '../core/probe.ts';
import type {WebClient} from './web-client.ts';

/** Longer than that nobody waits for an answer to nothing in particular. */
const patienceMs = 10_000;

/** Whether relays and directory can be asked at all: whatever they answer, they do. */
export function checkNetwork(client: WebClient, origins: readonly string[]): Promise<readonly Finding[]> {
  return Promise.all(
    origins.map(async (origin): Promise<Finding> => {
      const {host} = new URL(origin);
      try {
        const url = new URL('/_health', origin);
        await client.get(
          {url, accept: '*/*', what: 'health', mostBytes: 64 * 1024, withinMs: patienceMs},
          AbortSignal.timeout(patienceMs),
        );
        return {level: 'ok', subject: 'source', message: `${host} answers`};
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return {
          level: 'error',
          subject: 'source',
          message: `${host}: ${error.message}`,
          remedy: 'Check the address and the network, or name another.',
        };
      }
    }),
  );
}

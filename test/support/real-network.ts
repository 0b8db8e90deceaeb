import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {RealPds} from './real-pds.ts';

const scripts = fileURLToPath(new URL('../servers/atproto', import.meta.url));

const ready = z.object({
  plc: z.url(),
  relays: z.array(z.url()),
  pdses: z.array(z.url()),
  adminPassword: z.string(),
  bypassKey: z.string(),
});

/** A PLC directory, PDSes and relays on loopback, as one process of their own. */
export interface RealNetwork {
  readonly plc: string;
  /** The first lists by collection; the second answers 404 there, and knows listRepos only. */
  readonly relays: readonly [string, string];
  readonly pdses: readonly RealPds[];
  /** Ends the process, and waits until nothing is left of it. */
  close(): Promise<void>;
}

export interface NetworkOptions {
  readonly pdses?: number;
  /** The reference PDS's: 3,000 requests in five minutes for each. What `RealPds` writes does not count. */
  readonly rateLimits?: boolean;
}

/** From the folder that test/servers/atproto-up.sh made; it ends with this process at the latest. */
export async function startRealNetwork(folder: string, options: NetworkOptions = {}): Promise<RealNetwork> {
  mustBeCurrent(folder);
  const server = spawn(process.execPath, [join(folder, 'start.js'), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  const [line] = await Promise.race([
    once(createInterface({input: server.stdout}), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the network ended with ${code} before it was ready`))),
  ]);
  const {plc, relays, pdses, ...secrets} = ready.parse(JSON.parse(String(line)));
  return {
    plc,
    relays: z.tuple([z.url(), z.url()]).parse(relays),
    pdses: pdses.map(origin => new RealPds({origin, ...secrets})),
    close: async () => {
      server.stdin.end();
      await exited;
    },
  };
}

/** What runs is a copy of the repository's scripts, and they are read here. */
function mustBeCurrent(folder: string): void {
  const copied = readdirSync(scripts).filter(name => !name.endsWith('.md'));
  const there = new Set(readdirSync(folder));
  const text = (of: string, name: string) => readFileSync(join(of, name), 'utf8');
  for (const name of copied)
    if (!there.has(name) || text(folder, name) !== text(scripts, name))
      throw new Error(
        `${name} in ${folder} is not the repository's: run test/servers/atproto-up.sh ${folder}`,
      );
}

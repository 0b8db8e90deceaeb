import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Database, PlcServer} from '@did-plc/server';
import {listen} from './listen.js';
import {startPds} from './pds.js';
import {startRelay} from './relay.js';

/**
 * A network of the AT Protocol on loopback: a PLC directory, PDSes, and two relays, of which the second can't list by
 * collection. `node start.js '{"pdses": 2, "rateLimits": false}'` prints one line of JSON when it is ready, and serves
 * until its standard input ends or it is told to terminate; nothing that it wrote is left then.
 */

const {pdses: count = 2, rateLimits = false} = JSON.parse(process.argv[2] ?? '{}');
const ended = Promise.race([
  once(process.stdin.resume(), 'end'),
  once(process, 'SIGTERM'),
  once(process, 'SIGINT'),
]);

await using open = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'headgate-atproto-'));
open.defer(() => rm(folder, {recursive: true, force: true}));

const plc = open.use(await listen());
plc.serve(PlcServer.create({db: Database.mock()}).app);

const secrets = {adminPassword: 'admin', bypassKey: 'of-the-tests'};
const pdses = [];
for (let number = 1; number <= count; number++) {
  const options = {folder: join(folder, `pds-${number}`), plc: plc.url, rateLimits, ...secrets};
  pdses.push(open.use(await startPds(options)).url);
}

const relays = [];
for (const byCollection of [true, false])
  relays.push(open.use(await startRelay({hosts: pdses, byCollection})).url);

process.stdout.write(`${JSON.stringify({plc: plc.url, relays, pdses, ...secrets})}\n`);
await ended;

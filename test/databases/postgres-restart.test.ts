import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, it, onTestFinished} from 'vitest';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {postgresServer} from '../support/postgres.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../servers/postgres-up.sh', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** A server of the test's own: the one that others use must not be stopped under them. */
async function ownServer(): Promise<{
  readonly url: string;
  readonly tell: (what: 'restart' | 'stop') => Promise<unknown>;
}> {
  const folder = join(tmpdir(), `headgate-pg-${randomBytes(4).toString('hex')}`);
  const tell = (what: 'restart' | 'stop') => run(script, [folder, what]);
  onTestFinished(async () => {
    await tell('stop');
    await run('rm', ['-rf', folder]);
  });
  const {stdout} = await run(script, [folder, String(await freePort())]);
  return {url: stdout.trim(), tell};
}

it.skipIf(postgresServer() === null)(
  'a server that crashes and comes back is worked with again, and one that is gone is told',
  async () => {
    const {url, tell} = await ownServer();
    const target = postgresTarget({url});
    const database = await target.openDatabase();
    onTestFinished(() => database.close());
    const insert = (name: string) => ({sql: 'INSERT INTO items VALUES ($1)', params: [name]});
    await database.transaction([{sql: 'CREATE TABLE items (name TEXT)', params: []}, insert('before')]);
    expect(await database.query('SELECT name FROM items')).toEqual([{name: 'before'}]);
    await tell('restart');
    await database.transaction([insert('behind')]);
    expect(await database.query('SELECT name FROM items')).toEqual([{name: 'before'}, {name: 'behind'}]);
    await tell('stop');
    const lost = {kind: 'connection', isUnsettled: false, host: expect.stringMatching(/^127\.0\.0\.1:/)};
    await expect(database.transaction([insert('never')])).rejects.toMatchObject(lost);
    await expect(database.query('SELECT 1')).rejects.toMatchObject(lost);
    await expect(target.openReader()).rejects.toMatchObject({name: 'OperatorError', code: 'failed'});
    await tell('restart');
    expect(await database.query('SELECT count(*) AS n FROM items')).toEqual([{n: 2}]);
  },
);

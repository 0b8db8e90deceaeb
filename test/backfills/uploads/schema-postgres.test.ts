import {Client} from 'pg';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findBackfill} from '../../../src/backfills/registry.ts';
import {postgresTarget} from '../../../src/databases/postgres.ts';
import {changeSchema} from '../../../src/engine/migrate-target.ts';
import {asAdmin, freshDatabase, postgresServer} from '../../support/postgres.ts';
import {documented, hashOf} from './assets-under-test.ts';

const backfill = findBackfill('uploads');
const forth = {way: 'forth', tell: () => undefined} as const;

describe.skipIf(postgresServer() === null)('the change of assets on a Postgres that others use', () => {
  async function past() {
    const url = await freshDatabase();
    const table = documented('postgres').replace(/CREATE UNIQUE INDEX[^;]*;/, '');
    await asAdmin(table.replace('sha256 TEXT', 'sha256 TEXT UNIQUE'), url);
    return {url, target: postgresTarget({url})};
  }

  async function connected(url: string): Promise<Client> {
    const client = new Client({connectionString: url});
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  it('loses no row that is written meanwhile, and lets nobody in twice', {timeout: 60_000}, async () => {
    const {url, target} = await past();
    const writers = await Promise.all(Array.from({length: 8}, () => connected(url)));
    let isOver = false;
    const made = await Promise.all([
      ...writers.map(async (writer, user) => {
        let rows = 0;
        for (; !isOver || rows < 20; rows++)
          await writer.query('INSERT INTO assets (user_id, sha256) VALUES ($1, $2)', [
            String(user),
            hashOf(`${user} ${rows}`),
          ]);
        return rows;
      }),
      changeSchema(backfill, target, forth).finally(() => {
        isOver = true;
      }),
    ]);
    const rows = made
      .flatMap(each => (typeof each === 'number' ? [each] : []))
      .reduce((sum, each) => sum + each, 0);
    expect(await asAdmin('SELECT count(*)::int AS rows FROM assets', url)).toEqual([{rows}]);
    await asAdmin(`INSERT INTO assets (user_id, sha256) VALUES ('new', '${hashOf('0 0')}')`, url);
    await expect(
      asAdmin(`INSERT INTO assets (user_id, sha256) VALUES ('0', '${hashOf('0 0')}')`, url),
    ).rejects.toThrow(/idx_asset_user_sha256/);
  });

  it('gives up on a table that somebody does not let go of, and changes nothing', {
    timeout: 60_000,
  }, async () => {
    const {url, target} = await past();
    const holder = await connected(url);
    await holder.query('BEGIN');
    await holder.query('SELECT count(*) FROM assets');
    await expect(changeSchema(backfill, target, forth)).rejects.toMatchObject({kind: 'timeout'});
    await holder.query('COMMIT');
    const unique =
      "SELECT indexdef FROM pg_indexes WHERE tablename = 'assets' AND indexdef LIKE '%UNIQUE%sha256%'";
    expect(await asAdmin(unique, url)).toEqual([{indexdef: expect.stringMatching(/\(sha256\)$/)}]);
    expect((await changeSchema(backfill, target, forth)).length).toBeGreaterThan(0);
  });
});

import {join} from 'node:path';
import {openNetwork} from '../atproto/open-network.ts';
import {findBackfill} from '../backfills/registry.ts';
import type {Statement} from '../core/sql.ts';
import type {Target} from '../databases/database.ts';
import {pgliteTarget} from '../databases/pglite.ts';
import type {Source} from '../engine/connection.ts';
import {applyMigrations} from '../engine/migrate-target.ts';
import {appviewName, networkLabel} from './names.ts';
import {startLocalNetwork} from './network/network.ts';
import {worldSpec} from './network/world.ts';
import {lexicons} from './network/world-lexicons.ts';
import {outOfDateRows} from './network/world-rows.ts';

/** An AT Protocol network of forty accounts, and the index of an appview that knows only some of their records. */
export interface Appview {
  readonly source: Source;
  readonly target: Target;
  /** Ends the network; the index is the folder's. */
  close(): Promise<void>;
}

/** Of the five hosts one is dead, and comes back so long after it was first looked for: within a run. */
const revivesAfterSeconds = 12;

/** It takes a second or two, and half a gigabyte: whoever does not come to it has none. */
export async function openAppview(root: string): Promise<Appview> {
  const network = await startLocalNetwork(worldSpec({lockRevivesAfterSeconds: revivesAfterSeconds}));
  try {
    const target = await pgliteTarget({folder: join(root, appviewName), environment: 'sandbox'});
    await applyMigrations(findBackfill('records'), target);
    const database = await target.openDatabase();
    await database.transaction(await content(network)).finally(() => database.close());
    const {relays, plc} = network;
    return {
      source: openNetwork({label: networkLabel, relays, plc, allowPrivateHosts: true}),
      target,
      close: () => network.close(),
    };
  } catch (error) {
    await network.close();
    throw error;
  }
}

async function content(network: Parameters<typeof outOfDateRows>[0]): Promise<readonly Statement[]> {
  const rows = await outOfDateRows(network);
  return [
    {
      sql: `INSERT INTO lexicons (id, json)
            SELECT lexicon->>'id', lexicon FROM jsonb_array_elements($1::jsonb) AS lexicon`,
      params: [JSON.stringify(lexicons)],
    },
    {
      sql: `INSERT INTO records (uri, did, collection, rkey, record, cid, indexed_at, created_at)
            SELECT uri, did, collection, rkey, record::jsonb, cid, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'
            FROM jsonb_to_recordset($1::jsonb)
              AS row (uri text, did text, collection text, rkey text, record text, cid text)`,
      params: [JSON.stringify(rows)],
    },
  ];
}

import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import {Fault} from '../../core/failure.ts';
import {counted} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import type {CheckIo, Invariant} from '../invariant.ts';
import type {RecordsFacts} from './facts.ts';
import type {OfNetwork} from './of-network.ts';
import {readRepository} from './read-repository.ts';
import {rangeOf} from './uri.ts';

const shown = 5;

/** Sampled repositories, record by record and in both directions. */
export function repositoryCheck(facts: RecordsFacts): Invariant<OfNetwork> {
  return {
    id: 'repositories-match',
    title: 'a record that is not as its repository has it now',
    severity: 'blocking',
    reads: 'bytes',
    why: 'The table says something else than the network.',
    recovery:
      'Missing and old ones are brought up to date by a run; those that a repository has deleted are removed by records-prune.',
    recovers: {as: 'dry-run'},
    measure: async io => {
      const dids = await sampleOf(io);
      const found: Breach[] = [];
      let unread = 0;
      let unproven = 0;
      for (const did of dids) {
        try {
          found.push(...(await differences(did, io, facts)));
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          // What its owner has not signed is no repository that happens not to answer.
          if (!io.scope.proofs || error.kind !== 'invalid') {
            unread++;
            continue;
          }
          unproven++;
          found.push({key: did, detail: error.message});
        }
      }
      const proven = io.scope.proofs ? ', each down to its signed commit' : '';
      const rest = unread === 0 ? '' : `; ${counted(unread, 'repository', 'repositories')} could not be read`;
      return {
        count: found.length,
        sample: found.slice(0, shown),
        note: `${counted(dids.length - unread - unproven, 'repository', 'repositories')} compared${proven}${rest}`,
      };
    },
  };
}

const didRow = z.object({did: z.string()});

/** Of the accounts that are named, or of those that the table knows. */
async function sampleOf({
  target,
  scope,
  options,
  sample,
  random,
}: CheckIo<OfNetwork>): Promise<readonly string[]> {
  const most = Math.min(sample ?? Number.MAX_SAFE_INTEGER, options.sampleRepositories);
  if (most === 0) return [];
  const known =
    scope.dids.length > 0
      ? scope.dids
      : (await target.query('SELECT DISTINCT did FROM records')).map(row => didRow.parse(row).did);
  const drawn = [...known];
  for (let at = 0; at < Math.min(most, drawn.length); at++) {
    const other = at + Math.floor(random() * (drawn.length - at));
    [drawn[at], drawn[other]] = [drawn[other] ?? '', drawn[at] ?? ''];
  }
  return drawn.slice(0, most);
}

const rowSchema = z.object({uri: z.string(), cid: z.string()});

async function differences(
  did: string,
  io: CheckIo<OfNetwork>,
  facts: RecordsFacts,
): Promise<readonly Breach[]> {
  const {source} = io;
  if (source === null) return [];
  const table = await cidsOf(did, io.target, facts.collections);
  const found: Breach[] = [];
  for await (const page of readRepository(rangeOf(did), {...io, source}, {facts}))
    for (const {key, cid, fault} of page) {
      const row = table.get(key);
      table.delete(key);
      // What can't be indexed is a failure on record, and not missing.
      if (fault !== undefined || row === cid) continue;
      found.push({
        key,
        detail: row === undefined ? 'the repository has it, and the table has not' : `cid ${row}, now ${cid}`,
      });
    }
  for (const uri of table.keys()) found.push({key: uri, detail: 'the repository does not have it any more'});
  return found;
}

async function cidsOf(
  did: string,
  target: Reader,
  collections: readonly string[],
): Promise<Map<string, string>> {
  const rows = await target.query(
    `SELECT uri, cid FROM records
     WHERE did = $1 AND collection IN (SELECT jsonb_array_elements_text($2::jsonb))`,
    [did, JSON.stringify(collections)],
  );
  return new Map(rows.map(row => rowSchema.parse(row)).map(({uri, cid}) => [uri, cid]));
}

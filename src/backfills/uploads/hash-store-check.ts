import type {Breach} from '../../core/checks.ts';
import type {UploadRecord} from '../../core/uploads.ts';
import type {CheckIo, Invariant} from '../invariant.ts';
import type {AssetFacts} from './facts.ts';
import {readAssets} from './read-assets.ts';
import {isAt} from './rows-of.ts';
import type {Uploads} from './uploads.ts';

const shown = 20;

/** What the hash store takes to be uploaded, some row of the target says as well. */
export function successesHaveRows(facts: AssetFacts): Invariant<Uploads> {
  return {
    id: 'uploads-have-rows',
    title: 'every upload on record has its row',
    severity: 'warning',
    reads: 'rows',
    counts: ['upload', 'uploads'],
    why: 'Somebody has deleted the row, or taken the provider out of it: the target does not know of the object any more.',
    recovery:
      'A dry run of uploads finds the content again, and plans its row; the object itself is recognised, and not uploaded again.',
    recovers: {as: 'dry-run'},
    measure: async io => {
      const sample: Breach[] = [];
      let count = 0;
      for await (const page of io.kept.successes()) {
        io.signal.throwIfAborted();
        for (const upload of await withoutRows(page, io, facts)) {
          count++;
          if (sample.length < shown) sample.push(breachOf(upload));
        }
      }
      return {count, sample};
    },
  };
}

async function withoutRows(
  page: readonly UploadRecord[],
  {target, scope}: CheckIo<Uploads>,
  facts: AssetFacts,
): Promise<readonly UploadRecord[]> {
  const asked = page.filter(({user}) => scope.user === null || user === scope.user);
  const missing: UploadRecord[] = [];
  for (const [user, ofUser] of Map.groupBy(asked, upload => upload.user)) {
    const hashes = [...new Set(ofUser.map(({sha256}) => sha256))];
    const rows = await readAssets(target, facts, user, hashes);
    for (const upload of ofUser)
      if (!isAt(rows.get(upload.sha256) ?? null, upload.provider)) missing.push(upload);
  }
  return missing;
}

function breachOf({name, user, provider, at}: UploadRecord): Breach {
  const date = new Date(at).toISOString().slice(0, 10);
  return {key: name, detail: `uploaded to ${provider} for user ${user} on ${date}, and no row says so`};
}

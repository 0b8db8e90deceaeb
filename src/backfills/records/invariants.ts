import {printableKey} from '../../core/keys.ts';
import {failedOf} from '../../core/reached.ts';
import type {Invariant} from '../invariant.ts';
import {breaches} from './breaches.ts';
import {contentCheck} from './content-check.ts';
import type {RecordsFacts} from './facts.ts';
import {lexiconCheck} from './lexicon-check.ts';
import type {OfNetwork} from './of-network.ts';
import {repositories} from './repositories.ts';
import {repositoryCheck} from './repository-check.ts';

/** What must always hold of the table, and what of it the network still agrees with. */
export function recordInvariants(facts: RecordsFacts): readonly Invariant<OfNetwork>[] {
  const configured = [...new Set([...facts.collections, ...facts.lexicons.keys()])];
  return [
    {
      id: 'uri-columns',
      title: 'a URI that is not that of its columns',
      severity: 'blocking',
      reads: 'target',
      why: 'Whoever looks a record up by its columns, or by its URI, finds another one.',
      recovery: 'Find out what wrote these rows; delete them, and backfill their repositories.',
      measure: io =>
        breaches(
          io.target,
          `uri COLLATE "C" <> 'at://' || did || '/' || collection || '/' || rkey`,
          [],
          'did collection rkey',
        ),
    },
    {
      id: 'collections',
      title: 'a record of a collection that is not indexed',
      severity: 'warning',
      reads: 'target',
      why: 'Nobody keeps it up to date: it is neither of this run, nor of a lexicon of the target.',
      recovery: 'Add the lexicon (headgate lexicon add FILE), or delete the rows of that collection.',
      measure: io =>
        breaches(
          io.target,
          'collection NOT IN (SELECT jsonb_array_elements_text($1::jsonb))',
          [JSON.stringify(configured)],
          'collection',
        ),
    },
    {
      id: 'cid-form',
      title: 'a CID that is none',
      severity: 'blocking',
      reads: 'target',
      why: 'A record whose version is not known is written again by every run.',
      recovery: 'Backfill its repository: a row with another CID is brought up to date.',
      recovers: {as: 'dry-run'},
      measure: io => breaches(io.target, `cid !~ '^baf[a-z2-7]{56}$'`, [], 'cid'),
    },
    contentCheck(facts),
    lexiconCheck(facts),
    {
      id: 'no-repository-failed',
      title: 'a repository that could not be read',
      severity: 'blocking',
      counts: repositories.words,
      reads: 'listing',
      why: 'What it holds is missing from the table, or old.',
      recovery: 'headgate failures RUN tells why; headgate retry RUN reads them again.',
      measure: async ({reached}) => {
        const hosts = ((await reached())?.hosts ?? []).filter(host => failedOf(host) > 0);
        return {
          count: hosts.reduce((sum, host) => sum + failedOf(host), 0),
          sample: hosts.slice(0, 5).map(host => ({
            key: host.host === '' ? '(not resolved)' : printableKey(host.host),
            detail: Object.entries(host.failed)
              .map(([kind, count]) => `${count} ${kind}`)
              .join(', '),
          })),
        };
      },
    },
    repositoryCheck(facts),
  ];
}

import type {Probe} from '../../core/probe.ts';
import type {Invariant} from '../invariant.ts';
import type {Shape} from '../shape.ts';
import {sqlOf} from './asset-sql.ts';
import {doublesOf} from './doubles.ts';
import type {AssetFacts} from './facts.ts';
import {findRows} from './find-rows.ts';

/** What must hold of the table by itself, whichever backfill of the system is asked. */
export function invariants<S extends Shape>({facts}: Probe<AssetFacts>): readonly Invariant<S>[] {
  const sql = sqlOf(facts);
  return [
    {
      id: 'one-row-per-content',
      title: 'no user has two rows of one hash',
      severity: facts.duplicatesAreLegal ? 'warning' : 'blocking',
      counts: ['content of a user', 'contents of users'],
      reads: 'rows',
      why: 'Whoever asks for a content is told of one of its rows, and never of what only another says.',
      recovery:
        'Look which of the rows others refer to, bring its provider_uploads up to date, and delete the others by hand. Then headgate migrate uploads --target TARGET makes the index that keeps a hash from being there twice.',
      measure: ({target, signal}) => doublesOf(target, facts, 'of a user', signal),
    },
    {
      id: 'hash-format',
      title: 'every hash is 64 lower-case hex digits',
      severity: 'blocking',
      reads: 'rows',
      why: 'Hashes are compared as text: one in another form is never found, and its file is uploaded again.',
      recovery:
        'Run uploads-repair: it computes the hash anew from the stored bytes, and leaves what has none or what disagrees to you.',
      measure: ({target, signal}) =>
        findRows(
          target,
          facts,
          {breaks: `row.sha256 IS NOT NULL AND NOT (${sql.isHash('row.sha256')})`, detail: 'row.sha256'},
          signal,
        ),
    },
    {
      id: 'uploads-are-a-map',
      title: 'provider_uploads is an object of providers, each with the id of its asset',
      severity: 'blocking',
      reads: 'rows',
      why: 'Nothing can be added to what is no object: a file that goes to another provider stays unrecorded.',
      recovery:
        'Mend these rows by hand: {"PROVIDER": "ID", …}, or NULL where only provider_id has the content. Whoever wrote them has to be mended too.',
      measure: ({target, signal}) =>
        findRows(
          target,
          facts,
          {
            breaks: `row.provider_uploads IS NOT NULL AND NOT (${sql.map.isSound('row.provider_uploads')})`,
            detail: 'row.provider_uploads',
          },
          signal,
        ),
    },
  ];
}

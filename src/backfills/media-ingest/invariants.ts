import type {Invariant} from '../invariant.ts';
import type {Shape} from '../shape.ts';
import {findDoubles} from './doubled.ts';
import type {MediaFacts} from './facts.ts';
import {families} from './identity.ts';
import {withPruned} from './pruned-rows.ts';
import {mostUsed, rowsSurveyOf} from './survey-rows.ts';

/** What must hold of the catalogue by itself, whichever backfill of the system is asked. */
export function mediaInvariants<S extends Shape>(
  facts: MediaFacts,
  backfill: 'media-ingest' | 'media-doubles',
): readonly Invariant<S>[] {
  return [
    {
      id: 'one-row-per-version',
      title: 'no version of an object has two rows',
      severity: 'blocking',
      reads: 'target',
      why: 'A gallery shows it twice, and whoever counts counts it twice.',
      recovery:
        'Run media-doubles: it marks the later row of each in media_duplicates, and deletes nothing. Then let only one program write.',
      ...(backfill === 'media-doubles' ? {recovers: {as: 'dry-run'} as const} : {}),
      measure: ({target, signal}) => findDoubles(target, facts, signal),
    },
    {
      id: 'uid-recomputes',
      title: 'every media_uid follows from its row',
      severity: 'blocking',
      reads: 'rows',
      why: 'An id that nobody can compute again is not found again: its object would get a second row.',
      recovery:
        'Look at these rows: another program made them, or changed their key or file id since. Headgate never changes a row.',
      measure: async io => (await rowsSurveyOf(io, facts)).unnamed,
    },
    {
      id: 'one-uid-family',
      title: 'all rows are named in one family',
      severity: 'warning',
      reads: 'rows',
      why: 'Where two programs name rows in two ways, whatever one has inserted the other inserts again.',
      recovery:
        'Find the program that names rows otherwise, and stop it. Ids stay as they are; media-doubles marks what is there twice.',
      measure: async io => {
        const survey = await rowsSurveyOf(io, facts);
        const most = mostUsed(survey.families);
        const others = families.filter(family => family !== most);
        return {
          count: others.reduce((sum, family) => sum + survey.families[family], 0),
          sample: others.flatMap(family => survey.samples[family]),
          ...(most === null ? {} : {note: `${survey.families[most]} rows are of the family ${most}`}),
        };
      },
    },
    {
      id: 'rows-unchanged',
      title: 'no row has changed or vanished since the last run',
      severity: 'blocking',
      reads: 'rows',
      why: 'The catalogue is a history: what was ingested once stays, and stays as it is.',
      recovery:
        'Somebody else wrote to media_assets: compare with a backup (D1 has Time Travel). The next run compares with the table as it is now.',
      measure: async io => {
        const {memory, old} = await rowsSurveyOf(io, facts);
        if (memory === null || old === null)
          return {count: 0, sample: [], note: 'nothing to compare with: there was no run before'};
        if (memory.digest === old.digest) return {count: 0, sample: []};
        const before = await withPruned(io, facts, memory);
        if (memory.digest === before.digest)
          return {count: 0, sample: [], note: 'but those that media-prune has deleted since'};
        // More than there were: that prune was before the run that is remembered.
        const {rows} = before.rows > memory.rows ? old : before;
        const gone = Math.max(0, memory.rows - rows);
        return {
          count: Math.max(1, gone),
          sample: [
            {
              key: `rows up to id ${memory.lastId ?? 0}`,
              detail: `${memory.rows} rows before, ${rows} now${gone === 0 ? ', and not all as they were' : ''}`,
            },
          ],
        };
      },
    },
  ];
}

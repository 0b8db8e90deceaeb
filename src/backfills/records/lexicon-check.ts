import type {Breach} from '../../core/checks.ts';
import {counted, number} from '../../core/words.ts';
import type {Invariant} from '../invariant.ts';
import type {RecordsFacts} from './facts.ts';
import type {OfNetwork} from './of-network.ts';
import {sampleRows} from './sample-rows.ts';

const most = 20_000;
const shown = 5;
const reasonsTold = 3;

/** Anybody may write anything into a repository: what is not as its lexicon says is kept, and told. */
export function lexiconCheck({lexicons, rows}: RecordsFacts): Invariant<OfNetwork> {
  return {
    id: 'lexicon-valid',
    title: 'a record that is not as its lexicon says',
    severity: 'warning',
    reads: 'rows',
    why: 'Whoever reads the table by the lexicon finds fields that are missing, or of another type.',
    recovery: 'Nothing of ours is wrong: whoever uses such records has to leave them out.',
    measure: async ({target, source, random}) => {
      if (source === null) return {count: 0, sample: [], note: 'no source to look at them by'};
      const validator = await source.validator([...lexicons.values()]);
      const reasons = new Map<string, number>();
      const sample: Breach[] = [];
      let looked = 0;
      let count = 0;
      for await (const page of sampleRows(target, {rows, most, where: 'true', offset: random()}))
        for (const {uri, collection, record} of page) {
          if (!validator.knows(collection)) continue;
          looked++;
          const reason = validator.reasonAgainst(collection, record);
          if (reason === null) continue;
          count++;
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
          if (sample.length < shown) sample.push({key: uri, detail: reason});
        }
      return {count, sample, note: noteOf(looked, rows, reasons)};
    },
  };
}

function noteOf(looked: number, rows: number, reasons: ReadonlyMap<string, number>): string {
  const commonest = [...reasons].sort(([, a], [, b]) => b - a).slice(0, reasonsTold);
  return [
    `${counted(looked, 'record')} looked at${looked < rows ? ` of ${number(rows)}` : ''}`,
    ...commonest.map(([reason, times]) => `${number(times)} × ${reason}`),
  ].join('; ');
}

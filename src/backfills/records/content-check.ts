import type {Breach} from '../../core/checks.ts';
import {counted} from '../../core/words.ts';
import type {Invariant} from '../invariant.ts';
import type {RecordsFacts} from './facts.ts';
import type {OfNetwork} from './of-network.ts';
import {sampleRows} from './sample-rows.ts';

/** Rows whose CID is computed anew. */
const most = 20_000;
const shown = 5;

/** The CID of a row is that of its content: the network vouches for the row by it. */
export function contentCheck({hasAltered, rows}: RecordsFacts): Invariant<OfNetwork> {
  return {
    id: 'cid-content',
    title: 'a CID that is not that of the content',
    severity: 'blocking',
    reads: 'rows',
    why: 'The row looks up to date, and holds something else than the repository.',
    recovery: 'Delete these rows, and backfill their repositories.',
    measure: async ({target, source, random}) => {
      if (source === null) return {count: 0, sample: [], note: 'not measured without a network'};
      let looked = 0;
      let count = 0;
      const sample: Breach[] = [];
      const where = hasAltered ? 'NOT altered' : 'true';
      for await (const page of sampleRows(target, {rows, most, where, offset: random()}))
        for (const {uri, cid, record} of page) {
          looked++;
          const is = source.cidOf(record);
          if (is === cid) continue;
          count++;
          if (sample.length < shown)
            sample.push({key: uri, detail: `cid ${cid}, content ${is ?? 'is no record'}`});
        }
      const note = `${counted(looked, 'row')} looked at${looked < rows ? `, drawn from ${counted(rows, 'row')}` : ''}`;
      return {count, sample, note};
    },
  };
}

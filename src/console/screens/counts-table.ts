import {listedOf, parts, type Tally} from '../../core/accounting.ts';
import {number, partTitle} from '../../core/words.ts';
import type {SummaryColumn} from '../summary.ts';
import type {Block} from './screen.ts';

/** The accounting of a run that is over, or of a plan; what is zero is left out, but for failures. */
export function countsTable(tally: Tally, isPlan: boolean): Block {
  const shown = parts.filter(part => tally[part] > 0 || part === 'failed');
  const columns = shown.map(
    (part): SummaryColumn => ({
      title: partTitle(part, isPlan),
      align: 'right',
      ...(part === 'failed' && tally.failed > 0 ? {tone: 'bad'} : {}),
    }),
  );
  return {
    type: 'table',
    columns: [...columns, {title: 'listed', align: 'right'}],
    rows: [[...shown.map(part => tally[part]), listedOf(tally)].map(number)],
  };
}

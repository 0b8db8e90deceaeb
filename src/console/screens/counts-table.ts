import {listedOf, type Tally} from '../../core/accounting.ts';
import {number} from '../../core/words.ts';
import type {SummaryColumn} from '../summary.ts';
import type {Block} from './screen.ts';

/** The accounting of a run that is over, or of a plan; what is zero is left out, but for failures. */
export function countsTable(tally: Tally, isPlan: boolean): Block {
  const shown = [
    {title: isPlan ? 'insert' : 'inserted', count: tally.inserted},
    {title: isPlan ? 'update' : 'updated', count: tally.updated},
    {title: isPlan ? 'delete' : 'deleted', count: tally.deleted},
    {title: 'unchanged', count: tally.unchanged},
    {title: isPlan ? 'skip' : 'skipped', count: tally.skipped},
    {title: 'failed', count: tally.failed, tone: 'bad' as const},
    {title: 'pending', count: tally.pending},
    {title: 'listed', count: listedOf(tally)},
  ].filter(({title, count}) => count > 0 || title === 'listed' || title === 'failed');
  const columns = shown.map(
    ({title, count, tone}): SummaryColumn => ({
      title,
      align: 'right',
      ...(tone !== undefined && count > 0 ? {tone} : {}),
    }),
  );
  return {type: 'table', columns, rows: [shown.map(({count}) => number(count))]};
}

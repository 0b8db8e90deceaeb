import type {Decision} from '../../core/entry.ts';
import type {Probe} from '../../core/probe.ts';
import type {Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {standingOf} from './standing.ts';
import type {Uploads} from './uploads.ts';

/** Rows that are still as the run left them go, or lose the provider again; any other was changed by somebody since. */
export async function decideUndo(
  changes: readonly UploadChange[],
  {target}: Pick<Io<Uploads>, 'target'>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly Decision<UploadChange>[]> {
  const standing = await standingOf(target, facts, changes);
  return changes.map((change, index): Decision<UploadChange> => {
    // Its row was so before: there is nothing to take back, and the object is named by it.
    if (change.restores === true)
      return {action: 'unchanged', notes: ['its object stays: its row named it before']};
    switch (standing[index]) {
      case 'after':
        return {action: change.before === null ? 'delete' : 'update', change};
      case 'before':
        return {action: 'unchanged'};
      default:
        return {action: 'conflict', reason: 'its row was changed after the run'};
    }
  });
}

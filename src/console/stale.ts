import {changedOf} from '../core/accounting.ts';
import {isActive} from '../core/run.ts';
import {modeText} from '../core/words.ts';
import type {SetupView} from './state.ts';

/**
 * Figures of before a run wrote say nothing of how it stands now. Answers with what they are older than, as the end of a
 * sentence (`before the undo`); null where nothing was written since.
 */
export function staleText(
  {facts}: SetupView,
  measured: {readonly at: number; readonly run: string},
): string | null {
  const live = facts?.live ?? null;
  if (live === null || live.id === measured.run) return null;
  const isNewer = isActive(live.status) || (live.finishedAt ?? live.createdAt) > measured.at;
  const hasWritten = isActive(live.status) || changedOf(live.tally) > 0;
  return isNewer && hasWritten ? `before the ${modeText(live)}${live.mode === 'live' ? ' run' : ''}` : null;
}

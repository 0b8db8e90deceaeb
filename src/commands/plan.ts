import type {Preview} from '../backfills/backfill.ts';
import {actions, type Entry} from '../core/entry.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {onlyMeasures} from '../core/run.ts';
import {previewOf} from '../engine/preview-of.ts';
import {previewText} from './preview-text.ts';
import type {Session} from './session.ts';

/** What is not worth a line unless it is asked for. */
const quiet: readonly Entry['action'][] = ['unchanged'];

/** Reads the plan of a dry run, decision by decision, or what a live run changed. */
export async function planCommand(
  session: Session,
  named: string,
  {action}: {readonly action?: string},
): Promise<number> {
  const run = await session.ledger.runs.resolve(named, ({mode}) => !onlyMeasures(mode));
  const wanted = actions.find(known => known === action);
  if (action !== undefined && wanted === undefined)
    throw new OperatorError(
      'usage',
      `--action ${action}: there is no such action`,
      `Known are: ${actions.join(', ')}.`,
    );
  if (onlyMeasures(run.mode))
    throw new OperatorError(
      'usage',
      `run ${run.id} is a run of mode ${run.mode}: it has no plan, and can not go live`,
      `Make a dry run: headgate run ${run.backfill} …`,
    );
  const kind = run.mode === 'dry-run' ? 'plan' : 'image';
  let shown = 0;
  for await (const {entries} of session.ledger.pages.all(run.id, kind)) {
    for (const entry of entries) {
      if (wanted === undefined ? quiet.includes(entry.action) : entry.action !== wanted) continue;
      shown++;
      showEntry(session, entry, previewOf(run, entry));
    }
  }
  if (shown === 0)
    session.report.note(
      `run ${run.id} has ${wanted === undefined ? 'no changes, failures or skips' : `no decision "${wanted}"`}`,
    );
  return 0;
}

function showEntry({report}: Session, {key, action, reason, fault}: Entry, preview: Preview | null): void {
  const why = reason ?? (fault === undefined ? undefined : `${fault.kind}: ${fault.message}`);
  report.data(
    {
      type: 'plan',
      key,
      action,
      ...(preview === null ? {} : {before: preview.before, after: preview.after}),
      ...(why === undefined ? {} : {reason: why}),
    },
    [
      `${action.padEnd(9)} ${printableKey(key)}${preview === null ? '' : `  ${previewText(preview)}`}${why === undefined ? '' : `  ${why}`}`,
    ],
  );
}

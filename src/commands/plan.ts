import type {Preview} from '../backfills/backfill.ts';
import {actions, type Entry} from '../core/entry.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {onlyMeasures} from '../core/run.ts';
import {identityText, modeText} from '../core/words.ts';
import {planDecisions} from '../engine/plan-decisions.ts';
import {previewOf} from '../engine/preview-of.ts';
import {previewText} from '../engine/preview-text.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import {chooseRun, withItems} from './choose-run.ts';
import {tellSql} from './plan-sql.ts';
import type {Session} from './session.ts';

/** What is not worth a line unless it is asked for. */
const quiet: readonly Entry['action'][] = ['unchanged'];
/** What stands behind a longer key is not aligned. */
const widestKey = 60;

/** Reads the plan of a dry run, decision by decision, or what a live run changed. */
export async function planCommand(
  session: Session,
  named: string,
  {action, sql = false, out}: {readonly action?: string; readonly sql?: boolean; readonly out?: string},
): Promise<number> {
  const run = await chooseRun(session, named, withItems('plan'));
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
  if (sql) {
    if (run.mode !== 'dry-run' || run.undoes !== null || action !== undefined)
      throw new OperatorError(
        'usage',
        action === undefined
          ? `run ${run.id} is no dry run of a backfill: only its plan can be told as SQL`
          : '--sql tells the whole plan, and --action a part of it',
        'Name a dry run: headgate plan RUN --sql',
      );
    await tellSql(session, run, out);
    return 0;
  }
  await tellPlan(session, run, wanted);
  return 0;
}

/** Decision by decision; what is unchanged only where it is asked for. */
export async function tellPlan(session: Session, run: RunRecord, wanted?: Entry['action']): Promise<void> {
  const {ledger} = session;
  const kind = run.mode === 'dry-run' ? 'plan' : 'image';
  session.report.heading(
    `${kind === 'plan' ? 'plan of' : 'changes of'} ${modeText(run)} ${run.id}: ${identityText(run.tally, kind === 'plan')}`,
  );
  let shown = 0;
  for await (const entries of kind === 'plan' ? planDecisions(ledger, run.id) : changes(ledger, run.id)) {
    const said = entries.filter(({action: decided}) =>
      wanted === undefined ? !quiet.includes(decided) : decided === wanted,
    );
    shown += said.length;
    const width = Math.min(widestKey, Math.max(0, ...said.map(({key}) => printableKey(key).length)));
    for (const entry of said) showEntry(session, entry, previewOf(run, entry), width);
  }
  if (shown === 0)
    session.report.note(
      `run ${run.id} has ${wanted === undefined ? 'no changes, failures or skips' : `no decision "${wanted}"`}`,
    );
}

async function* changes(ledger: Ledger, run: string): AsyncGenerator<readonly Entry[]> {
  for await (const {entries} of ledger.pages.all(run, 'image')) yield entries;
}

function showEntry(
  {report}: Session,
  {key, action, reason, fault, notes = []}: Entry,
  preview: Preview | null,
  width: number,
): void {
  const why = reason ?? (fault === undefined ? undefined : `${fault.kind}: ${fault.message}`);
  report.data(
    {
      type: 'plan',
      key,
      action,
      ...(preview === null ? {} : {before: preview.before, after: preview.after}),
      ...(why === undefined ? {} : {reason: why}),
      ...(notes.length === 0 ? {} : {notes}),
    },
    [
      [
        `${action.padEnd(9)} ${printableKey(key).padEnd(width)}`,
        ...(preview === null ? [] : [previewText(preview)]),
        ...(why === undefined ? [] : [why]),
        ...notes,
      ]
        .join('  ')
        .trimEnd(),
    ],
  );
}

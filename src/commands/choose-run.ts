import {OperatorError, type OperatorErrorCode} from '../core/operator-error.ts';
import {isActive, onlyMeasures} from '../core/run.ts';
import {narrowedOf} from '../core/scope.ts';
import {clockText, commandText, modeText} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {NextStep} from '../runbook/next-steps.ts';
import type {Session} from './session.ts';

/** What `last` means to a command. */
export interface Wanted {
  /** A run of the kind that the command is for, whatever its state: `a dry run`. */
  readonly noun: string;
  readonly isOfKind: (run: RunRecord) => boolean;
  /** Why the command can do nothing with a run of the kind, as the end of a sentence; null where it can. */
  readonly obstacle: (run: RunRecord, among: Newest) => string | null;
  /** What is done about the newest where there is an obstacle. */
  readonly instead?: (run: RunRecord, among: Newest) => NextStep | null;
  /** The command for an older run, to which there is no obstacle. */
  readonly command: (run: RunRecord) => readonly string[];
  readonly code: OperatorErrorCode;
  /** Taken before the newest, for the reason that it gives; null for any other. */
  readonly urgent?: (run: RunRecord) => string | null;
}

/** The newest runs, of any kind: the one of this id. */
export type Newest = (id: string) => RunRecord | undefined;

/** Among so many of the newest runs, `last` is looked for. */
const runsLookedAt = 200;

/**
 * The run that the operator means. `last` is the newest of the kind, and never silently an older one: where the
 * command can do nothing with the newest, it stops, and names the newest with which it can.
 */
export async function chooseRun(session: Session, named: string, wanted: Wanted): Promise<RunRecord> {
  const {runs} = session.ledger;
  if (named !== 'last') return runs.resolve(named);
  const all = await runs.list(runsLookedAt);
  const among: Newest = id => all.find(run => run.id === id);
  const ofKind = all.filter(wanted.isOfKind);
  const {urgent = () => null} = wanted;
  const first = ofKind.find(run => urgent(run) !== null);
  if (first !== undefined) {
    session.report.note(`run ${first.id} comes first: ${urgent(first)}`);
    return first;
  }
  const [newest, ...older] = ofKind;
  if (newest === undefined)
    throw new OperatorError(
      'usage',
      `there is no ${wanted.noun} in this ledger yet`,
      'headgate status lists the runs; --ledger names another ledger.',
    );
  const obstacle = wanted.obstacle(newest, among);
  if (obstacle === null) return newest;
  const able = older.find(run => wanted.obstacle(run, among) === null);
  throw new OperatorError(
    wanted.code,
    `the newest ${wanted.noun}, ${newest.id}, ${obstacle}`,
    hintOf(session, wanted.command, wanted.instead?.(newest, among) ?? null, able),
  );
}

function hintOf(
  session: Session,
  command: Wanted['command'],
  step: NextStep | null,
  able: RunRecord | undefined,
): string {
  const shown = (words: readonly string[]) => commandText([...words, ...session.flags]);
  const lines = [
    ...(step === null ? [] : [`${step.why}: ${shown(step.words)}`]),
    ...(able === undefined
      ? []
      : [
          `Older, and ${isGone(session, able) ? 'dead' : able.status}: ${shown(command(able))} (${whichText(able)})`,
        ]),
  ];
  return lines.length === 0 ? 'headgate status lists the runs.' : lines.join('\n');
}

/** `live, db, → pixverse for user 7, 29 Nov 10:04`: for whom it uploads is no matter of chance. */
function whichText(run: RunRecord): string {
  const narrowed = narrowedOf(run.scope).trim();
  return [
    modeText(run),
    run.targetName,
    ...(narrowed === '' ? [] : [narrowed]),
    clockText(run.createdAt),
  ].join(', ');
}

/** Any run that has items of its own: one that only measures has none. */
export function withItems(command: string): Wanted {
  return {
    noun: 'run with items',
    isOfKind: ({mode}) => !onlyMeasures(mode),
    obstacle: () => null,
    command: ({id}) => ['headgate', command, id],
    code: 'usage',
  };
}

/** The run is said to be at work, and its process is gone. */
export function isGone({surroundings}: Session, {status, holder}: RunRecord): boolean {
  return isActive(status) && (holder === null || !surroundings.self.isAlive(holder));
}

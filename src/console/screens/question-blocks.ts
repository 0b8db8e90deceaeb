import {listedOf} from '../../core/accounting.ts';
import {onlyMeasures, type RunMode} from '../../core/run.ts';
import {counted, modeText, number} from '../../core/words.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {commandLine} from '../command-line.ts';
import type {AcceptDialog, Dialog} from '../dialog.ts';
import type {Line} from '../line.ts';
import {isRecovering} from '../recovery-view.ts';
import {repositoryRunOf} from '../repository-run.ts';
import {recordOf, runOf} from '../shown-run.ts';
import type {ConsoleState} from '../state.ts';
import {currentStep} from './recovery-steps.ts';
import {driftText} from './run-lines.ts';
import type {Block} from './screen.ts';
import {paragraph} from './wrapped.ts';

/** What dialogs say that are answered by yes or no: what would become of which run. */

/** The question stays when the run ends beneath it: the keys that answer it would else do something else. */
export function quitTitle({runs, setups}: ConsoleState): string {
  if (setups.some(isRecovering)) return 'Leave while a recovery is at work?';
  return Object.values(runs).some(({ended}) => ended === null) ? 'Leave while a run is at work?' : 'Leave?';
}

export function quitBlocks(state: ConsoleState, isYes: boolean, width: number): readonly Block[] {
  const atWork = Object.values(state.runs).filter(({ended}) => ended === null);
  const recovering = state.setups.filter(isRecovering);
  const [only, another] = atWork;
  const run = only === undefined || another !== undefined ? 'RUN' : only.run;
  const command = commandLine(state.manner, ['headgate', 'resume', run]);
  return [
    {
      type: 'lines',
      lines: [
        ...atWork.map((each): Line => {
          const {mode, run: id, tally} = each.snapshot;
          const items = repositoryRunOf(each)?.nouns.items[1] ?? 'items';
          return [
            {text: `${modeText({mode, undoes: each.undoes})} ${id}`, tone: 'strong'},
            {text: `  ${number(listedOf(tally) - tally.pending)} ${items} settled`},
          ];
        }),
        [],
        ...recovering.map(
          ({target, recovery}): Line => [
            {text: `recovery of ${target}`, tone: 'strong'},
            {text: `  ${currentStep(recovery) ?? 'begins'}`},
          ],
        ),
        ...paragraph(
          recovering.length > 0
            ? `Its run comes to rest at a checkpoint, and nothing is held any more. ${state.manner.isSandbox ? 'The sandbox is removed with all that is in it.' : 'Begun anew, it finds what is left.'}`
            : only === undefined
              ? 'Nothing is at work any more.'
              : command === null
                ? 'It comes to rest at a checkpoint. The sandbox is removed with all that is in it.'
                : `It comes to rest at a checkpoint: nothing is lost, and this console goes on from there, or ${command}`,
          width,
        ),
        [],
      ],
    },
    answers('Stay', 'Leave', isYes),
  ];
}

export function cancelBlocks(
  state: ConsoleState,
  {run, isYes}: Extract<Dialog, {type: 'cancel-run'}>,
  width: number,
): readonly Block[] {
  const view = runOf(state, run);
  const written = {
    live: 'What it has written stays, and can be undone. ',
    undo: 'What it has put back stays so; the rest can be undone anew. ',
    'dry-run': 'It has written nothing. ',
    verify: 'What was measured so far is kept. ',
    estimate: '',
  } satisfies Record<RunMode, string>;
  const what = view === null ? '' : written[view.snapshot.mode];
  return [
    {
      type: 'lines',
      lines: [
        ...paragraph(
          `Run ${run} ends as cancelled, and does not go on any more. ${what}${view !== null && onlyMeasures(view.snapshot.mode) ? '' : 'To go on later, pause it instead.'}`,
          width,
        ),
        [],
      ],
    },
    answers('Let it be', 'Cancel the run', isYes),
  ];
}

export function acceptBlocks(state: ConsoleState, dialog: AcceptDialog, width: number): readonly Block[] {
  const run = recordOf(state, dialog.run);
  const says = run === null ? [] : acceptText(run, dialog);
  return [
    {type: 'lines', lines: [...says.flatMap(text => paragraph(text, width)), []]},
    answers('Let it be', 'Write it', dialog.isYes),
  ];
}

function acceptText(
  {id, tally, drift, targetName, stopReason}: RunRecord,
  {acceptDrift}: AcceptDialog,
): readonly string[] {
  if (acceptDrift)
    return [
      // The run stops before a page that drifts too far is counted.
      `It stopped because of drift: ${stopReason?.message ?? driftText(drift)}.`,
      `Run ${id} goes on all the same, and writes to ${targetName} what it finds now. A new dry run (d) would show it before.`,
    ];
  return [
    `${counted(tally.pending, 'item')} appeared since the dry run, and ${tally.pending === 1 ? 'was' : 'were'} in no plan that was reviewed.`,
    `Run ${id} writes ${tally.pending === 1 ? 'it' : 'them'} to ${targetName} too. A new dry run (d) would show ${tally.pending === 1 ? 'it' : 'them'} before.`,
  ];
}

function answers(no: string, yes: string, isYes: boolean): Block {
  const answer = (text: string, has: boolean) =>
    has
      ? ({text: `> [ ${text} ]  `, tone: 'strong'} as const)
      : ({text: `  [ ${text} ]  `, tone: 'dim'} as const);
  return {type: 'lines', lines: [[answer(no, !isYes), answer(yes, isYes)]]};
}

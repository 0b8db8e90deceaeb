import {listedOf} from '../../core/accounting.ts';
import {onlyMeasures, type RunMode} from '../../core/run.ts';
import {counted, modeText, number} from '../../core/words.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {commandLine} from '../command-line.ts';
import type {AcceptDialog, ConfirmDialog, Dialog} from '../dialog.ts';
import {helpRows, paletteRows} from '../dialog-rows.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {isRecovering} from '../recovery-view.ts';
import {repositoryRunOf} from '../repository-run.ts';
import {recordOf, runOf} from '../shown-run.ts';
import {type ConsoleState, shownView} from '../state.ts';
import {fitLine, fitted} from '../text.ts';
import {currentStep} from './recovery-steps.ts';
import {driftText} from './run-lines.ts';
import {type Block, roomOf, type Screen, scrolled, seenText, windowed} from './screen.ts';
import {paragraph} from './wrapped.ts';

/** A dialog takes the place of the screen beneath it until it is closed. */
export function dialogScreen(state: ConsoleState, dialog: Dialog, layout: Layout): Screen {
  const room = roomOf(layout, layout.rows);
  const panel = (title: string, note: string, blocks: readonly Block[]): Screen => ({
    panels: [{title, note, height: layout.rows, blocks}],
  });
  switch (dialog.type) {
    case 'help': {
      const lines = helpRows(state, room.width);
      const keys = `Keys of ${shownView(state).name}`;
      return {
        ...panel(keys, seenText(lines.length, room.height, dialog.at), [
          scrolled(lines, room.height, dialog.at),
        ]),
        isCut: dialog.at + room.height < lines.length,
      };
    }
    case 'palette':
      return panel('Commands', '', paletteBlocks(state, dialog, room.width, room.height));
    case 'confirm':
      return panel(dialog.title, '', confirmBlocks(dialog, room.width, room.height));
    case 'quit':
      return panel(quitTitle(state), '', quitBlocks(state, dialog.isYes, room.width));
    case 'cancel-run':
      return panel('End this run for good?', '', cancelBlocks(state, dialog, room.width));
    case 'accept':
      return panel('Write what was not reviewed?', '', acceptBlocks(state, dialog, room.width));
    case 'trouble':
      return panel(dialog.title, '', [troubleLines(dialog, room.width, room.height)]);
    default:
      return dialog satisfies never;
  }
}

/** However much a service says, what to do about it is seen. */
function troubleLines(
  {message, hint}: Extract<Dialog, {type: 'trouble'}>,
  width: number,
  height: number,
): Block {
  const below = hint === null ? [] : [[], ...paragraph(hint, width)].slice(0, height - 1);
  const said = paragraph(message, width, 'bad');
  const room = height - below.length;
  const kept = said.length <= room ? said : [...said.slice(0, room - 1), [{text: '…', tone: 'dim' as const}]];
  return {type: 'lines', lines: [...kept, ...below]};
}

function paletteBlocks(
  state: ConsoleState,
  dialog: Extract<Dialog, {type: 'palette'}>,
  width: number,
  height: number,
): readonly Block[] {
  const rows = paletteRows(state, dialog);
  const lines = rows.map(({key, availability}): Line => {
    const isNow = availability === 'now' || availability === 'absent';
    const says = isNow ? key.help : `not now: ${availability.because}`;
    return fitLine(
      [
        {text: fitted(key.label, 18), ...(isNow ? {} : {tone: 'dim' as const})},
        {text: fitted(key.shown, 10), tone: isNow ? 'accent' : 'dim'},
        {text: says, tone: 'dim'},
      ],
      width - 2,
    );
  });
  return [
    {type: 'field', label: [{text: ': ', tone: 'accent'}], field: dialog.field, isActive: true},
    {type: 'lines', lines: [[]]},
    rows.length === 0
      ? {type: 'lines', lines: [[{text: 'there is no such command here', tone: 'dim'}]]}
      : windowed(lines, line => line, Math.max(1, height - 2), dialog.at),
  ];
}

/** Fields and Cancel are always seen: empty rows between them go first, then what is said is cut. */
function confirmBlocks(
  {says, fields, focus}: ConfirmDialog,
  width: number,
  height: number,
): readonly Block[] {
  const labels = Math.max(...fields.map(({label}) => label.length)) + 2;
  const isReady = fields.every(({field, expected}) => field.text === expected);
  const said = says.flatMap(text => paragraph(text, width));
  const gap = said.length + 1 + 3 * fields.length + 1 <= height ? [[]] : [];
  const room = height - (2 + gap.length) * fields.length - 1;
  return [
    {type: 'lines', lines: [...said, []].slice(0, Math.max(0, room))},
    ...fields.flatMap(({label, expected, field, mistake}, index): readonly Block[] => [
      {
        type: 'field',
        label: [
          {text: focus === index ? '> ' : '  ', tone: 'accent'},
          {text: label.padEnd(labels), tone: 'dim'},
        ],
        field,
        isActive: focus === index,
      },
      {
        type: 'lines',
        lines: [
          [{text: ' '.repeat(labels + 2)}, fieldHint({expected, text: field.text, mistake, isLast: isReady})],
          ...gap,
        ],
      },
    ]),
    {
      type: 'lines',
      lines: [
        [
          focus === 'cancel' ? {text: '> [ Cancel ]', tone: 'strong'} : {text: '  [ Cancel ]', tone: 'dim'},
          {
            text: focus === 'cancel' ? '   enter closes this; type to go on' : '   esc closes this',
            tone: 'dim',
          },
        ],
      ],
    },
  ];
}

/** What a field waits for: its word, or Enter where that is there. */
function fieldHint({
  expected,
  text,
  mistake,
  isLast,
}: {
  readonly isLast: boolean;
  readonly expected: string;
  readonly text: string;
  readonly mistake: string | null;
}): Line[number] {
  if (text === expected) return {text: isLast ? '✔ enter begins' : '✔ enter goes on', tone: 'good'};
  return mistake === null ? {text: `type ${expected}`, tone: 'dim'} : {text: `✖ ${mistake}`, tone: 'bad'};
}

/** The question stays when the run ends beneath it: the keys that answer it would else do something else. */
function quitTitle({runs, setups}: ConsoleState): string {
  if (setups.some(isRecovering)) return 'Leave while a recovery is at work?';
  return Object.values(runs).some(({ended}) => ended === null) ? 'Leave while a run is at work?' : 'Leave?';
}

function quitBlocks(state: ConsoleState, isYes: boolean, width: number): readonly Block[] {
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

function cancelBlocks(
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

function acceptBlocks(state: ConsoleState, dialog: AcceptDialog, width: number): readonly Block[] {
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

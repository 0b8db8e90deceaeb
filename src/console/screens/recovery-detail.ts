import {number} from '../../core/words.ts';
import {availabilityOf} from '../availability.ts';
import {spread} from '../edges.ts';
import {mendable} from '../going-on.ts';
import type {Line} from '../line.ts';
import {isRecovering, type Recoverable, type RecoveryView} from '../recovery-view.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {outcomeLines, wayBackLines} from './recovery-outcome.ts';
import {currentStep, runText} from './recovery-steps.ts';
import {signOf} from './run-lines.ts';
import {factLines} from './step-detail.ts';
import type {Fact} from './step-facts.ts';
import {hanging, paragraph} from './wrapped.ts';

/** What stands below the steps of a recovery while no run of it is at work. */
export interface RecoveryDetail {
  readonly title: string;
  readonly lines: readonly Line[];
}

export function recoveryDetail(state: ConsoleState, setup: SetupView, width: number): RecoveryDetail {
  const {recovery, recovers} = setup;
  if (recovers === null) return {title: '', lines: []};
  const next = nextLines(state, setup, width);
  if (recovery === null) return {title: 'Next', lines: [...next, [], ...aboutLines(setup, recovers, width)]};
  if (isRecovering(setup)) return {title: 'Now', lines: workingLines(recovery, width)};
  if (recovery.state === 'failed')
    return {
      title: 'Stopped',
      lines: [...troubleLines(recovery, width), [], ...next, ...writtenLines(recovery, setup, width)],
    };
  if (recovery.state === 'given up')
    return {
      title: 'Given up',
      lines: [
        ...paragraph(
          'Nothing is held any more. What was written stays; a recovery that is begun anew finds what is left.',
          width,
        ),
        [],
        ...next,
        ...writtenLines(recovery, setup, width),
      ],
    };
  if (recovery.isMending) return {title: 'Outcome', lines: outcomeLines(recovery, setup, width)};
  return {title: 'Next', lines: [...next, [], ...foundLines(recovery, width)]};
}

function nextLines(state: ConsoleState, setup: SetupView, width: number): readonly Line[] {
  const isMend = mendable(setup);
  const availability = availabilityOf(state, isMend ? 'mend' : 'look');
  if (typeof availability === 'object')
    return hanging([{text: '○ ', tone: 'dim'}], availability.because, width);
  const head = (label: string): Line => [
    {text: 'enter ', tone: 'accent'},
    {text: `${label}: `, tone: 'strong'},
  ];
  return isMend
    ? hanging(head('recover …'), `asks for ${setup.targetName ?? setup.target}, and only then writes`, width)
    : hanging(head('look'), 'watches, measures, and rehearses what mends; it writes nothing', width);
}

/** For who sees it for the first time. */
function aboutLines({name, target}: SetupView, {runs, leftOut}: Recoverable, width: number): readonly Line[] {
  return factLines(
    [
      {name: 'stops', text: `every Headgate, anywhere, that would write to ${target}`},
      {name: 'mends', text: `by ${listed(runs)}, and again as long as that helps`},
      ...(leftOut.length === 0
        ? []
        : [{name: 'without', text: `${listed(leftOut)}: ${name} has no source for it`}]),
      {name: 'writes', text: "nothing before you have typed the target's name"},
      {name: 'undo', text: 'each run has its dry run first, and can be undone'},
    ],
    width,
  );
}

/** `a, b and c` */
function listed(names: readonly string[]): string {
  const [last, ...others] = names.toReversed();
  return others.length === 0 ? (last ?? '') : `${others.toReversed().join(', ')} and ${last}`;
}

function workingLines(recovery: RecoveryView, width: number): readonly Line[] {
  const {state, isMending} = recovery;
  if (state === 'stopping')
    return paragraph(
      'It comes to rest: the run at work ends at a checkpoint, then the target is let go of.',
      width,
    );
  return [
    ...paragraph(doingText(recovery), width),
    [],
    ...factLines(
      [
        {name: 'writes', text: isMending ? 'each run once its dry run is through' : 'nothing'},
        {name: 's', text: 'gives it up: its run comes to rest, and nothing is held any more'},
      ],
      width,
    ),
  ];
}

/** What goes on while there is no run to be seen at work. */
function doingText(recovery: RecoveryView): string {
  switch (currentStep(recovery)) {
    case null:
      return 'Source and target are opened.';
    case 'hold':
      return 'The lease of the target is taken.';
    case 'watch':
      return 'Rows, newest ids and dates are read twice: what differs was written by another program.';
    case 'mend': {
      const [id] = Object.entries(recovery.turns).find(([, turn]) => turn?.state === 'working') ?? [''];
      return `${id}: the target is probed and its gates are looked at, before its run begins.`;
    }
    default:
      return 'The target is probed, before its invariants are measured.';
  }
}

const stopIngestion = 'Stop the ingestion (scheduled jobs, workers), and look again.';

function troubleLines({steps, trouble}: RecoveryView, width: number): readonly Line[] {
  if (trouble === null) return [];
  const isWritten = steps.watch?.state === 'failed';
  const hint = isWritten
    ? `${stopIngestion} Where it is still written to then, the confirmation asks whether to go on in spite of it.`
    : trouble.hint;
  return [
    ...hanging([{text: '✖ ', tone: 'bad'}], trouble.message, width, 'bad'),
    ...(hint === null ? [] : hanging([{text: '  '}], hint, width)),
  ];
}

function writtenLines(recovery: RecoveryView, setup: SetupView, width: number): readonly Line[] {
  return recovery.made.length === 0 ? [] : [[], ...wayBackLines(recovery, setup, width)];
}

/** What was found by looking: who writes, what a run would change, and what is broken. */
function foundLines(recovery: RecoveryView, width: number): readonly Line[] {
  const {steps, turns, after} = recovery;
  const {watch} = steps;
  const writers: readonly Fact[] =
    watch?.state === 'failed' ? [{name: 'watch', text: `${watch.says}. ${stopIngestion}`, tone: 'bad'}] : [];
  const plans = Object.entries(turns).flatMap(([id, turn]) =>
    turn?.run == null ? [] : [{name: 'plan', text: `${id}: ${runText(turn.run)}`}],
  );
  const broken = (after ?? []).filter(({count}) => count > 0);
  return [
    ...factLines(
      [...writers, ...plans, {name: '', text: 'What comes after it depends on what it changes.'}],
      width,
    ),
    [],
    ...(broken.length === 0 ? [[{text: '✔ every invariant holds', tone: 'good' as const}]] : []),
    ...broken.map(check => {
      const {sign, tone} = signOf(check);
      return spread(
        [{text: `${sign} `, tone}, {text: check.title}],
        [{text: number(check.count), tone}],
        width,
      );
    }),
  ];
}

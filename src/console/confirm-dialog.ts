import type {Noun} from '../backfills/backfill.ts';
import {listedOf, type Tally} from '../core/accounting.ts';
import {counted, number} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Gate} from '../runbook/gate.ts';
import type {ConfirmDialog, ConfirmField} from './dialog.ts';
import {emptyField} from './text-field.ts';

const failuresLabel = 'failures accepted';
const wholeLabel = 'all of';
const listedLabel = 'objects listed';

/** What has to be typed before anything is written: the target's name, what marks it in the config, accepted failures. */
export function confirmDialog(
  plan: Pick<RunRecord, 'id' | 'finishedAt' | 'undoes' | 'tally'>,
  {
    targetName,
    environment,
    failures,
    whole = null,
    shrunk = null,
    items = ['item', 'items'],
    failed,
    uploads = null,
  }: {
    readonly targetName: string;
    readonly environment: string | null;
    readonly failures: number;
    /** The source's name, where nothing narrows the plan and that has to be confirmed. */
    readonly whole?: string | null;
    /** Of an inventory that is empty or has shrunk: how, and how many objects it has. */
    readonly shrunk?: {readonly reason: string; readonly listed: number} | null;
    /** What items are called, and what failed, where that is not simply items. */
    readonly items?: Noun;
    readonly failed?: string;
    /** What is uploaded, and where to, before rows say so. */
    readonly uploads?: string | null;
  },
): ConfirmDialog {
  const isUndo = plan.undoes !== null;
  return {
    type: 'confirm',
    plan: plan.id,
    reviewed: plan.finishedAt,
    undoes: plan.undoes,
    title: isUndo ? `Undo run ${plan.undoes}` : 'Go live',
    says: [
      isUndo
        ? `This puts back what run ${plan.undoes} changed in ${targetName}, where it is still as the run left it: ${changesText(plan.tally, items)}.`
        : `This executes the plan of ${plan.id}, and writes to ${targetName}: ${changesText(plan.tally, items)}.`,
      ...(uploads === null ? [] : [`It uploads ${uploads}.`]),
      ...(whole === null
        ? []
        : [`No prefix narrows it: everything in ${whole} was taken up, and its name is asked for as well.`]),
      ...(shrunk === null ? [] : [`Look twice: ${shrunk.reason}.`]),
      ...(failures === 0
        ? []
        : [
            `${failed ?? counted(failures, ...items)} failed in the dry run: tried again now, and left open for a retry where it fails again.`,
          ]),
    ],
    fields: [
      ...endFields({targetName, environment, whole}),
      ...(shrunk === null ? [] : [confirmField(listedLabel, String(shrunk.listed))]),
      ...(failures === 0 ? [] : [confirmField(failuresLabel, String(failures))]),
    ],
    focus: 'cancel',
  };
}

/** What has to be accepted of a plan's inventory; null where nothing has. */
export function shrunkIn(
  gates: readonly Gate[] | null,
  {tally}: Pick<RunRecord, 'tally'>,
): {readonly reason: string; readonly listed: number} | null {
  const gate = gates?.find(({id, holds}) => id === 'inventory' && !holds);
  return gate === undefined ? null : {reason: gate.reason, listed: listedOf(tally)};
}

/** The names of what is written to, and of what is taken up as a whole. */
export function endFields({
  targetName,
  environment,
  whole,
}: {
  readonly targetName: string;
  readonly environment: string | null;
  readonly whole: string | null;
}): readonly ConfirmField[] {
  return [
    confirmField('target', targetName),
    ...(environment === null || environment === 'sandbox' ? [] : [confirmField('environment', environment)]),
    ...(whole === null ? [] : [confirmField(wholeLabel, whole)]),
  ];
}

export function confirmField(label: string, expected: string): ConfirmField {
  return {label, expected, field: emptyField, mistake: null};
}

/** `882 items to insert, 1,290 to update` */
function changesText({inserted, updated, deleted}: Tally, items: Noun): string {
  const parts = [
    [inserted, 'insert'],
    [updated, 'update'],
    [deleted, 'delete'],
  ] as const;
  const some = parts.filter(([count]) => count > 0);
  return some
    .map(([count, verb], index) => `${index === 0 ? counted(count, ...items) : number(count)} to ${verb}`)
    .join(', ');
}

/** What was typed, as the engine takes it. */
export function typedIn({fields}: ConfirmDialog): {
  readonly confirm: string;
  readonly acceptedFailures: number | null;
  readonly acceptedListed: number | null;
  readonly whole: string | null;
} {
  const textOf = (wanted: string) => fields.find(({label}) => label === wanted)?.field.text ?? null;
  const numberOf = (wanted: string) => {
    const text = textOf(wanted);
    return text === null ? null : Number(text);
  };
  return {
    whole: textOf(wholeLabel),
    confirm: fields[0]?.field.text ?? '',
    acceptedFailures: numberOf(failuresLabel),
    acceptedListed: numberOf(listedLabel),
  };
}

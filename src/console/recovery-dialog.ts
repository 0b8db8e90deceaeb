import {findRecovery} from '../backfills/registry.ts';
import {wholeOfRecovery} from '../engine/recovery-runs.ts';
import {confirmField, endFields, typedIn} from './confirm-dialog.ts';
import type {ConfirmDialog} from './dialog.ts';
import type {SetupView} from './state.ts';

const writersLabel = 'writers';
const accepted = 'accept';

/** What has to be typed before a recovery holds the target and mends it; null as long as its name is not known. */
export function recoveryDialog({
  recovers,
  recovery,
  source,
  prefix,
  targetName,
  environment,
}: SetupView): ConfirmDialog | null {
  if (recovers === null || targetName === null) return null;
  const whole = source === '' ? null : wholeOfRecovery(findRecovery(recovers.name), source, prefix);
  const isWritten = recovery?.steps.watch?.state === 'failed';
  return {
    type: 'confirm',
    plan: null,
    reviewed: null,
    undoes: null,
    title: `Recover ${targetName}`,
    says: [
      `This holds ${targetName} and writes to it: each of ${recovers.runs.join(', ')} goes live once its dry run is through, and again as long as that helps. Every run can be undone.`,
      ...(whole === null
        ? []
        : [
            `No prefix narrows ${whole.backfill}: it takes up everything in ${whole.expected}, whose name is asked for as well.`,
          ]),
      ...(isWritten
        ? [
            `Somebody still wrote while it was watched. Better stop that first and look again; "${accepted}" goes on in spite of it.`,
          ]
        : []),
    ],
    fields: [
      ...endFields({targetName, environment, whole: whole?.expected ?? null}),
      ...(isWritten ? [confirmField(writersLabel, accepted)] : []),
    ],
    focus: 'cancel',
  };
}

/** What was typed, as a recovery takes it. */
export interface RecoveryTyped {
  readonly confirm: string;
  readonly whole: string | null;
  readonly acceptWriters: boolean;
}

export function typedForRecovery(dialog: ConfirmDialog): RecoveryTyped {
  const {confirm, whole} = typedIn(dialog);
  const writers = dialog.fields.find(({label}) => label === writersLabel);
  return {confirm, whole, acceptWriters: writers?.field.text === accepted};
}

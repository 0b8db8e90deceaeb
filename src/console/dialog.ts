import type {TextField} from './text-field.ts';

/** What lies over a screen and takes the keys first. */
export type Dialog =
  | {readonly type: 'help'; readonly at: number}
  | {readonly type: 'palette'; readonly field: TextField; readonly at: number}
  | ConfirmDialog
  | {readonly type: 'quit'; readonly isYes: boolean}
  | {readonly type: 'cancel-run'; readonly run: string; readonly isYes: boolean}
  | AcceptDialog
  | {
      readonly type: 'trouble';
      readonly title: string;
      readonly message: string;
      readonly hint: string | null;
    };

/** Whether what was not in the reviewed plan is written too. */
export interface AcceptDialog {
  readonly type: 'accept';
  readonly run: string;
  readonly acceptNew: boolean;
  readonly acceptDrift: boolean;
  readonly isYes: boolean;
}

/**
 * The typed confirmation. Cancel has the focus until something is typed, so Enter alone never confirms; a wrong word is
 * told beside its field.
 */
export interface ConfirmDialog {
  readonly type: 'confirm';
  /** Null where a recovery is confirmed: it makes its plans as it goes. */
  readonly plan: string | null;
  /** When the plan that was reviewed had ended: a retry of another process changes it under the same id. */
  readonly reviewed: number | null;
  /** The run that is undone; null where a plan goes live. */
  readonly undoes: string | null;
  readonly title: string;
  /** What happens when it is confirmed. */
  readonly says: readonly string[];
  readonly fields: readonly ConfirmField[];
  /** The field that is typed into, or Cancel. */
  readonly focus: number | 'cancel';
}

export interface ConfirmField {
  readonly label: string;
  readonly expected: string;
  readonly field: TextField;
  readonly mistake: string | null;
}

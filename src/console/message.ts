import type {HostLimit, RunEvent} from '../core/event.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Dialog} from './dialog.ts';
import type {RecoveryEvent} from './recovery-view.ts';
import type {LoadedList, Notice, ScreenName, SetupFacts, SetupView, Size, View} from './state.ts';
import type {TextFieldAction} from './text-field.ts';

/** All that changes what is shown. */
export type Message =
  | {readonly type: 'resized'; readonly size: Size}
  | {
      readonly type: 'ticked';
      readonly at: number;
      /** Of runs that this process works on, by run. */
      readonly limits: Readonly<Record<string, readonly HostLimit[]>>;
    }
  | {readonly type: 'events'; readonly events: readonly RunEvent[]}
  /** What the ledger says. */
  | {readonly type: 'facts'; readonly setup: string; readonly facts: SetupFacts}
  | {readonly type: 'history'; readonly runs: readonly RunRecord[]}
  | {readonly type: 'list'; readonly id: string; readonly list: LoadedList}
  | {
      readonly type: 'setup';
      readonly setup: string;
      readonly now: Partial<
        Pick<
          SetupView,
          | 'link'
          | 'probe'
          | 'gates'
          | 'review'
          | 'atWork'
          | 'verifying'
          | 'isBeginning'
          | 'targetName'
          | 'environment'
        >
      >;
    }
  | {readonly type: 'recovery'; readonly setup: string; readonly event: RecoveryEvent}
  | {readonly type: 'told'; readonly notice: Notice | null}
  | {readonly type: 'leaving'}
  /** The way through the screens. */
  | {readonly type: 'chosen'; readonly setup: number}
  | {readonly type: 'switched'; readonly to: ScreenName}
  | {readonly type: 'entered'; readonly view: View}
  | {readonly type: 'backed'}
  | {readonly type: 'moved'; readonly by: number}
  | {readonly type: 'jumped'; readonly to: 'first' | 'last'}
  | {readonly type: 'filtering'; readonly is: boolean}
  | {readonly type: 'opened'; readonly dialog: Dialog}
  | {readonly type: 'closed'}
  | {readonly type: 'edited'; readonly action: TextFieldAction}
  | {readonly type: 'focused'; readonly by: 1 | -1}
  | {readonly type: 'mistaken'};

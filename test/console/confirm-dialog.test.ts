import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {confirmDialog, typedIn} from '../../src/console/confirm-dialog.ts';
import type {ConfirmDialog} from '../../src/console/dialog.ts';
import type {Message} from '../../src/console/message.ts';
import {reduce} from '../../src/console/reduce.ts';
import {isConfirmed} from '../../src/console/reduce-dialog.ts';
import type {ConsoleState} from '../../src/console/state.ts';
import {emptyTally} from '../../src/core/accounting.ts';
import {consoleState} from './console-states.ts';

const runs = {numRuns: 1_000};

function reduced(state: ConsoleState, ...messages: readonly Message[]): ConsoleState {
  return messages.reduce(reduce, state);
}

describe('the typed confirmation', () => {
  const plan = {
    id: 'plan',
    finishedAt: null,
    undoes: null,
    tally: {...emptyTally, inserted: 882, updated: 1_290},
  };
  const opened = (failures = 2): ConsoleState =>
    consoleState({
      dialog: confirmDialog(plan, {targetName: 'index.sqlite', environment: 'production', failures}),
    });
  const type = (text: string): Message => ({type: 'edited', action: {type: 'insert', text}});
  const tab: Message = {type: 'focused', by: 1};
  const submit: Message = {type: 'mistaken'};
  function dialogOf({dialog}: ConsoleState): ConfirmDialog {
    if (dialog?.type !== 'confirm') throw new Error('the confirmation is closed');
    return dialog;
  }

  it('asks for the name, for what marks the target, and for how many failures', () => {
    const labels = (options: Parameters<typeof confirmDialog>[1], undoes: string | null = null) =>
      confirmDialog(
        {id: 'plan', finishedAt: null, undoes, tally: {...emptyTally, inserted: 882, updated: 1_290}},
        options,
      ).fields.map(({expected}) => expected);
    expect(labels({targetName: 'index', environment: null, failures: 0})).toEqual(['index']);
    expect(labels({targetName: 'index', environment: 'sandbox', failures: 0})).toEqual(['index']);
    expect(labels({targetName: 'index', environment: 'production', failures: 1_200})).toEqual([
      'index',
      'production',
      '1200',
    ]);
    // Where no prefix narrows the run, its source.
    expect(labels({targetName: 'index', environment: null, failures: 3, whole: 'bucket'})).toEqual([
      'index',
      'bucket',
      '3',
    ]);
    // The gate of an undo asks for it too.
    expect(labels({targetName: 'index', environment: null, failures: 3}, 'old')).toEqual(['index', '3']);
  });

  it('has the focus on Cancel, until something is typed', () => {
    expect(dialogOf(opened()).focus).toBe('cancel');
    expect(dialogOf(reduced(opened(), {type: 'edited', action: {type: 'backspace'}})).focus).toBe('cancel');
    expect(dialogOf(reduced(opened(), type('i'))).focus).toBe(0);
  });

  it('goes round by Tab: every field, Cancel, and the first again', () => {
    const focuses = [0, 1, 2, 3, 4].map(
      tabs => dialogOf(reduced(opened(), ...Array.from({length: tabs}, () => tab))).focus,
    );
    expect(focuses).toEqual(['cancel', 0, 1, 2, 'cancel']);
    expect(dialogOf(reduced(opened(), {type: 'focused', by: -1})).focus).toBe(2);
  });

  it('leaves out a line break that is pasted, and says what is wrong beside its field until that is mended', () => {
    const pasted = reduced(opened(), type('index\n.sqlite\r\n'));
    expect(dialogOf(pasted).fields[0]?.field.text).toBe('index.sqlite');
    const wrong = dialogOf(reduced(opened(), type('index'), submit));
    expect(wrong.fields.map(({mistake}) => mistake !== null)).toEqual([true, false, false]);
    expect(wrong.fields[0]?.mistake).toContain('index.sqlite');
    const mended = dialogOf(reduced(opened(), type('index'), submit, type('.sqlite')));
    expect(mended.fields[0]?.mistake).toBeNull();
    const ahead = dialogOf(reduced(opened(), type('index.sqlite'), submit));
    expect(ahead).toMatchObject({focus: 1});
    expect(ahead.fields.map(({mistake}) => mistake)).toEqual([null, null, null]);
  });

  it('is confirmed by every field as it has to be, with the focus on one of them, and by nothing else', () => {
    const typing = fc.array(
      fc.oneof(
        fc.constantFrom('index.sqlite', 'production', '2', ' ', 'x').map(type),
        fc.constant(tab),
        fc.constant<Message>({type: 'focused', by: -1}),
        fc.constant(submit),
        fc.constant<Message>({type: 'edited', action: {type: 'backspace'}}),
        fc.constant<Message>({type: 'edited', action: {type: 'clear'}}),
      ),
      {maxLength: 14},
    );
    const right = [type('index.sqlite'), tab, type('production'), tab, type('2')];
    expect(isConfirmed(dialogOf(reduced(opened(), ...right)))).toBe(true);
    expect(typedIn(dialogOf(reduced(opened(), ...right)))).toEqual({
      confirm: 'index.sqlite',
      acceptedFailures: 2,
      acceptedListed: null,
      whole: null,
    });
    expect(isConfirmed(dialogOf(reduced(opened(), ...right, tab)))).toBe(false);
    fc.assert(
      fc.property(typing, messages => {
        const dialog = dialogOf(reduced(opened(), ...messages));
        const isRight = dialog.fields.every(({field, expected}) => field.text === expected);
        expect(isConfirmed(dialog)).toBe(isRight && dialog.focus !== 'cancel');
      }),
      runs,
    );
  });
});

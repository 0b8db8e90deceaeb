import type {ConfirmDialog, Dialog} from './dialog.ts';
import {helpHeight, paletteRows} from './dialog-rows.ts';
import type {Message} from './message.ts';
import type {ConsoleState} from './state.ts';
import {editField, type TextFieldAction} from './text-field.ts';

type DialogMessage = Extract<Message, {type: 'edited' | 'focused' | 'mistaken'}>;

/** What is typed into a dialog, and where its focus goes. */
export function reduceDialog(dialog: Dialog, message: DialogMessage): Dialog {
  switch (dialog.type) {
    case 'palette':
      return message.type === 'edited'
        ? {...dialog, field: editField(dialog.field, message.action), at: 0}
        : dialog;
    case 'confirm':
      return reduceConfirm(dialog, message);
    case 'quit':
    case 'cancel-run':
    case 'accept':
      return message.type === 'focused' ? {...dialog, isYes: !dialog.isYes} : dialog;
    case 'help':
    case 'trouble':
      return dialog;
    default:
      return dialog satisfies never;
  }
}

function reduceConfirm(dialog: ConfirmDialog, message: DialogMessage): ConfirmDialog {
  switch (message.type) {
    case 'edited':
      return typed(dialog, message.action);
    case 'focused':
      return {...dialog, focus: nextFocus(dialog, message.by)};
    case 'mistaken':
      return mistaken(dialog);
    default:
      return message satisfies never;
  }
}

/** The first letter that is typed takes the focus away from Cancel. */
function typed(dialog: ConfirmDialog, action: TextFieldAction): ConfirmDialog {
  if (dialog.focus === 'cancel' && action.type !== 'insert') return dialog;
  const focus = dialog.focus === 'cancel' ? 0 : dialog.focus;
  return {
    ...dialog,
    focus,
    fields: dialog.fields.map((field, index) =>
      index === focus ? {...field, field: editField(field.field, action), mistake: null} : field,
    ),
  };
}

function nextFocus({focus, fields}: ConfirmDialog, by: 1 | -1): ConfirmDialog['focus'] {
  const places = fields.length + 1;
  const next = ((focus === 'cancel' ? fields.length : focus) + by + places) % places;
  return next === fields.length ? 'cancel' : next;
}

/** Names what is wrong up to the field that was submitted, and goes to the first field that is not right yet. */
function mistaken(dialog: ConfirmDialog): ConfirmDialog {
  const {focus, fields} = dialog;
  if (focus === 'cancel') return dialog;
  const checked = fields.map((field, index) =>
    index <= focus && !isRight(field) ? {...field, mistake: mistakeOf(field)} : field,
  );
  const wrong = checked.findIndex(field => !isRight(field));
  return {...dialog, fields: checked, focus: wrong === -1 ? focus : wrong};
}

function isRight({field, expected}: ConfirmDialog['fields'][number]): boolean {
  return field.text === expected;
}

export function isConfirmed({fields, focus}: ConfirmDialog): boolean {
  return focus !== 'cancel' && fields.every(isRight);
}

function mistakeOf({field, expected}: ConfirmDialog['fields'][number]): string {
  return field.text === '' ? `type ${expected}` : `this is not ${expected}`;
}

/** The pointer of the palette, the first line of the help: within what there is now. */
export function moveInDialog(state: ConsoleState, by: number): ConsoleState {
  const {dialog} = state;
  if (dialog?.type !== 'palette' && dialog?.type !== 'help') return state;
  const height = dialog.type === 'palette' ? paletteRows(state, dialog).length : helpHeight(state);
  const at = Math.max(0, Math.min(dialog.at + by, height - 1));
  return at === dialog.at ? state : {...state, dialog: {...dialog, at}};
}

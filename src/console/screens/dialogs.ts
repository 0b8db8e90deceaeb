import type {Dialog} from '../dialog.ts';
import {helpRows, paletteRows} from '../dialog-rows.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {type ConsoleState, shownView} from '../state.ts';
import {fitLine, fitted} from '../text.ts';
import {confirmBlocks} from './confirm-blocks.ts';
import {acceptBlocks, cancelBlocks, quitBlocks, quitTitle} from './question-blocks.ts';
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

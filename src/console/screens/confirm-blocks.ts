import type {ConfirmDialog} from '../dialog.ts';
import type {Line} from '../line.ts';
import type {Block} from './screen.ts';
import {paragraph} from './wrapped.ts';

/** Fields and Cancel are always seen: empty rows between them go first, then what is said is cut. */
export function confirmBlocks(
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

import type {Line} from '../line.ts';
import type {ListRow} from '../state.ts';
import {fitLine, widthOf} from '../text.ts';
import {wrapText} from '../wrap.ts';

const mostDetail = 4;
/** Rows that a list keeps, however long the chosen one is. */
const leastList = 3;

/** Below a list: the whole of the chosen row where it does not fit into one, and what there is to say of it. */
export function rowDetail(
  row: ListRow | undefined,
  {width, height}: {readonly width: number; readonly height: number},
): readonly Line[] {
  if (row === undefined) return [];
  const detail = detailLines(row.detail, width);
  // A row has two cells less than the screen: the pointer stands before it.
  if (widthOf(row.text) <= width - 2) return detail;
  const whole = cutTo(Math.max(0, height - leastList - 1 - detail.length), wrapText(row.text, width));
  return [...whole.map(part => fitLine([{text: part}], width)), ...detail];
}

/**
 * What there is to say of the chosen row: never more than it leaves the list room for. What is to be done comes last,
 * so what is said before it is cut.
 */
function detailLines(detail: string | null, width: number): readonly Line[] {
  if (detail === null) return [];
  const parts = detail.split('\n').map(line => wrapText(line, width));
  const last = parts.at(-1)?.slice(0, mostDetail) ?? [];
  const before = cutTo(mostDetail - last.length, parts.slice(0, -1).flat());
  return [...before, ...last].map(part => fitLine([{text: part}], width));
}

/** The last of what is left says that there is more. */
function cutTo(most: number, rows: readonly string[]): readonly string[] {
  const kept = rows.slice(0, most);
  const isCut = kept.length < rows.length;
  return kept.map((part, index) => (isCut && index === kept.length - 1 ? `${part} …` : part));
}

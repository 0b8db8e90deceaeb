import type {Span} from './line.ts';

/**
 * Bars and sparklines as text. A bar is never full before everything is done, however little is left, and a value
 * above zero never looks like zero. Thin, so that the bars of rows that follow each other stay apart; drawn
 * in ASCII, `━╍─` becomes `#=-`.
 */

/** `━━━━━━╍╍───`: done, under way, rest. Where the total isn't known yet nothing is told: an empty track. */
export function barSpans(
  width: number,
  done: number,
  underWay: number,
  total: number | null,
): readonly Span[] {
  const cells = Math.max(0, width);
  const full = total === null ? 0 : cellsOf(cells, done, total);
  const begun = total === null ? 0 : cellsOf(cells, done + underWay, total) - full;
  return [
    {text: '━'.repeat(full), tone: 'bar' as const},
    {text: '╍'.repeat(Math.max(0, begun)), tone: 'bar' as const},
    {text: '─'.repeat(cells - full - Math.max(0, begun)), tone: 'track' as const},
  ].filter(({text}) => text !== '');
}

function cellsOf(width: number, count: number, total: number): number {
  if (count >= total) return width;
  return Math.max(0, Math.floor((count / total) * width));
}

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** The newest `width` values, the last at the right edge, scaled to the highest of them. */
export function sparkline(values: readonly number[], width: number): readonly Span[] {
  const shown = width > 0 ? values.slice(-width) : [];
  const most = Math.max(0, ...shown);
  const text = shown.map(value => levels[levelOf(value, most)]).join('');
  const spans: readonly Span[] = [
    {text: ' '.repeat(Math.max(0, width - shown.length))},
    {text, tone: 'accent'},
  ];
  return spans.filter(span => span.text !== '');
}

function levelOf(value: number, most: number): number {
  if (!(value > 0)) return 0;
  return Math.max(1, Math.round((value / most) * (levels.length - 1)));
}

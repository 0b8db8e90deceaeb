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
  const partOf = (count: number) => (total === null ? 0 : count >= total ? 1 : count / total);
  return shareSpans(width, partOf(done), partOf(done + underWay));
}

/** The same of shares, from 0 to 1, where they are not simply counts of a total; `begun` has what is done in it. */
export function shareSpans(width: number, done: number, begun: number): readonly Span[] {
  const cells = Math.max(0, width);
  const full = cellsOf(cells, done);
  const underWay = Math.max(0, cellsOf(cells, begun) - full);
  return [
    {text: '━'.repeat(full), tone: 'bar' as const},
    {text: '╍'.repeat(underWay), tone: 'bar' as const},
    {text: '─'.repeat(cells - full - underWay), tone: 'track' as const},
  ].filter(({text}) => text !== '');
}

function cellsOf(width: number, share: number): number {
  return Math.floor(Math.min(1, Math.max(0, share)) * width);
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

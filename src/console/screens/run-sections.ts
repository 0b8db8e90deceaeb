import type {Noun} from '../../backfills/backfill.ts';
import {wordsOf} from '../../backfills/registry.ts';
import {isActive, onlyMeasures} from '../../core/run.ts';
import {ageText, clockDuration, publicationText, scopeText} from '../../core/words.ts';
import {madeText, unrecordedText} from '../../engine/effect-words.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {repositoryRunOf} from '../repository-run.ts';
import type {RunView} from '../run-view.ts';
import {statusTone} from '../status-tone.ts';
import {fitLine} from '../text.ts';
import {limitLines} from './host-lines.ts';
import {hostsIn, paceLines} from './pace-lines.ts';
import {barLine, driftText, measuredLines} from './run-lines.ts';
import {identityRows, partitionLines, totalAndPartitionsLine, totalLine} from './run-parts.ts';
import {type Lines, roomOf} from './screen.ts';

/** What is told of one run: how it stands, what became of its items, and below their sum how it goes on. */
export interface Sections {
  readonly head: Lines;
  readonly parts: Lines;
  readonly below: Lines;
}

export interface Told {
  readonly run: RunView;
  readonly rows: Noun;
  /** The part that the pointer stands on. */
  readonly at: number;
  readonly now: number;
  readonly lastTotal: number | null;
}

/** What is done without where rows are few, one after the other. */
export const economies = ['blank line', 'partitions apart', 'other hosts', 'whole sentences'] as const;

export function sectionsOf(
  {run, rows, at, now, lastTotal}: Told,
  layout: Layout,
  spared: ReadonlySet<(typeof economies)[number]>,
): Sections {
  const {width} = roomOf(layout, layout.rows);
  const blank: readonly Line[] = layout.isCompact || spared.has('blank line') ? [] : [[]];
  const hosts = spared.has('other hosts') ? 1 : hostsIn(layout);
  const pace = {width, now, lastTotal, hosts, isTerse: spared.has('whole sentences')};
  const goesOn = run.ended === null ? paceLines(run, pace) : endLines(run, width, hosts);
  const status = statusLine(run, now, width);
  if (onlyMeasures(run.snapshot.mode))
    return {
      head: {type: 'lines', lines: [status, ...blank]},
      parts: {type: 'lines', lines: measuredLines(run, rows, width)},
      below: {type: 'lines', lines: [...blank, ...goesOn]},
    };
  const [total, partitions] = spared.has('partitions apart')
    ? [totalAndPartitionsLine(run, width), []]
    : [totalLine(run, rows, width), partitionLines(run, width)];
  // Of repositories the numbers belong to the bar, which counts them.
  const isOfRepositories = repositoryRunOf(run) !== null;
  const above = isOfRepositories ? partitions : [];
  const beneath = isOfRepositories ? [] : partitions;
  return {
    head: {type: 'lines', lines: [status, barLine(run, {width, now, lastTotal}), ...above, ...blank]},
    parts: identityRows(run, at, {width, isCompact: layout.isCompact}),
    below: {
      type: 'lines',
      lines: [total, ...publicationLine(run, width), ...driftLine(run, width), ...goesOn, ...beneath],
    },
  };
}

/** What goes without saying. */
const usualLabels: readonly string[] = ['rehearsed', 'dry run', 'verify'];

function statusLine({snapshot, label, ended, scope}: RunView, now: number, width: number): Line {
  const {status} = snapshot;
  // The ledger says running until somebody settles it.
  const isDead = ended !== null && isActive(status);
  return fitLine(
    [
      isDead ? {text: 'dead', tone: 'bad'} : {text: status, tone: statusTone(status)},
      {text: ended === null ? '' : ` ${ageText(ended.at, now)}`},
      {text: `${usualLabels.includes(label) ? '' : ` · ${label}`} · scope: ${scopeText(scope)}`, tone: 'dim'},
    ],
    width,
  );
}

/** While its items are still pending: that is no standstill. */
function publicationLine({publication, ended}: RunView, width: number): readonly Line[] {
  return publication === null || ended !== null || publication.state === 'published'
    ? []
    : [fitLine([{text: publicationText(publication), tone: 'accent'}], width)];
}

function driftLine({snapshot: {drift}}: RunView, width: number): readonly Line[] {
  return drift.added + drift.gone + drift.changed === 0
    ? []
    : [fitLine([{text: `drift: ${driftText(drift)}`, tone: 'warn'}], width)];
}

function endLines(run: RunView, width: number, hosts: number): readonly Line[] {
  const {ended, snapshot} = run;
  if (ended === null) return [];
  return [
    ...endText(run, ended, width),
    ...limitLines(run, snapshot.at, hosts, width).map(line => fitLine(line, width)),
  ];
}

function endText(
  {snapshot: {backfill, underWay, status}, settledBefore}: RunView,
  {seconds, reason}: NonNullable<RunView['ended']>,
  width: number,
): readonly Line[] {
  const words = wordsOf(backfill);
  const made = words === null ? '' : madeText(words, underWay);
  const unrecorded = words === null ? '' : unrecordedText(words, underWay, status);
  // Nobody counts how long it worked before it was taken up again.
  const since = settledBefore > 0 ? ' since it was resumed' : '';
  const parts: Line = [
    ...(seconds === null ? [] : [{text: `took ${clockDuration(seconds)}${since}  `}]),
    ...(made === '' ? [] : [{text: `${made}  `}]),
    ...(reason === null ? [] : [{text: reason.message, tone: 'warn' as const}]),
  ];
  return [
    ...(parts.length === 0 ? [] : [fitLine(parts, width)]),
    ...(unrecorded === '' ? [] : [fitLine([{text: unrecorded, tone: 'warn'}], width)]),
  ];
}

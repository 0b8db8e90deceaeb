import {stagesOf} from '../../backfills/registry.ts';
import {listedOf} from '../../core/accounting.ts';
import type {Motion} from '../../core/event.ts';
import {printableKey} from '../../core/keys.ts';
import {bytesText, number} from '../../core/words.ts';
import {shareSpans} from '../bar.ts';
import type {Line} from '../line.ts';
import type {RunView} from '../run-view.ts';
import {fitLine, fitted} from '../text.ts';

const barCells = 12;
const leastName = 12;

/**
 * How far items are before their pages are settled; and large files, and how many of them there are besides:
 *
 *     hashed 52 of 93 so far · uploaded 12
 *     hashing    videos/holiday.mov      ━━━━━━━─────  58 %  5.8 GiB of 10.0 GiB
 *     uploading  videos/birthday.mov     ━━──────────  17 %  0.7 GiB of 4.1 GiB
 */
export function motionLines(run: RunView, width: number, most: number): readonly Line[] {
  return [...stageLine(run, width), ...movingLines(run, width, most)];
}

/** `hashed 52 · uploaded 12`: what is done with items whose pages are not settled yet. */
function stageLine({snapshot, ended}: RunView, width: number): readonly Line[] {
  const {underWay, backfill, tally} = snapshot;
  const stages = stagesOf(backfill);
  if (stages === null || underWay === undefined || ended !== null) return [];
  const {inspected, applied} = underWay;
  const said = [
    ...(inspected === 0
      ? []
      : [`${stages?.inspected} ${number(inspected)} of ${number(listedOf(tally))} so far`]),
    ...(applied === 0 || stages?.applied === undefined ? [] : [`${stages.applied} ${number(applied)}`]),
  ];
  return said.length === 0 ? [] : [fitLine([{text: said.join(' · ')}], width)];
}

function movingLines({snapshot, ended}: RunView, width: number, most: number): readonly Line[] {
  const motions = ended === null ? (snapshot.underWay?.motions ?? []) : [];
  const shown = motions.slice(0, most);
  const rest = motions.length - shown.length;
  return shown.map((motion, index) => {
    const more = rest > 0 && index === shown.length - 1 ? `  and ${number(rest)} more` : '';
    return motionLine(motion, more, width);
  });
}

function motionLine({key, doing, bytes, of}: Motion, more: string, width: number): Line {
  const share = of === 0 ? 1 : Math.min(1, bytes / of);
  const behind = `  ${Math.floor(share * 100)
    .toString()
    .padStart(3)} %  ${bytesText(Math.min(bytes, of))} of ${bytesText(of)}${more}`;
  const head = doing.padEnd(11);
  // Where there is little room the bar goes first: the share says the same.
  const hasBar = width - head.length - barCells - 1 - behind.length >= leastName;
  const cells = hasBar ? barCells + 1 : 0;
  const room = Math.max(leastName, width - head.length - cells - behind.length);
  const bar = hasBar ? [{text: ' '}, ...shareSpans(barCells, share, share)] : [];
  return fitLine(
    [{text: head, tone: 'dim'}, {text: fitted(printableKey(key), room, 'middle')}, ...bar, {text: behind}],
    width,
  );
}

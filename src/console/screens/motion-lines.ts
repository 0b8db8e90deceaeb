import {stagesOf} from '../../backfills/registry.ts';
import {listedOf} from '../../core/accounting.ts';
import type {Motion} from '../../core/event.ts';
import {printableKey} from '../../core/keys.ts';
import {bytesText, number} from '../../core/words.ts';
import {shareSpans} from '../bar.ts';
import type {Line} from '../line.ts';
import type {RunView} from '../run-view.ts';
import {fitLine, fitted, widthOf} from '../text.ts';

const barCells = 12;
const leastName = 12;

/**
 * How far items are before their pages are settled; and large files, and how many of them there are besides:
 *
 *     hashed 52 of 93 so far · uploaded 12, 0.7 GiB · 7 not recorded yet
 *     hashing    videos/holiday.mov      ━━━━━━━─────  58 %  5.8 GiB of 10.0 GiB
 *     uploading  videos/birthday.mov     ━━──────────  17 %  0.7 GiB of 4.1 GiB
 */
export function motionLines(run: RunView, width: number, most: number): readonly Line[] {
  return [...stageLine(run, width), ...movingLines(run, width, most)];
}

/** What is done with items whose pages are not settled yet. */
function stageLine({snapshot, ended}: RunView, width: number): readonly Line[] {
  const {underWay, backfill, tally, mode} = snapshot;
  const stages = stagesOf(backfill);
  if (stages === null || underWay === undefined || ended !== null) return [];
  const {inspected, applied, moved, unrecorded} = underWay;
  const hashed = inspected === 0 ? [] : [`${stages?.inspected} ${number(inspected)}`];
  const ofListed = hashed.map(text => `${text} of ${number(listedOf(tally))} so far`);
  const uploaded =
    stages?.applied === undefined || mode !== 'live'
      ? []
      : [
          `${stages.applied} ${number(applied)}${moved === 0 ? '' : `, ${bytesText(moved)}`}`,
          ...(unrecorded === 0 ? [] : [`${number(unrecorded)} not recorded yet`]),
        ];
  const ways = [ofListed, hashed].map(way => [...way, ...uploaded].join(' · '));
  const text = ways.find(way => widthOf(way) <= width) ?? ways.at(-1) ?? '';
  return text === '' ? [] : [fitLine([{text}], width)];
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
  const percent = `  ${Math.floor(share * 100)
    .toString()
    .padStart(3)} %`;
  const head = doing.padEnd(11);
  // Where there is little room the bar goes first, then the bytes that are done: the share says the same.
  const long = `${percent}  ${bytesText(Math.min(bytes, of))} of ${bytesText(of)}${more}`;
  const roomFor = (behind: string) => width - head.length - behind.length;
  const behind = roomFor(long) >= leastName ? long : `${percent} of ${bytesText(of)}${more}`;
  const hasBar = roomFor(behind) - barCells - 1 >= leastName;
  const cells = hasBar ? barCells + 1 : 0;
  const room = Math.max(leastName, roomFor(behind) - cells);
  const bar = hasBar ? [{text: ' '}, ...shareSpans(barCells, share, share)] : [];
  return fitLine(
    [{text: head, tone: 'dim'}, {text: fitted(printableKey(key), room, 'middle')}, ...bar, {text: behind}],
    width,
  );
}

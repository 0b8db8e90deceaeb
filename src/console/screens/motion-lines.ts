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
 * How far large files are, and behind them how many there are besides:
 *
 *     hashing    videos/holiday.mov      ━━━━━━━─────  58 %  5.8 GiB of 10.0 GiB
 *     uploading  videos/birthday.mov     ━━──────────  17 %  0.7 GiB of 4.1 GiB
 */
export function motionLines({snapshot, ended}: RunView, width: number, most: number): readonly Line[] {
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
  const room = Math.max(leastName, width - head.length - barCells - 1 - behind.length);
  return fitLine(
    [
      {text: head, tone: 'dim'},
      {text: `${fitted(printableKey(key), room, 'middle')} `},
      ...shareSpans(barCells, share, share),
      {text: behind},
    ],
    width,
  );
}

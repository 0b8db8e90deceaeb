import type {Cost} from '../core/money.ts';
import type {Priced} from '../core/prices.ts';
import {bytesText, counted, number} from '../core/words.ts';
import {ratesOfUploading} from '../engine/estimate-effects.ts';
import type {EstimateFacts} from '../engine/estimate-facts.ts';
import type {Predicted} from '../engine/estimate-measure.ts';
import type {Prediction} from '../engine/estimate-prediction.ts';
import type {Step} from '../engine/estimate-steps.ts';
import type {Bottleneck} from '../engine/estimate-time.ts';
import {amountWords, countText, roughText, timeText, usdText} from './estimate-number-words.ts';
import {warningLines} from './estimate-warning-words.ts';
import {aboutText, bottleneckWords, kindLines, labelled, stepLines, steps} from './estimate-word-parts.ts';

/** How a prediction is worded: what matters first, every number with how sure it is. */

export function estimateLines({facts, prediction, warnings}: Predicted): readonly string[] {
  return [
    ...warnings.flatMap(warningLines),
    ...(warnings.length === 0 ? [] : ['']),
    ...labelled('time', timeLines(facts, prediction)),
    ...labelled('money', moneyLines(facts, prediction)),
    ...labelled('uploading', uploadLines(prediction)),
    ...labelled('changes', changeLines(facts, prediction)),
    ...labelled('rows', rowLines(facts, prediction)),
    ...labelled('reading', readingLines(facts, prediction)),
    ...labelled('requests', requestLines(facts, prediction)),
    ...labelled('sample', sampleLines(facts)),
  ];
}

function timeLines(facts: EstimateFacts, {duration, steps: predicted}: Prediction): readonly string[] {
  const {bottleneck} = duration;
  const most = bottleneck === null ? '' : `, most of it for ${bottleneckWords[bottleneck]}`;
  return [
    `${aboutText(duration.seconds)}${most}${bottleneck === null ? '' : measureText(facts, bottleneck)}`,
    ...stepLines(predicted),
  ];
}

/** What the bottleneck lets through. */
function measureText({sample, settings, target}: EstimateFacts, bottleneck: Bottleneck): string {
  switch (bottleneck) {
    case 'download':
      return ` (${speedText(sample)})`;
    case 'target':
      return target.perSecond === null
        ? ''
        : ` (${number(Number(target.perSecond.toFixed(2)))} requests a second at most)`;
    case 'rate':
      return settings.rate === null ? '' : ` (${number(settings.rate)} items a second)`;
    case 'listing':
    case 'headgate':
    case 'hosts':
    case 'directory':
      return '';
    default:
      return bottleneck satisfies never;
  }
}

function speedText({readings, seconds, bytes, atOnce}: EstimateFacts['sample']): string {
  if (readings.length === 0 || seconds === 0) return 'faster than could be measured';
  return `${bytesText(Math.round(bytes / seconds))} and ${number(Math.round(readings.length / seconds))} objects a second, ${atOnce} at once`;
}

function moneyLines(facts: EstimateFacts, {costs}: Prediction): readonly string[] {
  const total = costs.reduce((sum, {usd}) => sum + usd, 0);
  const unknown = [facts.source, facts.target.service].includes('other')
    ? ["a server of one's own: no price is known"]
    : [];
  if (costs.length === 0) return unknown.length > 0 ? unknown : ['nothing: both ends are on this machine'];
  return [
    `${usdText(total)} at list prices of ${monthsText(costs)}, before free allowances: no bill`,
    ...costs.flatMap(costLines),
    ...unknown.map(line => `  ${line}`),
  ];
}

function costLines({title, lines, usd, usdBeyondFree, note}: Cost): readonly string[] {
  const amounts = lines.map(line => amountText(line.of, line.amount));
  const remarks = [
    ...(usd === 0 || usdBeyondFree === usd
      ? []
      : [`${usdText(usdBeyondFree)} while this month's free allowance is untouched`]),
    ...(note === undefined ? [] : [note]),
  ];
  return [
    `  ${title}: ${usdText(usd)}${amounts.length === 0 ? '' : ` for ${amounts.join(', ')}`}`,
    ...(remarks.length === 0 ? [] : [`    ${remarks.join('; ')}`]),
  ];
}

function monthsText(costs: readonly Cost[]): string {
  return [...new Set(costs.map(({asOf}) => asOf))].sort().join(' and ');
}

function amountText(of: Priced, amount: number): string {
  return `${of === 'download' ? bytesText(amount) : roughText(amount)} ${amountWords[of]}`;
}

function uploadLines({effects}: Prediction): readonly string[] {
  if (effects === null) return [];
  const {at, isLocal, items, bytes, requests, isExact} = effects;
  const rate = ratesOfUploading[isLocal ? 'disk' : 'line'];
  return [
    `${isExact ? '' : 'about '}${bytesText(bytes)} of ${counted(items, 'file')} to ${at}${requests === 0 ? '' : `, in ${counted(requests, 'request')}`}`,
    `  ${aboutText(bytes / rate.bytes)} at ${rate.text}, on top of the time above: nothing was uploaded to measure it`,
    ...(isExact ? [] : ['  copies of what was not in the sample are counted as uploads: it may be less']),
    ...(isLocal ? [] : ['  what the provider asks for requests and for keeping it is in no sum here']),
  ];
}

function changeLines({listing}: EstimateFacts, {changes, items}: Prediction): readonly string[] {
  return [`${countText(changes)} of ${counted(listing.all.items, 'item')}`, ...kindLines(items)];
}

function rowLines({target: {service}}: EstimateFacts, {target, changes}: Prediction): readonly string[] {
  if (service !== 'd1') return [`${countText(changes)} to write`];
  return [
    `${countText(target.rowsWritten)} written and ${countText(target.rowsRead)} read, as D1 bills them: with indexes, marks and checks`,
  ];
}

function readingLines({listing}: EstimateFacts, {download}: Prediction): readonly string[] {
  const {all, known, unproven} = listing;
  return [
    `${bytesText(download.bytes)} of ${counted(download.items, 'object')}, of ${bytesText(all.bytes)} listed`,
    ...(known.items === 0
      ? []
      : [`  ${counted(known.items, 'object')} (${bytesText(known.bytes)}) are known from earlier runs`]),
    ...(unproven.items === 0
      ? []
      : [`  ${counted(unproven.items, 'object')} may have changed without a trace: live reads them again`]),
  ];
}

function requestLines(
  {source, target, settings}: EstimateFacts,
  {steps: predicted, pages}: Prediction,
): readonly string[] {
  return [
    `${counted(pages, 'page')} of ${number(settings.page.items)} items at most`,
    ...steps.flatMap(([title, name]) => {
      const text = stepRequests(predicted[name], source === 'local', target.perSecond === null);
      return text === '' ? [] : [`  ${title.padEnd(8)} ${text}`];
    }),
  ];
}

function stepRequests(step: Step, isFolder: boolean, isFile: boolean): string {
  const {list, get} = step.source;
  return [
    ...(isFolder ? [] : [`source ${number(list)} LIST, ${number(get)} GET and HEAD`]),
    ...(isFile ? [] : [`target ${number(step.target.requests)}`]),
  ].join('; ');
}

function sampleLines({listing, sample}: EstimateFacts): readonly string[] {
  const {unread, known, bytes, seconds} = sample;
  return [
    `${number(unread.looked)} of ${counted(listing.unread.items, 'object')} to read: ${bytesText(bytes)} in ${timeText(seconds)}${sample.stated.items === 0 ? '' : `; of ${number(sample.stated.items)} nothing had to be read`}`,
    ...(listing.known.items === 0
      ? []
      : [`${number(known.looked)} of ${counted(listing.known.items, 'known object')} decided`]),
  ];
}

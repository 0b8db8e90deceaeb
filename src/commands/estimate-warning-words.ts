import {bytesText, number} from '../core/words.ts';
import type {Warning} from '../engine/estimate-warnings.ts';
import {amountWords, countText} from './estimate-number-words.ts';

/** A warning in words: what is the matter first, what to do below it. */
export function warningLines(warning: Warning): readonly string[] {
  const [first = '', ...rest] = warningText(warning);
  return [`WARNING: ${first}`, ...rest.map(line => `  ${line}`)];
}

function warningText(warning: Warning): readonly string[] {
  switch (warning.kind) {
    case 'empty':
      return ['nothing was listed: is this the source and scope that you meant?'];
    case 'daily-limit':
      return limitText(warning);
    case 'unreadable':
      return [
        `${number(warning.failed)} of ${number(warning.looked)} objects of the sample could not be read`,
        warning.message,
      ];
    case 'cut-short':
      return [
        `only ${number(warning.read)} of ${number(warning.wanted)} objects were read: ${warning.reason}`,
      ];
    case 'sizes':
      return [
        `few objects hold most of the bytes: those to read have ${bytesText(Math.round(warning.mean))} on average, those of the sample ${bytesText(Math.round(warning.sampleMean))}`,
        'The time is a guess. A larger --sample makes it better.',
      ];
    case 'uncounted':
      return [
        `the table has more than ${number(warning.rows)} rows, which were not counted to the end`,
        'Rows read, and requests for checks, are at least what is said here.',
      ];
    default:
      return warning satisfies never;
  }
}

function limitText({
  of,
  plan,
  limit,
  otherwise,
  predicted,
  is,
  days,
  objectsADay,
}: Extract<Warning, {readonly kind: 'daily-limit'}>): readonly string[] {
  const says = {certain: 'is more than', possible: 'may be more than', close: 'comes close to'}[is];
  const parts =
    objectsADay === null
      ? 'Parts do not help: the table alone is too large for it.'
      : `In parts: --max-objects ${objectsADay} a day, each with --cursor of the one before${days > 1 ? ` (about ${days} days)` : ''}.`;
  return [
    `${countText(predicted)} ${amountWords[of]} ${says} the ${number(limit)} a day of ${plan}`,
    `Past it, D1 refuses everything until 00:00 UTC. ${parts}`,
    `${otherwise}.`,
  ];
}

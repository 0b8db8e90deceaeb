import type {Finding} from '../../core/probe.ts';
import {counted, number} from '../../core/words.ts';
import {countedRows, type MediaFacts} from './facts.ts';
import {type Family, families, familyOf} from './identity.ts';
import type {MediaOptions} from './options.ts';
import type {ProbeIo} from './probe.ts';
import {type MediaRow, rowsById} from './read-rows.ts';
import {mostUsed} from './survey-rows.ts';

/** Rows that are looked at from either end: the first program and the last have named them. */
const lookedAtEachEnd = 5_000;

/** The families of the first and of the last rows. */
export async function lookAtNames(
  {target, signal}: Pick<ProbeIo, 'target' | 'signal'>,
  facts: MediaFacts,
): Promise<MediaFacts['looked']> {
  const [first, last] = await Promise.all([
    firstOf(rowsById(target, facts, signal, {perRead: lookedAtEachEnd})),
    firstOf(rowsById(target, facts, signal, {perRead: lookedAtEachEnd, descending: true})),
  ]);
  const looked: Record<Family | 'unknown', number> = {version: 0, etag: 0, quoted: 0, unknown: 0};
  for (const row of new Map([...first, ...last].map(each => [each.id, each])).values())
    looked[familyOf(row) ?? 'unknown']++;
  return looked;
}

async function firstOf(pages: AsyncIterable<readonly MediaRow[]>): Promise<readonly MediaRow[]> {
  for await (const page of pages) return page;
  return [];
}

const familyNames: Readonly<Record<Family, string>> = {
  version: 'file ids',
  etag: 'ETags without quotes',
  quoted: 'ETags with their quotes',
};

/** How the rows that are there are named, and in which of the ways new ones will be. */
export function namesFindings(
  rows: number,
  looked: MediaFacts['looked'],
  family: Family,
  options: MediaOptions,
): readonly Finding[] {
  const there = rows > countedRows ? `more than ${number(countedRows)} rows` : counted(rows, 'row');
  const found = families.filter(each => looked[each] > 0);
  const sum = found.reduce((all, each) => all + looked[each], looked.unknown);
  const of = sum < rows ? `of ${number(sum)} rows looked at, ` : '';
  const parts = found.map(each => `${number(looked[each])} go by ${familyNames[each]}`).join(', ');
  const named =
    found.length === 0
      ? ''
      : found.length === 1 && looked.unknown === 0
        ? `, which go by ${familyNames[family]}`
        : `; ${of}${parts}`;
  return [
    {level: 'ok', subject: 'target', message: `media_assets has ${there}${named}`},
    ...(found.length < 2
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: `two programs have named its rows in ${found.length} ways; an object that is known under any of them is left as it is, and new rows go by ${familyNames[family]}`,
            remedy: 'headgate run media-doubles marks what is there twice.',
          } as const,
        ]),
    ...(looked.unknown === 0
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: `the media_uid of ${counted(looked.unknown, 'row')} follows from nothing that the row says`,
          } as const,
        ]),
    ...(options.family === 'auto' || mostUsed(looked) === null || mostUsed(looked) === options.family
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: `the config names new rows by ${familyNames[options.family]}, and the rows that are there go by ${familyNames[mostUsed(looked) ?? family]}`,
          } as const,
        ]),
  ];
}

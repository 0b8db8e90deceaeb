import {z} from 'zod';
import type {Answer, Call} from '../../src/sandbox/network/answer.ts';
import type {NetworkFaults} from './network-faults.ts';

const pageOf = z.looseObject({
  records: z.array(z.record(z.string(), z.json())).optional(),
  repos: z.array(z.record(z.string(), z.json())).optional(),
  cursor: z.string().optional(),
});
type Page = z.infer<typeof pageOf>;

let made = 0;

/** A page of records or repositories with what is wrong with it; null where it is none, or nothing is. */
export function alterPage(faults: NetworkFaults, call: Call, answer: Answer): Answer | null {
  const page = readPage(answer);
  const list = page?.records ?? page?.repos;
  if (page === null || list === undefined) return null;
  const [first, second, ...rest] = list;
  const withList = (items: typeof list): Page =>
    page.records === undefined ? {...page, repos: items} : {...page, records: items};

  const asked = call.query.get('cursor');
  if (asked !== null && faults.take('repeated-cursor', call) !== null)
    return textOf(answer, {...page, cursor: asked});
  if (faults.take('endless-cursor', call) !== null)
    return textOf(answer, {...withList([]), cursor: `~endless-${++made}`});
  if (first !== undefined && second !== undefined && faults.take('unsorted-page', call) !== null)
    return textOf(answer, withList([second, first, ...rest]));
  if (first !== undefined && faults.take('duplicate', call) !== null)
    return textOf(answer, withList([first, ...list]));
  const has = (name: string) => name in page || (first !== undefined && name in first);
  const missing = faults.take('missing-field', call, ({name}) => has(name))?.fault.name;
  if (missing === undefined) return null;
  if (missing in page) return textOf(answer, without(page, missing));
  return textOf(answer, withList([without(first ?? {}, missing), ...list.slice(1)]));
}

function readPage({status, headers, body}: Answer): Page | null {
  if (status !== 200 || headers['content-type']?.startsWith('application/json') !== true) return null;
  return pageOf.parse(JSON.parse(body.toString()));
}

function textOf(answer: Answer, page: Page): Answer {
  return {...answer, body: JSON.stringify(page)};
}

function without<Value>(
  fields: Readonly<Record<string, Value>>,
  name: string,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
}

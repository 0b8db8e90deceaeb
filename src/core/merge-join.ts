import {compareKeys} from './keys.ts';

/** What two lists have under one key; one of both may be missing. */
export interface Joined<Left, Right> {
  readonly key: string;
  readonly left: Left | null;
  readonly right: Right | null;
}

interface Keyed {
  readonly key: string;
}

/** Two lists in key order, each key once, as one: memory is a page of either, whatever their size. */
export async function* mergeJoin<Left extends Keyed, Right extends Keyed>(
  left: AsyncIterable<readonly Left[]>,
  right: AsyncIterable<readonly Right[]>,
): AsyncGenerator<Joined<Left, Right>> {
  const lefts = one(left);
  const rights = one(right);
  let a = await lefts.next();
  let b = await rights.next();
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : compareKeys(a.value.key, b.value.key);
    const [first, second] = [
      order <= 0 && a.done !== true ? a.value : null,
      order >= 0 && b.done !== true ? b.value : null,
    ];
    yield {key: first?.key ?? second?.key ?? '', left: first, right: second};
    if (order <= 0) a = await lefts.next();
    if (order >= 0) b = await rights.next();
  }
}

async function* one<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}

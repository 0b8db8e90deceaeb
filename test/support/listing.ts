import type {Listing, ObjectStore, StoredObject} from '../../src/stores/object-store.ts';

export const never = new AbortController().signal;

/** A whole listing, as its pages come. */
export async function listed(
  store: ObjectStore,
  narrowed: Partial<Omit<Listing, 'signal'>> = {},
): Promise<readonly StoredObject[]> {
  const pages: StoredObject[][] = [];
  for await (const page of store.list({prefix: '', lo: '', hi: null, signal: never, ...narrowed}))
    pages.push([...page]);
  return pages.flat();
}

export async function listedKeys(...args: Parameters<typeof listed>): Promise<readonly string[]> {
  return (await listed(...args)).map(({key}) => key);
}

export async function theOne(store: ObjectStore, key: string): Promise<StoredObject> {
  const found = (await listed(store)).filter(object => object.key === key);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${key} is listed ${found.length} times`);
  return only;
}

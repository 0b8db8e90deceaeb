import type {Rule} from '../options.ts';

/** The source_type that the first rule that fits gives a key; null where none does. */
export function classify(key: string, rules: readonly Rule[]): string | null {
  return rules.find(rule => fits(key, rule))?.type ?? null;
}

function fits(key: string, {under, segment, atRoot}: Rule): boolean {
  if (under !== undefined) return key.startsWith(`${under}/`);
  if (segment !== undefined)
    return key.includes('/') && new RegExp(`^(?:${segment})$`, 'u').test(firstSegment(key));
  return atRoot === true && !key.includes('/');
}

export function firstSegment(key: string): string {
  const slash = key.indexOf('/');
  return slash === -1 ? key : key.slice(0, slash);
}

import type {Decision} from '../core/entry.ts';
import type {RunContext} from './context.ts';
import type {Amount, EstimateFacts, Outlook} from './estimate-facts.ts';
import type {Inspection} from './work.ts';

/** What changes do outside of the target: uploads. How fast that goes is not known, for an estimate makes none. */

/** Of a part of the sample: what its changes would move, and what of the source that was drawn from. */
export interface EffectsOfPart extends Amount {
  readonly requests: number;
  readonly of: Amount;
}

export interface EffectFacts {
  /** Where they are made, and whether that is a disk, which counts no requests; null where the sample has none. */
  readonly place: {readonly at: string; readonly isLocal: boolean} | null;
  readonly unread: EffectsOfPart;
  readonly known: EffectsOfPart;
}

export interface PredictedEffects extends Amount {
  readonly at: string;
  readonly isLocal: boolean;
  readonly requests: number;
  /** Every item was looked at. */
  readonly isExact: boolean;
}

/** Rates that a time of uploading is told at, in bytes a second: what the line or the disk gives is not measured. */
export const ratesOfUploading = {
  disk: {text: '100 MB/s', bytes: 100_000_000},
  line: {text: '100 Mbit/s', bytes: 12_500_000},
} as const;

/** Of decisions, in the order of what was inspected: the first `unread` of them were read for it. */
export async function effectsOf(
  {work: {applied}}: RunContext,
  inspections: readonly Inspection[],
  decisions: readonly Decision<unknown>[],
  unread: number,
): Promise<EffectFacts | null> {
  if (applied === null) return null;
  let place: EffectFacts['place'] = null;
  const parts = [nothing(), nothing()] as const;
  for (const [index, decision] of decisions.entries()) {
    const part = parts[index < unread ? 0 : 1];
    part.of.items++;
    part.of.bytes += inspections[index]?.item.size ?? 0;
    if (!('change' in decision)) continue;
    const {at, isLocal, requests} = await applied.use(decision.change);
    place = {at, isLocal};
    part.items++;
    part.bytes += applied.size(decision.change);
    part.requests += requests;
  }
  return {place, unread: parts[0], known: parts[1]};
}

/** All that there would be; null where the backfill makes no effects, or the sample had none. */
export function predictEffects(
  {listing, sample: {effects, unread, known}}: EstimateFacts,
  {changes}: Outlook,
): PredictedEffects | null {
  if (effects?.place == null) return null;
  const strata = [
    {part: effects.unread, whole: listing.unread},
    {part: effects.known, whole: listing.known},
  ];
  const sum = (of: (stratum: (typeof strata)[number]) => number) =>
    Math.round(strata.reduce((total, stratum) => total + of(stratum), 0));
  return {
    ...effects.place,
    items: changes.value,
    bytes: sum(({part, whole}) => scaled(part.bytes, part.of.bytes, whole.bytes)),
    requests: sum(({part, whole}) => scaled(part.requests, part.of.items, whole.items)),
    isExact: unread.looked === listing.unread.items && known.looked === listing.known.items,
  };
}

function scaled(found: number, of: number, whole: number): number {
  return of === 0 ? 0 : (found * whole) / of;
}

function nothing() {
  return {items: 0, bytes: 0, requests: 0, of: {items: 0, bytes: 0}};
}

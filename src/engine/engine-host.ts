import type {RunEvent} from '../core/event.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {AtPoint} from './crash-points.ts';
import type {Self} from './holder.ts';
import type {Settings} from './settings.ts';

/** What the engine is given by whoever runs it: its ledger, its clock, its chance, and who it is. */
export interface EngineHost {
  readonly ledger: Ledger;
  readonly self: Self;
  readonly settings: Settings;
  /** Program version and a digest of the config: a plan is executed only by what made it. */
  readonly program: string;
  readonly configDigest: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: AtPoint;
  readonly observe: (event: RunEvent) => void;
}

/** `20261120-0512-k3f9`: sorts by time, and is short enough to type. */
export function newRunId({now, random}: EngineHost): string {
  const [date = '', time = ''] = new Date(now()).toISOString().split('T');
  const suffix = Array.from({length: 4}, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  return `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${suffix}`;
}

/** Without vowels and look-alikes. */
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';

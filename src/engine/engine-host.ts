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
  /** The target's lease is held for this recovery: runs take it from there, and give it back to there. */
  readonly reservedFor?: string;
  /** Ends what is looked at before there is a run that could be stopped: probe, baseline, gates. */
  readonly giveUp?: AbortSignal;
}

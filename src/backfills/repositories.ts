import type {KeyRange} from '../core/keys.ts';
import type {Probe} from '../core/probe.ts';
import type {Io, Shape} from './shape.ts';

/**
 * Partitions that are found while a run is on, each served by a host of its own: tens of thousands of repositories on
 * hundreds of hosts, instead of a few ranges of one listing. The engine finds, resolves and reads them at the same time,
 * some hosts at once and none at the cost of another; one that is down is set aside.
 */
export interface Repositories<S extends Shape> {
  /** One and several, as screens call them. */
  readonly words: readonly [one: string, several: string];
  /** Where they are listed, each with a cursor of its own. */
  streams(io: Io<S>, probe: Probe<S['facts']>): readonly Stream[];
  /** A page beyond a cursor of the stream's own: one request. */
  discover(
    stream: Stream,
    cursor: string | null,
    io: Io<S>,
    probe: Probe<S['facts']>,
  ): Promise<DiscoveredPage>;
  /** Whose limit resolving counts against. */
  resolverOf(id: string, io: Io<S>): string;
  /** Where it is: an address that `list` is given, which names the host. */
  resolve(id: string, io: Io<S>): Promise<string>;
  /** The host in such an address: whose limit reading it counts against. */
  hostOf(address: string): string;
  /** The keys that are its items'. */
  range(id: string): KeyRange;
  /** The group that an item belongs to, for counting. */
  groupOf(key: string): string;
  /** Requests that a host takes from one address in so many seconds, where it limits them as most do: for an estimate. */
  readonly hostLimit?: {readonly requests: number; readonly seconds: number};
}

export interface Stream {
  /** The same in every run of the same scope. */
  readonly id: string;
  /** Whose limit reading it counts against; null where nobody else is asked. */
  readonly host: string | null;
  /** What it finds may have items of this group; '' where that is not known. */
  readonly group: string;
}

export interface DiscoveredPage {
  readonly ids: readonly string[];
  /** Null where it was the last. */
  readonly cursor: string | null;
}

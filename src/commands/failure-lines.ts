import type {RepositoryNouns} from '../backfills/registry.ts';
import type {RunEvent} from '../core/event.ts';
import {printableKey} from '../core/keys.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import {counted, number, withoutName} from '../core/words.ts';

type Failure = Extract<RunEvent, {type: 'failure'}>;

interface Alike {
  readonly kind: string;
  readonly host: string | undefined;
  readonly noun: readonly [one: string, several: string];
  count: number;
}

/** Failures that are named one by one, and of partitions that failed alike at one host; all are in the ledger. */
const named = 20;
const namedAlike = 3;
/** Kinds and hosts that are told of those that were not. */
const mostAlike = 10;

/**
 * What is said of failures while a run works: the first ones by name, of all others at its end how many they are of each
 * kind and host; and what to do, once each.
 */
export class FailureLines {
  readonly #nouns: RepositoryNouns | null;
  readonly #isVerbose: boolean;
  readonly #remedies = new Set<string>();
  readonly #unnamed = new Map<string, Alike>();
  /** Partitions, by kind and host. */
  readonly #alike = new Map<string, number>();
  #named = 0;
  /** All were named so far. */
  #isComplete = true;

  constructor(nouns: RepositoryNouns | null, isVerbose: boolean) {
    this.#nouns = nouns;
    this.#isVerbose = isVerbose;
  }

  /** What is said of it at once. */
  add(event: Failure): readonly string[] {
    const {kind} = event.fault;
    // A message may begin with the name that is told before it.
    const message = withoutName(event.fault.message, event.partition);
    const what = this.#whatOf(event);
    this.#remedies.add(`${kind}: ${remedyFor({kind, message})}`);
    if (this.#isVerbose || (this.#named < named && !this.#isOneOfMany(event))) {
      this.#named++;
      return [`failed (${kind}): ${message.startsWith(what) ? message : `${what}: ${message}`}`];
    }
    const isFirst = this.#isComplete;
    this.#isComplete = false;
    this.#countOne(event);
    return isFirst ? ['further failures are not named here: headgate failures lists them all'] : [];
  }

  /** A host that is down has nothing new to say with each of its repositories. */
  #isOneOfMany({key, fault: {kind}, host}: Failure): boolean {
    if (key !== '' || host === undefined) return false;
    const alike = `${kind} ${host}`;
    const before = this.#alike.get(alike) ?? 0;
    this.#alike.set(alike, before + 1);
    return before >= namedAlike;
  }

  /** What was not named, and the remedies. */
  end(): readonly string[] {
    const all = [...this.#unnamed.values()].sort((a, b) => b.count - a.count);
    const rest = all.slice(mostAlike).reduce((sum, {count}) => sum + count, 0);
    return [
      ...all
        .slice(0, mostAlike)
        .map(
          ({kind, host, noun, count}) =>
            `failed besides (${kind}): ${counted(count, ...noun)}${host === undefined ? '' : ` at ${host}`}`,
        ),
      ...(rest === 0 ? [] : [`… and ${number(rest)} more`]),
      ...this.#remedies,
    ];
  }

  #whatOf({key, partition, isStream}: Failure): string {
    if (isStream === true) return `${partition} could not be read to its end`;
    return key === '' ? `${this.#nouns?.repositories[0] ?? 'partition'} ${partition}` : printableKey(key);
  }

  #countOne({key, fault: {kind}, host}: Failure): void {
    // How many items failed is in the totals, and they are of no host.
    if (this.#nouns === null) return;
    const noun = key === '' ? this.#nouns.repositories : this.#nouns.items;
    const alike = `${kind} ${host ?? ''} ${noun[1]}`;
    const known = this.#unnamed.get(alike);
    if (known === undefined) this.#unnamed.set(alike, {kind, host, noun, count: 1});
    else known.count++;
  }
}

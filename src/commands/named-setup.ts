import {backfills} from '../backfills/registry.ts';
import type {BackfillSetup, Config} from '../config/config.ts';
import {nearest} from '../core/nearest.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Ends} from './ends.ts';

/** What a setup of the config says, as the flags that say the same. */
type SetupFlags = Ends & {readonly prefix?: string; readonly user?: string};

export interface Order<O> {
  /** Of the backfill, or of the system that is measured. */
  readonly id: string;
  readonly options: O;
}

/**
 * What is meant by the first word of a command: a backfill, or a setup of the config with its ends, of which flags hold
 * before what the setup says. Where a setup is called as a backfill is, flags that name an end mean the backfill itself.
 */
export function orderOf<O extends SetupFlags>(config: Config, word: string, given: O): Order<O> {
  const setup = Object.hasOwn(config.backfills, word) ? config.backfills[word] : undefined;
  const isBackfill = known().includes(word);
  if (setup === undefined) {
    if (!isBackfill) throw unknown(config, word);
    return {id: word, options: given};
  }
  if (isBackfill && namesEnd(given)) return {id: word, options: given};
  if (!known().includes(setup.backfill))
    throw new OperatorError(
      'usage',
      `the setup ${word} of the config is of a backfill ${setup.backfill}, which there is not`,
      knownText(setup.backfill, known()),
    );
  return {id: setup.backfill, options: {...flagsOf(setup, given), ...given}};
}

function namesEnd({source, folder, provider, target}: Ends): boolean {
  return [source, folder, provider, target].some(end => end !== undefined);
}

/** Of another source than the setup's, its prefix says nothing. */
function flagsOf({backfill: _, source, prefix, ...rest}: BackfillSetup, given: Ends): SetupFlags {
  const isOther = given.folder !== undefined || given.source !== undefined;
  if (isOther) return rest;
  return {...rest, ...(source === undefined ? {} : {source}), ...(prefix === undefined ? {} : {prefix})};
}

/** Backfills, and systems, which are measured as a whole. */
function known(): readonly string[] {
  return [...new Set([...backfills.map(({id}) => id), ...backfills.map(({system}) => system)])];
}

function unknown({backfills: setups}: Config, word: string): OperatorError {
  const names = Object.keys(setups);
  const besides = names.length === 0 ? '' : `, and no setup of the config is called so`;
  const own = names.length === 0 ? '' : ` Setups of the config: ${names.join(', ')}.`;
  return new OperatorError(
    'usage',
    `there is no backfill ${word}${besides}`,
    `${knownText(word, known(), names)}${own}`,
  );
}

function knownText(word: string, names: readonly string[], others: readonly string[] = []): string {
  const meant = nearest(word, [...others, ...names]);
  return `${meant === null ? '' : `Did you mean ${meant}? `}Known are: ${names.join(', ')}.`;
}

import type {Noun} from '../backfills/backfill.ts';
import type {RepositoryNouns} from '../backfills/registry.ts';
import type {RunEvent} from '../core/event.ts';
import {repositoriesText} from '../core/repository-counts.ts';
import {withoutName} from '../core/words.ts';
import {failureText, gathered, type Log, logged} from './run-log.ts';

/**
 * What a log says of repositories, of which there are thousands: how far they are every five seconds in one line, and of
 * those that failed the first ones by name, then one line for each kind and host.
 */

const progressEveryMs = 5_000;
/** Failures of repositories that are told one by one, and of those that failed alike at one host. */
const mostNamed = 20;
const mostAlike = 3;

/** The line that says how far a run is: with little room it gives way to any other. */
export const progressLine = 'progress';

/** `1,204 of 5,000 repositories so far (4,100 resolved), 25,301 records` */
export function progressLogged(log: Log, {snapshot}: RunEvent, nouns: RepositoryNouns): Log {
  const {at} = snapshot;
  if (at - log.memory.progressAt < progressEveryMs) return log;
  const text = repositoriesText(snapshot, nouns);
  const told = gathered(log, at, 'info', {of: progressLine, text, isCounted: false});
  return {...told, memory: {...told.memory, progressAt: at}};
}

/** `lock.example: repositories failed (connection), the last did:plc:abc: ECONNREFUSED ×412` */
export function repositoryFailed(
  log: Log,
  event: Extract<RunEvent, {type: 'failure'}>,
  [one, several]: Noun,
): Log {
  const {partition, fault, host, isStream, snapshot} = event;
  const {at} = snapshot;
  const {named} = log.memory;
  const of = `${fault.kind} ${host ?? ''}`;
  const isNamed = named.length < mostNamed && named.filter(each => each === of).length < mostAlike;
  if (isStream === true) return logged(log, at, 'error', failureText(event, one));
  if (isNamed) {
    const next = logged(log, at, 'error', failureText(event, one));
    return {...next, memory: {...next.memory, named: [...named, of]}};
  }
  const where = host === undefined ? '' : `${host}: `;
  const message = withoutName(withoutName(fault.message, partition), host ?? '');
  const text = `${where}${several} failed (${fault.kind}), the last ${partition}: ${message}`;
  return gathered(log, at, 'error', {of, text, isCounted: true});
}

import {Fault} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';

/** What a listing gets wrong, whichever of them it is. */

export function saysNoWhere(host: string): Fault {
  return new Fault('server-error', `the listing of ${host} is truncated, and does not say where it goes on`, {
    host,
  });
}

export function repeatsItself(host: string): Fault {
  return new Fault('invalid', `the listing of ${host} repeats itself: it would never end`, {host});
}

export function wentBack(host: string, from: string, to: string): Fault {
  return new Fault(
    'invalid',
    `the listing of ${host} went back from ${printableKey(from)} to ${printableKey(to)}: its keys are not in byte order, so nothing beyond can be trusted`,
    {host},
  );
}

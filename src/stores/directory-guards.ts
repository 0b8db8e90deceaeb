import {constants} from 'node:fs';
import {Fault} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';

/** How a file of a folder is opened, and what is said where it is another than the one that was listed. */

/** A device or a named pipe in a file's place must not block, and a link is looked at before it is followed. */
export const readFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

export function changed(key: string, when: 'since it was listed' | 'while it was read'): Fault {
  return new Fault('changed', `${printableKey(key)}: the file changed ${when}`);
}

export function ledOut(key: string): Fault {
  const said = 'it now lies behind a link that leads out of the folder';
  return new Fault('changed', `${printableKey(key)}: ${said}`);
}

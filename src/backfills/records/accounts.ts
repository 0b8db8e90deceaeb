import type {Network} from '../../atproto/network.ts';
import {Fault} from '../../core/failure.ts';
import {OperatorError} from '../../core/operator-error.ts';
import type {Io} from '../shape.ts';
import type {OfNetwork} from './of-network.ts';
import type {RecordsScope} from './scope.ts';

/** https://atproto.com/specs/nsid, https://atproto.com/specs/did */
const nsid =
  /^[a-zA-Z](?:[a-zA-Z0-9-]{0,62})?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,62})?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/;
const did = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/;
const handle =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/**
 * A scope that says what it means: handles become DIDs. Everything that is wrong is told at once. A list of which nothing
 * is left would mean the whole network, so it is refused.
 */
export async function completeScope(
  scope: RecordsScope,
  {source, signal, placed}: Pick<Io<OfNetwork>, 'source' | 'signal' | 'placed'>,
): Promise<RecordsScope> {
  const collections = trimmed(scope.collections, 'collection');
  const accounts = trimmed(scope.dids, 'account');
  const wrong = collections
    .filter(collection => !nsid.test(collection))
    .map(collection => `${collection}: a collection is an NSID, such as app.bsky.feed.post`);
  const found = await Promise.all(accounts.map(account => accountOf(account, {source, signal, placed})));
  const refused = [...wrong, ...found.flatMap(({problem}) => problem ?? [])];
  if (refused.length > 0)
    throw new OperatorError(
      'usage',
      `the scope can't be understood:\n${refused.map(line => `  ${line}`).join('\n')}`,
      'Mend these, and leave the others as they are.',
    );
  return {...scope, collections, dids: [...new Set(found.flatMap(({is}) => is ?? []))].sort()};
}

function trimmed(values: readonly string[], what: string): string[] {
  const named = values.map(value => value.trim()).filter(value => value !== '');
  if (values.length > 0 && named.length === 0)
    throw new OperatorError(
      'usage',
      `no ${what} is left of the list that was given`,
      `Name one, or leave the list out for every ${what}.`,
    );
  return named;
}

interface Account {
  readonly is?: string;
  readonly problem?: string;
}

async function accountOf(
  account: string,
  {source, signal, placed}: Pick<Io<OfNetwork>, 'signal' | 'placed'> & {readonly source: Network},
): Promise<Account> {
  const named = account.replace(/^@/, '');
  if (did.test(named)) return {is: named};
  if (!handle.test(named))
    return {problem: `${account}: an account is a DID (did:plc:…, did:web:…) or a handle`};
  const {identities} = source;
  try {
    return {
      is: await placed(identities.hostOf(named), () => identities.resolveHandle(named.toLowerCase(), signal)),
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isNamed = error.message.startsWith(`${account}: `);
    return {problem: isNamed ? error.message : `${account}: ${error.message}`};
  }
}

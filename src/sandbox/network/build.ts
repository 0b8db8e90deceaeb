import {type Account, keyOf} from './account.ts';
import {contentOf, type Write} from './content.ts';
import {plcDidOf, revisionOf} from './identifiers.ts';
import {Repository} from './repository.ts';
import type {AccountSpec} from './spec.ts';

/** One account of a spec. `webPort` opens the server of a did:web account, and tells its port. */
export async function accountOf(
  spec: AccountSpec,
  seed: string,
  webPort: (wanted: number | undefined) => Promise<number>,
): Promise<Account> {
  const {name, host, identity = 'plc', listedIn = []} = spec;
  const did =
    identity === 'plc'
      ? plcDidOf(seed, name)
      : identity.web === 'domain'
        ? `did:web:${identity.domain}`
        : `did:web:localhost%3A${await webPort(identity.port)}`;
  const key = await keyOf(seed, name);
  const content = await contentOf(writesOf(spec), revisionOf(0));
  return {
    name,
    did,
    handle: spec.handle ?? `${name}.test`,
    signingKey: key.did(),
    repository: new Repository({did, content, key}),
    everIn: new Set([...content.collections.keys(), ...listedIn]),
    host,
    status: spec.status ?? 'active',
    leftAt: [],
    document: spec.document ?? null,
  };
}

function writesOf({name, records = {}, lies = {}}: AccountSpec): readonly Write[] {
  const untold = new Set(Object.keys(lies));
  const writes = Object.entries(records).flatMap(([collection, byKey]) =>
    Object.entries(byKey).map(([rkey, value]) => {
      const path = `${collection}/${rkey}`;
      const instead = lies[path];
      untold.delete(path);
      return {collection, rkey, value, ...(instead !== undefined && {instead})};
    }),
  );
  if (untold.size > 0) throw new Error(`${name} lies about records that it has not: ${[...untold]}`);
  return writes;
}

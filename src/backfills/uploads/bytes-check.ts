import type {Breach} from '../../core/checks.ts';
import {Fault} from '../../core/failure.ts';
import {Reservoir} from '../../core/reservoir.ts';
import type {Provider} from '../../stores/providers/provider.ts';
import type {CheckIo, Invariant} from '../invariant.ts';
import type {Shape} from '../shape.ts';
import type {AssetFacts} from './facts.ts';
import {recordedBy} from './recorded-by.ts';
import {type StoredAsset, storedAssets} from './stored-assets.ts';

const shown = 20;
const readAtOnce = 8;

type Limited = Pick<CheckIo<Shape>, 'signal' | 'onBytes' | 'limited'>;
type Reread = Limited & Pick<CheckIo<Shape>, 'written'>;

interface BytesCheck<S extends Shape> extends Pick<Invariant<S>, 'recovery' | 'recovers'> {
  /** Null where none is named: nothing is read then. */
  providerOf(io: CheckIo<S>): Promise<Provider | null>;
}

/** A sample of the provider's objects is read again: each has the bytes that its row says. */
export function bytesMatch<S extends Shape & {readonly scope: {readonly user: string | null}}>(
  facts: AssetFacts,
  {providerOf, ...mending}: BytesCheck<S>,
): Invariant<S> {
  return {
    id: 'hash-matches-bytes',
    title: 'hashes match the bytes at the provider, in a sample',
    severity: 'blocking',
    reads: 'bytes',
    counts: ['object', 'objects'],
    why: 'Whoever asks for the content of such a row gets something else, and the content itself may be nowhere.',
    ...mending,
    measure: async io => {
      const provider = await providerOf(io);
      if (provider === null) return {count: 0, sample: []};
      const {user} = io.scope;
      const drawn = new Reservoir<StoredAsset>(io.sample ?? Number.POSITIVE_INFINITY, () => io.random());
      for await (const page of storedAssets(io.target, facts, {user, provider: provider.id}, io.signal))
        for (const asset of page) if (asset.sha256 !== null) drawn.offer(asset);
      return reread(drawn.kept, provider, io);
    },
  };
}

async function reread(assets: readonly StoredAsset[], provider: Provider, io: Reread) {
  const breaches: Breach[] = [];
  let [read, unread] = [0, 0];
  const wrong = (asset: StoredAsset, detail: string) => {
    breaches.push({key: asset.object, detail});
  };
  const left = [...assets];
  const work = async () => {
    for (let asset = left.pop(); asset !== undefined; asset = left.pop()) {
      try {
        const hash = await hashOf(asset, provider, io);
        read++;
        if (hash === null) wrong(asset, `asset ${asset.id}: the provider has no such object`);
        else if (hash !== asset.sha256) wrong(asset, `asset ${asset.id}: row ${asset.sha256}, bytes ${hash}`);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        unread++;
      }
    }
  };
  await Promise.all(Array.from({length: readAtOnce}, work));
  const by = await recordedBy(io, provider.id, new Set(breaches.map(({key}) => key)));
  const sample = breaches.slice(0, shown).map(({key, detail}) => {
    const run = by.get(key);
    return {key, detail: run === undefined ? detail : `${detail}; run ${run} recorded it`};
  });
  const ours = breaches.filter(({key}) => by.has(key)).length;
  return {count: breaches.length, sample, note: noteOf({read, unread, wrong: breaches.length, ours})};
}

/** Null where there is no such object. */
async function hashOf(
  {object}: StoredAsset,
  provider: Provider,
  {signal, onBytes, limited}: Limited,
): Promise<string | null> {
  const {host, store} = provider;
  return limited(host, async () => {
    const found = await store.lookup(provider.key(object), signal);
    return found === null ? null : store.sha256(found, {signal, onBytes});
  });
}

/** What no run has recorded was so before any of them, or is somebody else's. */
function noteOf({
  read,
  unread,
  wrong,
  ours,
}: Readonly<Record<'read' | 'unread' | 'wrong' | 'ours', number>>): string {
  const reading = `${read} read${unread === 0 ? '' : `, ${unread} could not be`}`;
  if (wrong === 0) return reading;
  const ones = wrong === 1 ? 'wrong one' : 'wrong ones';
  return ours === 0
    ? `${reading}; no run has recorded the ${ones}`
    : `${reading}; runs have recorded ${ours === wrong ? 'the' : `${ours} of the ${wrong}`} ${ones}`;
}

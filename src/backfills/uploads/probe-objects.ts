import {Fault} from '../../core/failure.ts';
import {errorsOf, type Finding} from '../../core/probe.ts';
import {counted} from '../../core/words.ts';
import type {Provider} from '../../stores/providers/provider.ts';
import type {TargetIo} from '../shape.ts';
import {objectAt} from './asset-row.ts';
import type {AssetFacts} from './facts.ts';
import {readAssets} from './read-assets.ts';
import {storedAssets} from './stored-assets.ts';
import type {Uploads} from './uploads.ts';

const lookedFor = 8;

type Looking = Pick<TargetIo<Uploads>, 'target' | 'kept' | 'signal'>;

interface Whose {
  /** Null is everybody: nothing is looked for then. */
  readonly user: string | null;
  readonly provider: Provider;
}

/**
 * What a provider says of itself, and whether it has objects that rows name: a few are looked for. A
 * name in the config that is another place by now would go unnoticed otherwise, for rows are believed.
 */
export async function probeProvider(
  io: Looking,
  facts: AssetFacts | null,
  whose: Whose,
): Promise<readonly Finding[]> {
  const {provider} = whose;
  const found = await provider.check();
  if (facts === null || errorsOf({findings: found}).length > 0) return found;
  const objects = await someObjects(io, facts, whose);
  const lost = (await Promise.all(objects.map(object => isLost(object, provider, io.signal)))).filter(
    is => is,
  );
  return lost.length === 0 ? found : [...found, lostFinding(lost.length, objects.length, provider)];
}

/** Of rows that the hash store knows of, from all over them; where it knows of none, of the user's first thousand. */
async function someObjects(
  {target, kept, signal}: Looking,
  facts: AssetFacts,
  {user, provider}: Whose,
): Promise<readonly string[]> {
  if (user === null) return [];
  const known = await kept.someUploads({user, provider: provider.id}, lookedFor);
  if (known.length > 0) {
    const hashes = known.map(({sha256}) => sha256);
    const rows = await readAssets(target, facts, user, hashes);
    return [...rows.values()].flatMap(row => objectAt(row, provider.id) ?? []);
  }
  for await (const page of storedAssets(target, facts, {user, provider: provider.id}, signal))
    return page.slice(0, lookedFor).map(({object}) => object);
  return [];
}

/** What can't be told is not called lost. */
async function isLost(object: string, provider: Provider, signal: AbortSignal): Promise<boolean> {
  try {
    return (await provider.store.lookup(provider.key(object), signal)) === null;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

function lostFinding(lost: number, of: number, {label}: Provider): Finding {
  const again = 'A run with --fresh looks for every object, and uploads again what is lost.';
  const [level, subject] = ['warning', 'provider'] as const;
  return lost === of
    ? {
        level,
        subject,
        message: `${label} has none of ${counted(of, 'object')} that rows say it has: is it another place than before?`,
        remedy: `Bring the objects there, or give this place a name of its own. ${again}`,
      }
    : {
        level,
        subject,
        message: `${label} lacks ${lost} of ${counted(of, 'object')} that rows say it has`,
        remedy: again,
      };
}

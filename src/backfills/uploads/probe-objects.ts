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

type Looking = Pick<TargetIo<Uploads>, 'target' | 'kept' | 'signal' | 'limited'>;

interface Whose {
  /** Null is everybody: nothing is looked for then. */
  readonly user: string | null;
  readonly provider: Provider;
  /** Where it was when the run was made; null where that was not said. */
  readonly place: string | null;
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
  const {provider, place} = whose;
  if (place !== null && place !== provider.store.id) return [movedFinding(place, provider)];
  const found = await provider.check();
  if (facts === null || errorsOf({findings: found}).length > 0) return found;
  const {lost, looked} = await lostAmong(io, facts, whose, lookedFor);
  return lost.length === 0 ? found : [...found, lostFinding(lost.length, looked, provider)];
}

/** Some objects that rows name, and those of them that the provider does not have. */
export async function lostAmong(
  io: Looking,
  facts: AssetFacts,
  {user, provider}: Pick<Whose, 'user' | 'provider'>,
  most: number,
): Promise<{readonly looked: number; readonly lost: readonly string[]}> {
  const objects = await someObjects(io, facts, {user, provider}, most);
  const are = await Promise.all(objects.map(object => isLost(object, provider, io)));
  return {looked: objects.length, lost: objects.filter((_, index) => are[index])};
}

/** Of rows that the hash store knows of, from all over them; where it knows of none, of the user's first thousand. */
async function someObjects(
  {target, kept, signal}: Looking,
  facts: AssetFacts,
  {user, provider}: Pick<Whose, 'user' | 'provider'>,
  most: number,
): Promise<readonly string[]> {
  if (user === null) return [];
  const known = await kept.someUploads({user, provider: provider.id}, most);
  if (known.length > 0) {
    const hashes = known.map(({sha256}) => sha256);
    const rows = await readAssets(target, facts, user, hashes);
    return [...rows.values()].flatMap(row => objectAt(row, provider.id) ?? []);
  }
  for await (const page of storedAssets(target, facts, {user, provider: provider.id}, signal))
    return page.slice(0, most).map(({object}) => object);
  return [];
}

/** What can't be told is not called lost. */
async function isLost(object: string, provider: Provider, {signal, limited}: Looking): Promise<boolean> {
  const {store, host} = provider;
  try {
    return (await limited(host, () => store.lookup(provider.key(object), signal))) === null;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** What a run has begun at one place must not go on at another, nor be taken back there. */
function movedFinding(place: string, {label, store}: Provider): Finding {
  return {
    level: 'error',
    subject: 'provider',
    message: `${label} is another place than when this run was made: ${placeText(store.id)}, and it was ${placeText(place)}`,
    remedy: `Let ${label} be that place again until this run is done with, or make a new dry run.`,
  };
}

function placeText(id: string): string {
  return id.replace(/^folder:/, '');
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

import {Fault} from '../../core/failure.ts';
import {errorsOf, type Finding} from '../../core/probe.ts';
import {counted} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import type {Provider} from '../../stores/providers/provider.ts';
import type {AssetFacts} from './facts.ts';
import {storedAssets} from './stored-assets.ts';

const lookedFor = 8;

export interface Whose {
  /** Null is everybody. */
  readonly user: string | null;
  readonly provider: Provider;
}

/**
 * What a provider says of itself, and whether it has objects that rows name: a few of the oldest rows are looked for. A
 * name in the config that is another place by now would go unnoticed otherwise, for rows are believed.
 */
export async function probeProvider(
  target: Reader,
  facts: AssetFacts | null,
  {user, provider}: Whose,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await provider.check();
  const isBroken = errorsOf({findings: found, schema: '', facts: null}).length > 0;
  if (facts === null || isBroken) return found;
  const objects = await someObjects(target, facts, {user, provider}, signal);
  const lost = (await Promise.all(objects.map(object => isLost(object, provider, signal)))).filter(is => is);
  return lost.length === 0 ? found : [...found, lostFinding(lost.length, objects.length, provider)];
}

/** Of the first rows, from all over them. */
async function someObjects(
  target: Reader,
  facts: AssetFacts,
  {user, provider}: Whose,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for await (const page of storedAssets(target, facts, {user, provider: provider.id}, signal)) {
    const stride = Math.max(1, Math.floor(page.length / lookedFor));
    return page
      .filter((_, index) => index % stride === 0)
      .slice(0, lookedFor)
      .map(({object}) => object);
  }
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

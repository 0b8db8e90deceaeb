import type {Config} from '../config/config.ts';
import type {Target} from '../databases/database.ts';

/** `prod  (D1 prod-index, production)`: a target as it is named, and what a name of the config stands for. */
export function targetText(config: Pick<Config, 'targets'>, target: Target): string {
  const place = placeText(config, target);
  return place === null ? target.label : `${target.label}  (${place})`;
}

/** `D1 prod-index, production`; null where the operator named the place itself. */
export function placeText({targets}: Pick<Config, 'targets'>, {label, environment}: Target): string | null {
  const known = targets[label];
  if (known === undefined) return null;
  return `${placeOf(known)}${environment === null ? '' : `, ${environment}`}`;
}

function placeOf(known: Config['targets'][string]): string {
  if ('d1' in known) return `D1 ${known.d1}`;
  if ('postgres' in known) return `Postgres ${known.postgres}`;
  return 'pglite' in known ? `PGlite ${known.pglite}` : `SQLite ${known.sqlite}`;
}

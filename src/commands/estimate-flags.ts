import {withoutPassword} from '../databases/postgres-address.ts';
import type {EstimateCommandOptions} from './estimate.ts';

/** The same ends and scope, as flags of `headgate run`. */
export function runFlags(options: EstimateCommandOptions): readonly string[] {
  const {source, folder, provider, user, endpoint, region, target, relay, plc, allowPrivateHosts} = options;
  const {prefix, bucket, collection, did, proofs, since, maxObjects, startAfter, cursor} = options;
  const flags: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> = {
    '--source': source,
    '--folder': folder,
    '--provider': provider,
    '--user': user,
    '--endpoint': endpoint,
    '--region': region,
    '--target': target === undefined ? undefined : withoutPassword(target),
    '--relay': relay,
    '--plc': plc,
    '--allow-private-hosts': allowPrivateHosts,
    '--prefix': prefix,
    '--bucket': bucket,
    '--collection': collection,
    '--did': did,
    '--proofs': proofs,
    '--since': since,
    '--max-objects': maxObjects,
    '--start-after': startAfter,
    '--cursor': cursor,
    '--rate': options.rate,
    '--fresh': options.fresh,
  };
  return Object.entries(flags).flatMap(([flag, value]): readonly string[] => {
    if (value === undefined || value === false) return [];
    if (value === true) return [flag];
    return typeof value === 'object' ? [flag, ...value] : [flag, String(value)];
  });
}

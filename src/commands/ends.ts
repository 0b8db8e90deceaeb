import {targetFlags} from '../config/end-kinds.ts';
import {OperatorError} from '../core/operator-error.ts';

/** What is read and what is brought up to date, as flags name them. */
export interface Ends {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** Of the AT Protocol network. */
  readonly relay?: readonly string[] | undefined;
  readonly plc?: string | undefined;
  readonly allowPrivateHosts?: boolean | undefined;
}

export function requireSource({source}: Ends): string {
  if (source !== undefined) return source;
  throw new OperatorError(
    'usage',
    'no source is named',
    'Name what is read: --source FOLDER, or --source s3://BUCKET/PREFIX',
  );
}

export function requireTarget({target}: Ends): string {
  if (target !== undefined) return target;
  throw new OperatorError('usage', 'no target is named', `Name what is brought up to date: ${targetFlags()}`);
}

export function bucketFlags({endpoint, region}: Ends): {
  readonly endpoint?: string;
  readonly region?: string;
} {
  return {...(endpoint === undefined ? {} : {endpoint}), ...(region === undefined ? {} : {region})};
}

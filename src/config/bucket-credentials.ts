import {secretOf} from './place-names.ts';
import type {BucketCredentials} from './schema.ts';

export type Credentials = Readonly<Record<'accessKeyId' | 'secretAccessKey', string>> & {
  readonly sessionToken?: string;
};

/** Those of a bucket in the config; `what` names it where a variable is not set that holds one. */
export function credentialsOf(
  {accessKeyId, secretAccessKey, sessionToken}: BucketCredentials,
  what: string,
  environment: Readonly<Record<string, string | undefined>>,
): Credentials {
  return {
    accessKeyId: secretOf(accessKeyId, what, environment),
    secretAccessKey: secretOf(secretAccessKey, what, environment),
    ...(sessionToken === undefined ? {} : {sessionToken: secretOf(sessionToken, what, environment)}),
  };
}

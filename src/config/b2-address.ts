import {OperatorError} from '../core/operator-error.ts';
import type {BucketAddress} from './bucket-address.ts';

/**
 * What b2://BUCKET takes from the environment, under the names that Backblaze's own tools and pipelines use: the
 * application key, and the endpoint where neither the address nor a flag has one.
 */

type Environment = Readonly<Record<string, string | undefined>>;

const ofKey = ['B2_KEY_ID', 'B2_APP_KEY'] as const;
const ofEndpoint = 'B2_ENDPOINT';

export const b2KeysRemedy =
  'Look at B2_KEY_ID and B2_APP_KEY: they are the keyID and the applicationKey of one application key, which may list this bucket and read its files (listFiles, readFiles).';

export const b2WritingKeysRemedy =
  'Look at B2_KEY_ID and B2_APP_KEY: they are the keyID and the applicationKey of one application key, which may list this bucket, read and write its files (listFiles, readFiles, writeFiles, deleteFiles).';

/** With the endpoint that it is reached at, in the one form that its label has. Any other bucket stays as it is. */
export function withB2Endpoint(address: BucketAddress, environment: Environment): BucketAddress {
  if (address.scheme !== 'b2') return address;
  const endpoint = (address.endpoint ?? environment[ofEndpoint] ?? '').replace(/\/+$/, '');
  if (endpoint === '') return address;
  return {...address, endpoint: /^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`};
}

/** Everything that is not set is told at once. */
export function b2Keys(
  {bucket, endpoint, profile}: BucketAddress,
  environment: Environment,
  end: 'source' | 'provider' = 'source',
): B2Keys {
  if (profile !== undefined)
    throw new OperatorError(
      'usage',
      `${end} b2://${bucket}: its keys are those of B2_KEY_ID and B2_APP_KEY, not those of the profile ${profile}`,
      `Leave profile out, or name the bucket as s3://${bucket}, with its endpoint.`,
    );
  const needed = endpoint === undefined ? [...ofKey, ofEndpoint] : ofKey;
  const missing = needed.filter(name => (environment[name] ?? '') === '');
  if (missing.length > 0)
    throw new OperatorError(
      'usage',
      `${end} b2://${bucket}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      `Set ${missing.length === 1 ? 'it' : 'them'}: B2_KEY_ID and B2_APP_KEY are the keyID and the applicationKey of an application key, B2_ENDPOINT (or --endpoint) is such as https://s3.eu-central-003.backblazeb2.com.`,
    );
  const [accessKeyId = '', secretAccessKey = ''] = ofKey.map(name => environment[name]);
  return {accessKeyId, secretAccessKey};
}

interface B2Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

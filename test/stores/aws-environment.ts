import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {onTestFinished, vi} from 'vitest';
import {tempFolder} from '../support/temp.ts';

export interface AwsEnvironment {
  /** The file that AWS tools call ~/.aws/credentials. */
  readonly credentials: string;
}

/** What AWS tools look at, and nothing of it from this machine: environment and the two files of a profile. */
export function awsEnvironment(
  variables: Readonly<Record<string, string>> = {},
  files: {readonly config?: string; readonly credentials?: string} = {},
): AwsEnvironment {
  const folder = tempFolder();
  const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
  writeFileSync(config, files.config ?? '');
  writeFileSync(credentials, files.credentials ?? '');
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  const all = {
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    // Without credentials the SDK would ask the network for those of a machine at AWS.
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return {credentials};
}

export const someKeys = {AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret'} as const;

/** A profile in the file of credentials. */
export function profileOf(name: string, accessKeyId: string, secretAccessKey: string): string {
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';

/** The variables of the process, as far as AWS tools look at them. */
export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The endpoint that a profile names in ~/.aws/config. The SDK takes it from the profile of AWS_PROFILE alone, not from
 * one that it is given: a bucket of R2 would then be looked for at AWS. What the environment says goes before it, as
 * in other AWS tools; then the profile's for S3 (in its section of services), then the profile's for all services.
 */
export async function endpointOfProfile(
  profile: string,
  environment: AwsEnvironment,
): Promise<string | undefined> {
  const isIgnored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  if (environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'] || isIgnored) return undefined;
  const path = environment['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws', 'config');
  const sections = sectionsOf(await readFile(path, 'utf8').catch(() => ''));
  const own = sections.get(profile === 'default' ? 'default' : `profile ${profile}`);
  const services = sections.get(`services ${own?.get('services') ?? ''}`);
  return services?.get('s3.endpoint_url') ?? own?.get('endpoint_url');
}

/** Settings by section: docs.aws.amazon.com/sdkref/latest/guide/file-format.html. An indented one belongs to the last that has no value. */
function sectionsOf(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  let parent = '';
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const section = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1]?.replace(/\s+/g, ' ').replaceAll(/["']/g, '');
    if (section !== undefined) {
      current = sections.get(section) ?? new Map<string, string>();
      sections.set(section, current);
      continue;
    }
    const [, indent = '', name = '', value = ''] =
      /^(\s*)([^=]+?)\s*=\s*(.*?)\s*(?:\s[#;].*)?$/.exec(line) ?? [];
    if (indent === '') parent = name;
    current.set(indent === '' ? name : `${parent}.${name}`, value);
  }
  return sections;
}

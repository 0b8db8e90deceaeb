import {isValidHandle} from '@atproto/syntax';
import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import type {Identity} from './network.ts';
import {isPublicAddress} from './public-address.ts';
import {shown} from './web-faults.ts';

/**
 * What a DID document says of an account: https://atproto.com/specs/did#did-documents. Lists are read item by item, so
 * that one entry of another service does not hide the host; what can't be asked is named as it stands there.
 */

const documentSchema = z.object({
  id: z.string(),
  alsoKnownAs: z.array(z.unknown()).catch([]),
  verificationMethod: z.array(z.unknown()).catch([]),
  service: z.array(z.unknown()).catch([]),
});
const serviceSchema = z.object({id: z.string(), type: z.string(), serviceEndpoint: z.unknown().optional()});
const keySchema = z.object({id: z.string(), type: z.string(), publicKeyMultibase: z.string().max(512)});

export interface DocumentOptions {
  readonly did: string;
  /** Who gave the document. */
  readonly host: string;
  readonly allowPrivateHosts: boolean;
}

export async function readDidDocument(
  text: string,
  {did, host, allowPrivateHosts}: DocumentOptions,
): Promise<Identity> {
  const document = parse(text);
  if (document === null) throw noHost(`${did}: ${host} gives no DID document for it`);
  if (document.id !== did) throw noHost(`${did}: ${host} gives the document of ${shown(document.id)} for it`);
  const {alsoKnownAs, service, verificationMethod} = document;
  return {
    did,
    pds: hostOf(did, service, allowPrivateHosts),
    handle: handleOf(alsoKnownAs),
    signingKey: await signingKeyOf(did, verificationMethod),
  };
}

function parse(text: string): z.infer<typeof documentSchema> | null {
  try {
    return documentSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function hostOf(did: string, services: readonly unknown[], allowPrivateHosts: boolean): string {
  const service = named(did, 'atproto_pds', services, serviceSchema);
  if (service === null) throw noHost(`${did}: its document names no host (no #atproto_pds)`);
  const {type, serviceEndpoint} = service;
  if (type !== 'AtprotoPersonalDataServer')
    throw noHost(`${did}: its #atproto_pds is of type ${shown(type)}, and not a host of repositories`);
  const said = typeof serviceEndpoint === 'string' ? serviceEndpoint : written(serviceEndpoint);
  const refused = (why: string) => noHost(`${did}: its document names the host ${shown(said)}, ${why}`);
  if (!URL.canParse(said)) throw refused('which is no address');
  const url = new URL(said);
  const {protocol, hostname, origin, pathname, search, username, password} = url;
  if (protocol !== 'https:' && !(allowPrivateHosts && protocol === 'http:'))
    throw refused('which is not https');
  if (pathname !== '/' || search !== '' || username !== '' || password !== '')
    throw refused('which says more than where it is');
  if (!allowPrivateHosts && isWithin(hostname)) throw refused('which is not a public address');
  return origin;
}

/** JSON is read at any depth, and not written: a stranger's document must not end anybody's run by that. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value ?? null);
  } catch {
    return '(nested too deeply to be told)';
  }
}

/** An address, or a name that means this machine. Other names are looked at when they are asked. */
function isWithin(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (/^[\d.]+$/.test(address) || address.includes(':')) return !isPublicAddress(address);
  return !hostname.includes('.') || /(^|\.)localhost\.?$/.test(hostname);
}

/** The first that can be one: https://atproto.com/specs/handle#did-document */
function handleOf(aliases: readonly unknown[]): string | null {
  const first = aliases.find(alias => typeof alias === 'string' && alias.startsWith('at://'));
  const handle = typeof first === 'string' ? first.slice('at://'.length).toLowerCase() : '';
  return isValidHandle(handle) && handle !== 'handle.invalid' ? handle : null;
}

async function signingKeyOf(did: string, methods: readonly unknown[]): Promise<string | null> {
  const key = named(did, 'atproto', methods, keySchema);
  if (key === null) return null;
  const {type, publicKeyMultibase} = key;
  if (type === 'Multikey') return `did:key:${publicKeyMultibase}`;
  // As documents had them before 2023: https://atproto.com/specs/did#public-key-encoding
  const {formatDidKey, multibaseToBytes, P256_JWT_ALG, SECP256K1_JWT_ALG} = await import('@atproto/crypto');
  const algorithm = {
    EcdsaSecp256r1VerificationKey2019: P256_JWT_ALG,
    EcdsaSecp256k1VerificationKey2019: SECP256K1_JWT_ALG,
  }[type];
  try {
    return algorithm === undefined ? null : formatDidKey(algorithm, multibaseToBytes(publicKeyMultibase));
  } catch {
    return null;
  }
}

/** The entry that is called `#name`, or in full. */
function named<Item extends {readonly id: string}>(
  did: string,
  name: string,
  items: readonly unknown[],
  schema: z.ZodType<Item>,
): Item | null {
  for (const item of items) {
    const {success, data} = schema.safeParse(item);
    if (success && (data.id === `#${name}` || data.id === `${did}#${name}`)) return data;
  }
  return null;
}

function noHost(message: string): Fault {
  return new Fault('no-host', message);
}

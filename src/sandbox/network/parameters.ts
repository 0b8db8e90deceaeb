import {type Answer, type Call, errorAnswer, invalidRequest} from './answer.ts';
import type {HostSpec} from './spec.ts';

/** What a parameter has to be; a number is a whole one, from 1 to that. */
type Kind = 'did' | 'handle' | 'identifier' | 'nsid' | 'text' | number;

/** Parameters of the methods that a host has; a question mark is behind those that can be left out. */
const parameters: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  'com.atproto.repo.listRecords': {repo: 'identifier', collection: 'nsid', 'limit?': 100},
  'com.atproto.repo.getRecord': {repo: 'identifier', collection: 'nsid', rkey: 'text'},
  'com.atproto.repo.describeRepo': {repo: 'identifier'},
  'com.atproto.identity.resolveHandle': {handle: 'handle'},
  'com.atproto.sync.getRepo': {did: 'did'},
  'com.atproto.sync.getRecord': {did: 'did', collection: 'nsid', rkey: 'text'},
  'com.atproto.sync.getLatestCommit': {did: 'did'},
  'com.atproto.sync.getRepoStatus': {did: 'did'},
  'com.atproto.sync.listRepos': {'limit?': 1_000},
};

const did = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/;
const handle = /^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;
const nsid =
  /^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/;

export function isNsid(text: string): boolean {
  return nsid.test(text);
}

/**
 * The refusal of parameters that are missing or not of their kind, in the words of the reference PDS; null where nothing
 * is wrong. It looks before it counts a request against a limit.
 */
export function refuseParameters({method, query}: Call, {refusesLargePagesWith}: HostSpec): Answer | null {
  const complaints = Object.entries(parameters[method] ?? {}).flatMap(([name, kind]) => {
    const key = name.replace('?', '');
    const value = query.get(key);
    if (value === null || value === '') return key === name ? [`Missing required key "${key}"`] : [];
    return complaintOf(value, kind) ?? [];
  });
  if (complaints.length === 0) return null;
  if (refusesLargePagesWith === 500 && complaints.some(complaint => complaint.startsWith('integer too big')))
    return errorAnswer(500, 'InternalServerError', 'Internal Server Error');
  return invalidRequest(`Invalid ${method} params: ${complaints.join(', ')}`);
}

function complaintOf(value: string, kind: Kind): string | null {
  switch (kind) {
    case 'text':
      return null;
    case 'nsid':
      return nsid.test(value) ? null : `Invalid NSID (got "${value}")`;
    case 'did':
      return did.test(value) ? null : `Invalid DID (got "${value}")`;
    case 'handle':
      return handle.test(value) ? null : `Invalid handle (got "${value}")`;
    case 'identifier':
      return did.test(value) || handle.test(value) ? null : `Invalid AT identifier (got "${value}")`;
    default:
      return complaintOfNumber(value, kind);
  }
}

function complaintOfNumber(value: string, most: number): string | null {
  const number = Number(value);
  if (!Number.isInteger(number)) return `Expected integer value type (got "${value}")`;
  if (number < 1) return `integer too small (minimum 1, got ${value})`;
  return number > most ? `integer too big (maximum ${most}, got ${value})` : null;
}

/** Of a query that was looked at. */
export function textOf(query: URLSearchParams, name: string): string {
  return query.get(name) ?? '';
}

export function limitOf(query: URLSearchParams, otherwise: number): number {
  return Number(query.get('limit') || otherwise);
}

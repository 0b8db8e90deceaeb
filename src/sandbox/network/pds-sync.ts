import type {Account} from './account.ts';
import {type Answer, carAnswer, invalidRequest, jsonAnswer} from './answer.ts';
import {availableAccount, heldAccount, standingOf} from './availability.ts';
import {limitOf, textOf} from './parameters.ts';
import type {PdsOptions} from './pds-repo.ts';

/** com.atproto.sync.getRepo: a CAR of all blocks, or of those that came after `since`. */
export async function getRepo({spec, find}: PdsOptions, query: URLSearchParams): Promise<Answer> {
  const {repository} = availableAccount(find, textOf(query, 'did'));
  const since = spec.ignoresSince === true ? null : query.get('since');
  return carAnswer(await repository.car(spec.carOrder ?? 'cid', since));
}

/** com.atproto.sync.getRecord: a CAR that proves one record, or that there is none. */
export async function getRecordProof({find}: PdsOptions, query: URLSearchParams): Promise<Answer> {
  const {repository} = availableAccount(find, textOf(query, 'did'));
  return carAnswer(await repository.proof(textOf(query, 'collection'), textOf(query, 'rkey')));
}

/** com.atproto.sync.getLatestCommit */
export async function getLatestCommit({find}: PdsOptions, query: URLSearchParams): Promise<Answer> {
  const {repository} = availableAccount(find, textOf(query, 'did'));
  return jsonAnswer({cid: (await repository.commit()).cid.toString(), rev: repository.rev});
}

/** com.atproto.sync.getRepoStatus: the one method that tells of an inactive account why it is. */
export function getRepoStatus({find}: PdsOptions, query: URLSearchParams): Answer {
  const account = heldAccount(find, textOf(query, 'did'));
  const standing = standingOf(account);
  return jsonAnswer({
    did: account.did,
    ...standing,
    ...(standing.active && {rev: account.repository.rev}),
  });
}

/** 2026-01-01: when the first account came; each other a millisecond after the one before. */
const firstCameAt = 1_767_225_600_000;

/** com.atproto.sync.listRepos of a host: those that it holds, in the order in which they came. */
export async function listRepos(accounts: readonly Account[], query: URLSearchParams): Promise<Answer> {
  const cursor = query.get('cursor');
  const [, cameAt] = /^(\d+)::did:.+$/.exec(cursor ?? '') ?? [];
  if (cursor && cameAt === undefined) return invalidRequest('Malformed cursor');
  const start = cameAt === undefined ? 0 : Number(cameAt) - firstCameAt + 1;
  const page = accounts.slice(start, start + limitOf(query, 500));
  const last = page.at(-1);
  return jsonAnswer({
    ...(last !== undefined && {cursor: `${firstCameAt + start + page.length - 1}::${last.did}`}),
    repos: await Promise.all(page.map(listedRepo)),
  });
}

/** An account as listRepos puts it. */
export async function listedRepo(account: Account): Promise<object> {
  const {did, repository} = account;
  const head = (await repository.commit()).cid.toString();
  return {did, head, rev: repository.rev, ...standingOf(account)};
}

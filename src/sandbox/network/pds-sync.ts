import type {Account} from './account.ts';
import {type Answer, carAnswer, invalidRequest, jsonAnswer, limitOf, required} from './answer.ts';
import {availableAccount, heldAccount, standingOf} from './availability.ts';
import type {PdsOptions} from './pds-repo.ts';

/** com.atproto.sync.getRepo: a CAR of all blocks, or of those that came after `since`. */
export async function getRepo({spec, find}: PdsOptions, query: URLSearchParams): Promise<Answer> {
  const {repository} = availableAccount(find, required(query, 'did'));
  const since = spec.ignoresSince === true ? null : query.get('since');
  return carAnswer(await repository.car(spec.carOrder ?? 'cid', since));
}

/** com.atproto.sync.getRecord: a CAR that proves one record, or that there is none. */
export async function getRecordProof({find}: PdsOptions, query: URLSearchParams): Promise<Answer> {
  const {repository} = availableAccount(find, required(query, 'did'));
  return carAnswer(await repository.proof(required(query, 'collection'), required(query, 'rkey')));
}

/** com.atproto.sync.getLatestCommit */
export async function getLatestCommit({find}: PdsOptions, query: URLSearchParams): Promise<Answer> {
  const {repository} = availableAccount(find, required(query, 'did'));
  return jsonAnswer({cid: (await repository.commit()).cid.toString(), rev: repository.rev});
}

/** com.atproto.sync.getRepoStatus: the one method that tells of an inactive account why it is. */
export function getRepoStatus({find}: PdsOptions, query: URLSearchParams): Answer {
  const account = heldAccount(find, required(query, 'did'));
  const standing = standingOf(account);
  return jsonAnswer({
    did: account.did,
    ...standing,
    ...(standing.active && {rev: account.repository.rev}),
  });
}

const pageMost = 1_000;

/** com.atproto.sync.listRepos of a host: those that it holds, in the order in which they came. */
export async function listRepos(
  accounts: readonly Account[],
  query: URLSearchParams,
  most: number = pageMost,
): Promise<Answer> {
  const limit = limitOf(query, pageMost, 500);
  if (limit === null) return invalidRequest(`limit parameter invalid: ${query.get('limit')}`);
  const start = Number(query.get('cursor') ?? 0);
  if (!Number.isInteger(start) || start < 0) return invalidRequest('Malformed cursor');
  const end = start + Math.min(limit, most);
  const page = accounts.slice(start, end);
  const repos = await Promise.all(page.map(listed));
  return jsonAnswer({repos, ...(page.length === end - start && {cursor: String(end)})});
}

async function listed(account: Account): Promise<object> {
  const {did, repository} = account;
  const head = (await repository.commit()).cid.toString();
  return {did, head, rev: repository.rev, ...standingOf(account)};
}

import type {Account} from './account.ts';
import {invalidRequest, Refusal} from './answer.ts';

/** Where repositories are looked up: those of one host. */
export type Lookup = (identifier: string) => Account | undefined;

/** For the repo methods: nobody is told why a repository can't be had. */
export function activeAccount(find: Lookup, identifier: string): Account | null {
  const account = find(identifier);
  return account?.status === 'active' ? account : null;
}

/** For the sync methods: an inactive repository is there, and has a reason. */
export function heldAccount(find: Lookup, identifier: string): Account {
  const account = find(identifier);
  if (account === undefined || account.status === 'deleted')
    throw new Refusal(invalidRequest(`Could not find repo for DID: ${identifier}`, 'RepoNotFound'));
  return account;
}

/** For the sync methods that give content. */
export function availableAccount(find: Lookup, identifier: string): Account {
  const account = heldAccount(find, identifier);
  switch (account.status) {
    case 'takendown':
      throw new Refusal(invalidRequest(`Repo has been takendown: ${identifier}`, 'RepoTakendown'));
    case 'suspended':
      throw new Refusal(invalidRequest(`Repo has been suspended: ${identifier}`, 'RepoSuspended'));
    case 'deactivated':
      throw new Refusal(invalidRequest(`Repo has been deactivated: ${identifier}`, 'RepoDeactivated'));
    default:
      return account;
  }
}

/** As getRepoStatus and listRepos put it. */
export function standingOf({status}: Account): {readonly active: boolean; readonly status?: string} {
  return status === 'active' ? {active: true} : {active: false, status};
}

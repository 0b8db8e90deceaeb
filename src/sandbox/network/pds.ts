import {type Account, type Accounts, heldAt} from './account.ts';
import {type Answer, errorAnswer, type Route, textAnswer} from './answer.ts';
import {documentAnswer} from './did-document.ts';
import {describeRepo, getRecord, listRecords, type PdsOptions, resolveHandle} from './pds-repo.ts';
import {getLatestCommit, getRecordProof, getRepo, getRepoStatus, listRepos} from './pds-sync.ts';

/** One host: what it answers of the accounts that are there now. */
export function pdsRoute(host: string, accounts: Accounts, options: Omit<PdsOptions, 'find'>): Route {
  const ofHost = (identifier: string) => heldAt(host, accounts.find(identifier));
  const pds: PdsOptions = {...options, find: ofHost};

  /** By the name that the host was called by: a handle, or the domain of a did:web. */
  const wellKnownDid = (calledAs: string): Answer => {
    const account = ofHost(calledAs);
    return account === undefined ? textAnswer(404, 'User not found') : textAnswer(200, account.did);
  };
  const wellKnownDocument = (calledAs: string): Answer => {
    const account = ofHost(`did:web:${calledAs}`);
    return account === undefined
      ? textAnswer(404, 'Not Found')
      : documentAnswer(account, pds, 'application/json; charset=utf-8');
  };

  return ({method, query, calledAs}) => {
    switch (method) {
      case 'com.atproto.repo.listRecords':
        return listRecords(pds, query);
      case 'com.atproto.repo.getRecord':
        return getRecord(pds, query);
      case 'com.atproto.repo.describeRepo':
        return describeRepo(pds, query);
      case 'com.atproto.identity.resolveHandle':
        return resolveHandle(pds, query);
      case 'com.atproto.sync.getRepo':
        return getRepo(pds, query);
      case 'com.atproto.sync.getRecord':
        return getRecordProof(pds, query);
      case 'com.atproto.sync.getLatestCommit':
        return getLatestCommit(pds, query);
      case 'com.atproto.sync.getRepoStatus':
        return getRepoStatus(pds, query);
      case 'com.atproto.sync.listRepos':
        return listRepos(held(accounts, host), query);
      case '/.well-known/atproto-did':
        return wellKnownDid(calledAs);
      case '/.well-known/did.json':
        return wellKnownDocument(calledAs);
      default:
        return method.startsWith('/')
          ? textAnswer(404, 'Not Found')
          : // What it has not is for its appview, and that is for those who are signed in.
            errorAnswer(401, 'AuthMissing', 'Authentication Required');
    }
  };
}

function held(accounts: Accounts, host: string): readonly Account[] {
  return [...accounts.all()]
    .flatMap(account => heldAt(host, account) ?? [])
    .filter(({status}) => status !== 'deleted');
}

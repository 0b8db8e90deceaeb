import type {Accounts} from './account.ts';
import {type Answer, jsonTextAnswer, type Route} from './answer.ts';
import {type DocumentEnds, documentAnswer} from './did-document.ts';
import type {PlcSpec} from './spec.ts';

export interface PlcOptions extends DocumentEnds {
  readonly accounts: Accounts;
  readonly spec: PlcSpec;
  /** Told of every account that is asked for. */
  readonly onLook: (host: string) => void;
}

/** The directory of did:plc: where each account is, and with which key it signs. */
export function plcRoute({accounts, spec, onLook, ...ends}: PlcOptions): Route {
  return ({method, path}) => {
    if (method !== 'resolve') return messageAnswer(404, 'Not Found');
    const did = decodeURIComponent(path.slice(1));
    const account = did.startsWith('did:plc:') ? accounts.withDid(did) : undefined;
    if (account === undefined || account.document === 'unknown')
      return messageAnswer(404, `DID not registered: ${did}`);
    if (account.document === 'tombstone')
      return messageAnswer(spec.tombstoneStatus ?? 410, `DID not available: ${did}`);
    onLook(account.host);
    return documentAnswer(account, ends, 'application/did+ld+json; charset=utf-8');
  };
}

function messageAnswer(status: number, message: string): Answer {
  return jsonTextAnswer(JSON.stringify({message}), status);
}

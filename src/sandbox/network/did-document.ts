import type {Account} from './account.ts';
import {type Answer, jsonTextAnswer, textAnswer} from './answer.ts';

export interface DocumentEnds {
  /** The address of a host by its name. */
  readonly originOf: (host: string) => string;
  /** A did:key that signs nothing. */
  readonly otherKey: string;
}

/** The DID document of an account, in the shape that plc.directory gives; wrong where the account's spec says so. */
export function documentOf(account: Account, {originOf, otherKey}: DocumentEnds): object {
  const {did, handle, document} = account;
  const id = document === 'other-did' ? `${did.slice(0, -4)}aaaa` : did;
  const key = document === 'other-key' ? otherKey : account.signingKey;
  const endpoint = endpointOf(account, originOf);
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/multikey/v1',
      'https://w3id.org/security/suites/secp256k1-2019/v1',
    ],
    id,
    alsoKnownAs: [`at://${handle}`],
    verificationMethod:
      document === 'no-key'
        ? []
        : [
            {
              id: `${id}#atproto`,
              type: 'Multikey',
              controller: id,
              publicKeyMultibase: key.slice('did:key:'.length),
            },
          ],
    service:
      endpoint === null
        ? []
        : [{id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: endpoint}],
  };
}

function endpointOf({document, host}: Account, originOf: DocumentEnds['originOf']): string | null {
  if (document === 'no-host') return null;
  if (document === null || typeof document === 'string') return originOf(host);
  return 'endpoint' in document ? document.endpoint : originOf(document.host);
}

/** The document as a directory or a web server sends it. */
export function documentAnswer(account: Account, ends: DocumentEnds, contentType: string): Answer {
  if (account.document === 'not-json')
    return textAnswer(200, 'This is not the document you are looking for.');
  const answer = jsonTextAnswer(JSON.stringify(documentOf(account, ends)));
  return {...answer, headers: {'content-type': contentType}};
}

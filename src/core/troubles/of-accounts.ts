import type {Trouble} from './trouble.ts';

/**
 * With hosts of accounts, and with relays. Nobody here can mend what they serve: what helps is time, another way, or
 * whoever runs the host.
 */
export const accountTroubles: readonly Trouble[] = [
  {
    symptom: 'a host of accounts refuses connections, or its name can not be resolved',
    cause: 'it is down, or gone: what its accounts hold can be read nowhere else, unless they move',
    remedy: 'headgate retry RUN when it is back: where each account is, is then looked up again.',
    matches:
      /: (it refuses connections|its name can not be resolved|there is no way to it|it broke the connection|the connection broke|it does not answer) \(|: it closes every connection$/,
  },
  {
    symptom: 'a host of accounts takes too long',
    cause: 'it is overloaded, or the way to it is',
    remedy: 'Retry when it is less busy. If it stays, and others are slow as well, look at the network here.',
    matches: /: (nothing came|no connection|its answer takes too long) \(\d/,
  },
  {
    symptom: 'a host of accounts has no good certificate, or speaks no TLS',
    cause: 'it is set up wrongly, or somebody stands in between',
    remedy:
      "It is for whoever runs the host: retry when that is mended. If every host says so, look at the network here and at this machine's clock.",
    matches: /: (its certificate is not good|it does not speak (TLS|HTTP) there) \(/,
  },
  {
    symptom: '429 from a host of accounts, a relay or the directory',
    cause: 'it takes only so many requests from one address in a time',
    remedy:
      'Headgate waits until the time that it names, and reads from the others meanwhile. If it stays: lower --rate, or retry later.',
    matches: /^\S+[.:]\S+: 429 Too Many Requests\b|: it has said that it takes no more requests for now$/,
  },
  {
    symptom: '5xx from a host of accounts, a relay or the directory',
    cause: 'it has broken down, or does not serve a repository for now',
    remedy:
      'It is for whoever runs the host: retry later. In the place of a relay another can be named: --relay URL.',
    matches: /^\S+[.:]\S+: 5\d\d [A-Z]\w+ [A-Z]\w+\b|: the host does not serve the repository for now \(/,
  },
  {
    symptom: '401 or 403 from a host of accounts, a relay or the directory',
    cause: 'it shows this to nobody, or not to this machine',
    remedy:
      'Ask whoever runs the host to let this machine read there, then retry. Others are not held up by it.',
    matches: /^\S+[.:]\S+: 40[13] (Unauthorized|Forbidden)\b/,
  },
  {
    symptom: 'the host has no such repository, or nobody knows the DID',
    cause: 'the account was deleted or has moved, and a relay lists it still',
    remedy:
      'Nothing can be read of it there. A retry looks up where it is by now; what the target has of it stays as it is.',
    matches:
      /: (the host has no such repository \(|\S+ knows no such DID$|it was tombstoned, says )| is no DID$|: 404 Not Found: com\.atproto\./,
  },
  {
    symptom: 'an address of an account that is not public, or not https',
    cause: 'its identity names a host that could be within your own network, and so nothing is asked there',
    remedy:
      'If the host is yours: --allow-private-hosts. If not, only the account can mend its identity; then retry.',
    matches:
      /is not a public one, so nothing is asked there$|: it is to be asked without encryption$|, which is not (https|a public address)$/,
  },
  {
    symptom: 'a record whose content has another CID',
    cause: 'its host gives something else than what the account has signed, by mistake or not',
    remedy: 'Nothing of it was stored. Tell whoever runs the host, and retry when it is mended.',
    matches:
      /its CID is said to be |it has no CID, but its content has |gives something else for \S+ than what has this CID|blocks that are not the content of their CIDs/,
  },
  {
    symptom: 'a signature that is not of the key that the identity names',
    cause: "the account's key was changed a moment ago, or the repository is not the account's",
    remedy:
      'Retry: the key is looked up again. If it stays, nothing that this host gives for the account is to be believed.',
    matches: /its signature is not that of | has no signing key, so nothing /,
  },
  {
    symptom: 'a record whose URI is of another account or collection',
    cause: 'its host lists what was not asked for',
    remedy:
      'Nothing of it was stored, and it has no key by which it could be asked for again: a new run looks what is there by then.',
    matches: /, and not one of at:\/\/| stands for what its host listed there: /,
  },
  {
    symptom: 'text that holds U+0000 or half a surrogate pair',
    cause: 'Postgres can not store it, and nothing is replaced unless you say so',
    remedy:
      'Set options.records.unstorable to "replace" and run again: it is stored with the replacement character, and flagged. Or leave it out, on record as it is.',
    matches: /its text holds U\+0000 or half a surrogate pair/,
  },
  {
    symptom: 'a record that is none, or is larger or deeper than one may be',
    cause: 'the account wrote something that the protocol does not allow',
    remedy: 'Nothing: only the account can mend it. It is left out, and on record.',
    matches:
      /it is no record: |its record key is not one|it is larger than a record may be|levels that a record may have/,
  },
  {
    symptom: 'a CAR that is too large to be proven',
    cause: 'it would have to be held in memory as a whole, which options.records.carBytes does not allow',
    remedy: 'Raise options.records.carBytes, or run without --proofs.',
    matches: /its CAR is larger than options\.records\.carBytes/,
  },
  {
    symptom: 'a list or a CAR that breaks off, goes round or is not as the protocol has it',
    cause: 'the host makes them wrongly, or something on the way garbles them',
    remedy:
      'Retry, for some hosts do better the next time. If it stays, try the other way (options.records.fetch: "pages" or "car"), and tell whoever runs the host.',
    matches:
      /\bits (CAR|tree|content) (has|breaks off|lacks)\b|its commit can not be taken: |the list does not go on: its cursor|: its list (comes round again|does not end): |its answer to \S+ is (not of the form that it should have|nested deeper)|: it sends us .* nobody may send us$|: it compresses what nobody asked|: 4\d\d [\w -]+: com\.atproto\.|^the listing went back from at:\/\/|: .* is larger than [\d,]+ bytes$/,
  },
];

import type {AccountSpec, HostSpec, NetworkSpec} from './spec.ts';
import {collections} from './world-lexicons.ts';
import {keyAt, matches, ordinaryRecords, timeAt} from './world-records.ts';

/**
 * The network of the sandbox: forty people who play games, at five hosts. Most of them are ordinary; what the real
 * network has beside those is here once each.
 */

const {match, review} = collections;

/** Who is where. */
const people = {
  mill: 'ada bruno chiyo dalia emre fatou goran hana ines jonas kiri leila marek noor',
  weir: 'odile pavel quinn rosa sana tomas uma viktor',
  lock: 'wanda xiang yara zeno alma boris',
  basin: 'clara dario edda farid greta hugo',
  sluice: 'ivo june kofi luz mika nils',
} as const;
type HostName = keyof typeof people;

/** Of whom something has to be said. */
export const extraordinary = {
  /** Relays name her twice. */
  twice: 'ada',
  /** One of his reviews has U+0000 in its text. */
  nul: 'bruno',
  /** Emoji and other scripts, in names of fields too. */
  unicode: 'chiyo',
  takenDown: 'goran',
  deactivated: 'hana',
  /** More than ten pages of matches. */
  many: 'kiri',
  /** One of his matches is not what its CID is of. */
  lie: 'marek',
  /** Relays name her, and her repository is empty. */
  empty: 'noor',
  /** Two of his records are not what their lexicons ask for. */
  invalid: 'dario',
  /** A did:web. */
  web: 'edda',
  /** Has deleted her account. */
  deleted: 'luz',
  /** His document names a host that he is not at. */
  lost: 'nils',
} as const;

export const manyMatches = 1_240;

export interface WorldOptions {
  /** The host `lock` is dead, and comes back so long after somebody looked for one of its accounts; never if left out. */
  readonly lockRevivesAfterSeconds?: number;
  /** The first of a row of ports that are taken where they are free, so that addresses are the same every time. */
  readonly firstPort?: number;
}

export function worldSpec({lockRevivesAfterSeconds, firstPort}: WorldOptions = {}): NetworkSpec {
  const portAt = (position: number) => (firstPort === undefined ? {} : {port: firstPort + position});
  const hosts: Readonly<Record<HostName, HostSpec>> = {
    mill: portAt(2),
    /** A dozen requests, and then nothing until three seconds have passed. */
    weir: {...portAt(3), limit: {requests: 12, seconds: 3, announces: 'both'}},
    lock: {
      ...portAt(4),
      isDown: true,
      ...(lockRevivesAfterSeconds !== undefined && {revivesAfterSeconds: lockRevivesAfterSeconds}),
    },
    basin: {...portAt(5), carOrder: 'tree'},
    sluice: {...portAt(6), refusesLargePagesWith: 500},
  };
  return {
    seed: 'headgate.games',
    plc: portAt(0),
    relays: [{...portAt(1), twice: [extraordinary.twice]}],
    hosts,
    accounts: Object.entries(people).flatMap(([host, names]) =>
      names.split(' ').map(name => accountOf(name, host, portAt(7))),
    ),
  };
}

function accountOf(name: string, host: string, webPort: {readonly port?: number}): AccountSpec {
  const account = {name, host, handle: `${name}.headgate.games`, records: ordinaryRecords(name)};
  const {records} = account;
  switch (name) {
    case extraordinary.nul:
      return withRecord(account, review, {
        game: 'Go',
        rating: 4,
        text: 'The clock said \u0000, and then it stopped.',
      });
    case extraordinary.unicode:
      return withRecord(account, match, {
        game: '囲碁',
        result: 'won',
        comment: '橋の下で打った一局 🎋 👩‍👩‍👧 e\u0301 \u00e9 ‏שלום',
        '♟️ moves': 218,
        スコア: {黒: 187, 白: 174, комі: '6½'},
      });
    case extraordinary.takenDown:
      return {...account, status: 'takendown'};
    case extraordinary.deactivated:
      return {...account, status: 'deactivated'};
    case extraordinary.deleted:
      return {...account, status: 'deleted'};
    case extraordinary.many:
      return {...account, records: {...records, [match]: matches(name, manyMatches)}};
    case extraordinary.lie:
      return lying(account);
    case extraordinary.empty:
      return {...account, records: {}, listedIn: Object.values(collections)};
    case extraordinary.invalid: {
      const bad = withRecord(account, match, {game: 'Chess', moves: 31});
      return withRecord(bad, review, {game: 'Chess', rating: 11});
    }
    case extraordinary.web:
      return {...account, identity: {web: 'port', ...webPort}};
    case extraordinary.lost:
      return {...account, document: {host: 'mill'}};
    default:
      return account;
  }
}

/** Of a day when nobody else has played. */
const extraDay = 400;

function withRecord(account: AccountSpec, collection: string, fields: object): AccountSpec {
  const {name, records = {}} = account;
  const record = {$type: collection, ...fields, createdAt: timeAt(extraDay)};
  return {
    ...account,
    records: {...records, [collection]: {...records[collection], [keyAt(name, extraDay)]: record}},
  };
}

function lying(account: AccountSpec): AccountSpec {
  const {name, records = {}} = account;
  const rkey = keyAt(name, 0);
  const told = records[match]?.[rkey];
  if (told === null || typeof told !== 'object' || Array.isArray(told))
    throw new Error(`${name} has not played`);
  return {...account, lies: {[`${match}/${rkey}`]: {...told, result: 'won', comment: 'I never lose.'}}};
}

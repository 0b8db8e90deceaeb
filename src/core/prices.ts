import type {Service} from './service.ts';

/**
 * List prices and free plans' daily limits, as data with the month they were looked up. They are no bill: taxes, tiers
 * above the first, discounts, other storage classes and whatever else the account did this month are left out.
 */

export const priced = ['list', 'get', 'download', 'rowsRead', 'rowsWritten'] as const;
/** Requests that list, requests for one object, bytes that leave the service, rows as D1 counts them. */
export type Priced = (typeof priced)[number];

export interface Price {
  /** As the service calls it. */
  readonly name: string;
  readonly usd: number;
  /** The price is for so many. */
  readonly per: number;
  /** Free in a month; of what is stored where that is what it goes by. */
  readonly free?: {readonly amount: number} | {readonly timesStored: number};
}

/** What a free plan refuses to exceed in a day, which ends at 00:00 UTC. */
export interface DailyLimit {
  readonly plan: string;
  readonly amount: number;
  readonly otherwise: string;
}

export interface PriceList {
  readonly title: string;
  readonly source: string;
  /** The month in which the prices were looked up. */
  readonly asOf: string;
  readonly note?: string;
  readonly prices: Readonly<Partial<Record<Priced, Price>>>;
  readonly dailyLimits?: Readonly<Partial<Record<Priced, DailyLimit>>>;
}

const million = 1_000_000;
/** Services count in either; with the smaller one the prediction is the higher one. */
const gigabyte = 1_000_000_000;

const workersPaid = 'Workers Paid includes 25 billion rows read and 50 million written a month';

/** Null where there is no price, as of a disk on this machine, or nobody knows it, as of a server of one's own. */
export const priceLists: Readonly<Record<Service, PriceList | null>> = {
  r2: {
    title: 'Cloudflare R2, Standard storage',
    source: 'https://developers.cloudflare.com/r2/pricing/',
    asOf: '2026-08',
    note: 'what is beyond it is billed by whole millions',
    prices: {
      list: {name: 'Class A operations', usd: 4.5, per: million, free: {amount: million}},
      get: {name: 'Class B operations', usd: 0.36, per: million, free: {amount: 10 * million}},
      download: {name: 'egress', usd: 0, per: gigabyte},
    },
  },
  s3: {
    title: 'Amazon S3 Standard, us-east-1',
    source: 'https://aws.amazon.com/s3/pricing/',
    asOf: '2026-08',
    note: 'bytes that stay in their AWS region cost nothing',
    prices: {
      list: {name: 'PUT, COPY, POST, LIST requests', usd: 0.005, per: 1_000},
      get: {name: 'GET and other requests', usd: 0.0004, per: 1_000},
      download: {
        name: 'data transfer out to the Internet',
        usd: 0.09,
        per: gigabyte,
        free: {amount: 100 * gigabyte},
      },
    },
  },
  b2: {
    title: 'Backblaze B2, pay as you go',
    source: 'https://www.backblaze.com/cloud-storage/pricing',
    // Since May 2026 standard API calls are free; before, 2,500 a day were.
    asOf: '2026-09',
    prices: {
      list: {name: 'Class C calls', usd: 0, per: 1_000},
      get: {name: 'Class B calls', usd: 0, per: 10_000},
      download: {name: 'egress', usd: 0.01, per: gigabyte, free: {timesStored: 3}},
    },
  },
  d1: {
    title: 'Cloudflare D1, Workers Paid',
    source: 'https://developers.cloudflare.com/d1/platform/pricing/',
    asOf: '2026-08',
    note: 'without the monthly price of the plan itself',
    prices: {
      rowsRead: {name: 'rows read', usd: 0.001, per: million, free: {amount: 25_000 * million}},
      rowsWritten: {name: 'rows written', usd: 1, per: million, free: {amount: 50 * million}},
    },
    dailyLimits: {
      rowsRead: {plan: "D1's free plan", amount: 5 * million, otherwise: workersPaid},
      rowsWritten: {plan: "D1's free plan", amount: 100_000, otherwise: workersPaid},
    },
  },
  local: null,
  other: null,
};

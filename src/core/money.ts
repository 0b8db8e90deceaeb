import {type Priced, type PriceList, priced, priceLists} from './prices.ts';
import type {Service} from './service.ts';

export type Usage = Readonly<Partial<Record<Priced, number>>>;

export interface Cost {
  readonly service: Service;
  readonly title: string;
  readonly source: string;
  readonly asOf: string;
  readonly note?: string;
  readonly lines: readonly CostLine[];
  /** At list prices, as if nothing were free. */
  readonly usd: number;
  /** What is left where this month's free allowances are still untouched. */
  readonly usdBeyondFree: number;
}

export interface CostLine {
  readonly of: Priced;
  readonly name: string;
  readonly amount: number;
  readonly usd: number;
  readonly usdBeyondFree: number;
}

/** What usage costs at a service; null where it has no price list. `stored` is in bytes. */
export function costOf(service: Service, usage: Usage, stored: number): Cost | null {
  const list = priceLists[service];
  if (list === null) return null;
  const lines = priced.flatMap(of => lineOf(list, of, usage[of] ?? 0, stored));
  const {title, source, asOf, note} = list;
  return {
    service,
    title,
    source,
    asOf,
    ...(note === undefined ? {} : {note}),
    lines,
    usd: lines.reduce((sum, {usd}) => sum + usd, 0),
    usdBeyondFree: lines.reduce((sum, {usdBeyondFree}) => sum + usdBeyondFree, 0),
  };
}

function lineOf({prices}: PriceList, of: Priced, amount: number, stored: number): readonly CostLine[] {
  const price = prices[of];
  if (price === undefined || amount === 0) return [];
  const {name, usd, per, free} = price;
  const allowance = free === undefined ? 0 : 'amount' in free ? free.amount : free.timesStored * stored;
  const worth = (count: number) => (count * usd) / per;
  return [{of, name, amount, usd: worth(amount), usdBeyondFree: worth(Math.max(0, amount - allowance))}];
}

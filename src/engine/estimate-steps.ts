import {type Count, none, rounded} from '../core/count.ts';
import type {Amount, EstimateFacts, Outlook} from './estimate-facts.ts';
import {
  dryRunUse,
  idleUse,
  liveUse,
  type PageWork,
  pageRequests,
  type TargetUse,
  verifyUse,
} from './estimate-requests.ts';
import {type Duration, durationOf, type Phase, readingSeconds} from './estimate-time.ts';

/** What each step would take, from measured facts: requests at both ends, rows, and time with its bottleneck. */

export interface Step extends Duration {
  readonly source: SourceUse;
  readonly target: TargetUse;
}

export interface SourceUse {
  readonly list: number;
  readonly get: number;
  readonly bytes: number;
}

/** Items a second that Headgate itself gets through on two cores, where nothing else is to be waited for. */
const ownPace = {dryRun: 20_000, live: 15_000, verify: 40_000};
/** A probe lists a bucket's first key, and asks for its object. */
const probing: SourceUse = {list: 1, get: 1, bytes: 0};
/** Requests that find the middle of a range. */
const requestsOfParting = 10;

export interface Planned {
  readonly step: Step;
  readonly phases: readonly Phase[];
}

export function dryRunStep(
  facts: EstimateFacts,
  outlook: Outlook,
  download: Amount,
): Planned & {readonly pages: number} {
  const {listing, settings} = facts;
  const waits: Phase = {
    ...listingAndRate(facts),
    download: readingTime(facts, listing.unread),
    headgate: listing.all.items / ownPace.dryRun,
  };
  const work = pageWork(facts, waits, 0);
  // A page is closed after so many seconds, however little is in it.
  const pages = Math.max(
    work.pages,
    Math.floor(work.otherwise / settings.page.seconds) * (work.isParted ? settings.partitions : 1),
  );
  const use = dryRunUse(facts, outlook, {...work, pages});
  return {
    ...planned(facts, use, {...work, pages}, waits, {
      list: listRequests(facts, work),
      get: probing.get + listing.unread.items,
      bytes: download.bytes,
    }),
    pages,
  };
}

export function liveStep(facts: EstimateFacts, outlook: Outlook): Planned {
  const {listing} = facts;
  const {changes} = outlook;
  if (changes.high === 0) {
    const idle = {pages: 0, changedPages: 0, otherwise: 0, isParted: false};
    return planned(facts, idleUse(facts), idle, {}, probing);
  }
  const waits: Phase = {
    ...listingAndRate(facts),
    download: readingTime(facts, listing.unproven),
    headgate: listing.all.items / ownPace.live,
  };
  const work = pageWork(facts, waits, changedPages(facts, changes.value));
  return planned(facts, liveUse(facts, outlook, work), work, waits, {
    list: listRequests(facts, work),
    get: probing.get + listing.unproven.items,
    bytes: listing.unproven.bytes,
  });
}

/** What live does in its end: invariants, coverage, and a sample read again. */
export function verifyStep(facts: EstimateFacts, rows: number, inScope: number, changes: Count): Planned {
  const {listing, settings, target} = facts;
  const sample = changes.high === 0 ? 0 : Math.min(settings.sample ?? Number.POSITIVE_INFINITY, inScope);
  const again = {items: Math.floor(sample), bytes: share(listing.all.bytes, sample, listing.all.items)};
  const use = verifyUse(facts, rows, inScope);
  const phases: readonly Phase[] = [
    {
      listing: listing.seconds,
      target: secondsOf(use.requests, target.perSecond),
      headgate: Math.max(rows, listing.all.items) / ownPace.verify,
    },
    {download: readingTime(facts, again), rate: again.items / (settings.rate ?? Number.POSITIVE_INFINITY)},
  ];
  const source = {list: listing.requests, get: again.items, bytes: again.bytes};
  return {phases, step: stepOf(facts, phases, use, source)};
}

function planned(
  facts: EstimateFacts,
  use: TargetUse,
  work: PageWork,
  waits: Phase,
  source: SourceUse,
): Planned {
  const {perSecond, decided} = facts.target;
  const ofPages = pageRequests(facts, work);
  const deciding = share(decided.seconds, work.pages, decided.pages);
  const phases: readonly Phase[] = [
    {target: secondsOf(use.requests - ofPages, perSecond)},
    {...waits, target: perSecond === null ? deciding : secondsOf(ofPages, perSecond)},
  ];
  return {phases, step: stepOf(facts, phases, use, source)};
}

function stepOf(
  {target: {perSecond}}: EstimateFacts,
  phases: readonly Phase[],
  {requests, rowsRead, rowsWritten}: TargetUse,
  {list, get, bytes}: SourceUse,
): Step {
  return {
    ...durationOf(phases),
    source: {list, get, bytes: Math.round(bytes)},
    target: {
      requests: perSecond === null ? 0 : requests,
      rowsRead: rounded([rowsRead])[0] ?? none,
      rowsWritten: rounded([rowsWritten])[0] ?? none,
    },
  };
}

function readingTime({sample}: EstimateFacts, whole: Amount): number {
  return readingSeconds(sample.readings, sample.seconds, whole);
}

function listingAndRate({listing, settings}: EstimateFacts): Phase {
  return {
    listing: listing.seconds,
    rate: settings.rate === null ? 0 : listing.all.items / settings.rate,
  };
}

function pageWork(
  {listing, settings, target, isOrdered}: EstimateFacts,
  waits: Phase,
  changed: number,
): PageWork {
  const otherwise = durationOf([waits]).seconds;
  const lasts = Math.max(otherwise, secondsOf(listing.pages + changed, target.perSecond));
  const isParted = !isOrdered && settings.partitions > 1 && lasts > settings.splitAfterSeconds;
  // Each part ends with a page that is not full.
  const pages = listing.pages + (isParted ? settings.partitions - 1 : 0);
  return {pages, changedPages: Math.min(pages, changed), otherwise, isParted};
}

/** Changes that are spread evenly leave no change in a page as often as chance says. */
function changedPages({listing}: EstimateFacts, changes: number): number {
  const {pages, all} = listing;
  if (pages === 0 || all.items === 0) return 0;
  const unchanged = (1 - Math.min(1, changes / all.items)) ** (all.items / pages);
  return Math.max(changes > 0 ? 1 : 0, Math.round(pages * (1 - unchanged)));
}

/** The probe, the listing, and what it takes to part it. */
function listRequests({listing, settings}: EstimateFacts, {isParted}: PageWork): number {
  return probing.list + listing.requests + (isParted ? (settings.partitions - 1) * requestsOfParting : 0);
}

function secondsOf(requests: number, perSecond: number | null): number {
  return perSecond === null ? 0 : requests / perSecond;
}

function share(whole: number, part: number, of: number): number {
  return of === 0 ? 0 : (whole * part) / of;
}

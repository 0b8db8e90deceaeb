import type {Preview} from '../backfills/backfill.ts';
import type {Outcome} from '../core/accounting.ts';
import {type Entry, entryOutcome} from '../core/entry.ts';
import {printableKey} from '../core/keys.ts';
import type {RunMode} from '../core/run.ts';
import {previewOf} from '../engine/preview-of.ts';
import {previewText} from '../engine/preview-text.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import {openRemedy, openWords, withoutKey} from '../runbook/open-words.ts';
import type {CommandsOptions} from './commands.ts';
import {failuresList} from './rows.ts';
import {historyText} from './screens/lists.ts';
import {chosenSetup, type ListRow, type LoadedList, type SetupView, view} from './state.ts';
import {troubleOf} from './trouble.ts';

type Rows = Pick<LoadedList, 'rows' | 'hasMore'>;

/** An item that a run left open: why, and what to do. */
function openRow(item: OpenItem, run: RunRecord): ListRow {
  const {key, kind, outcome, message, attempts} = item;
  return {
    key,
    text: `${printableKey(key)}  ${kind ?? openWords[outcome]}`,
    detail: `${withoutKey(message, key)}${attemptsText(attempts)}\n${openRemedy(item, run)}`,
  };
}

/** An item of a plan, or one that a run changed. */
function rowOf({key, fault, reason}: Entry, preview: Preview | null): ListRow {
  const detail = [
    ...(preview === null ? [] : [previewText(preview)]),
    ...(fault === undefined ? [] : [`${fault.kind}: ${fault.message}`]),
    ...(reason === undefined ? [] : [reason]),
  ].join('\n');
  return {key, text: printableKey(key), detail: detail === '' ? null : detail};
}

/** ` (after 5 attempts)` */
function attemptsText(attempts: number): string {
  return attempts > 1 ? ` (after ${attempts} attempts)` : '';
}

/** Rows that are read for a list; what goes beyond is said, and is in the commands. */
const most = 5_000;
const historyRuns = 200;

/** Reads what lists show, a part of it at most: from the ledger, or by comparing anew. */
export class Lists {
  readonly #options: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  async readHistory(): Promise<void> {
    const {ledger, send} = this.#options;
    await this.#read('history', async () => {
      const runs = await ledger.runs.list(historyRuns);
      send({type: 'history', runs});
      return {
        rows: runs.map(run => ({key: run.id, text: historyText(run), detail: null})),
        hasMore: false,
      };
    });
  }

  async readFailures(): Promise<void> {
    const {ledger} = this.#options;
    const facts = chosenSetup(this.#options.state())?.facts ?? null;
    const open = facts?.open ?? null;
    const run = [facts?.plan, facts?.live].find(known => known?.id === open?.run) ?? null;
    if (open === null || run === null) return;
    await this.#read(failuresList(open.run), async () => {
      const partitions = await ledger.openItems.partitionFailures(open.run);
      const items = await ledger.openItems.after(open.run, '', most);
      return {
        rows: [
          ...partitions.map(
            ({partition, kind, message}): ListRow => ({
              key: partition,
              text: `partition ${partition}  ${kind}: ${message}`,
              detail: message,
            }),
          ),
          ...items.map(item => openRow(item, run)),
        ],
        hasMore: open.counts.total > partitions.length + items.length,
      };
    });
  }

  /**
   * The items that one part of a run's accounting counts. A plan holds them all; a run that writes keeps what it changed
   * and what it left open, and of the rest only how many they were.
   */
  async openPart(run: string, mode: RunMode, part: Outcome | 'pending', title: string): Promise<void> {
    const {send} = this.#options;
    const id = `part ${run} ${part}`;
    send({type: 'entered', view: view('items', id, title)});
    const isPlan = mode === 'dry-run';
    const isOpen = part === 'failed' || part === 'pending' || part === 'skipped';
    await this.#read(id, () =>
      isPlan || !isOpen ? this.#entriesOf(run, isPlan ? 'plan' : 'image', part) : this.#openOf(run, part),
    );
  }

  async #entriesOf(run: string, kind: 'plan' | 'image', part: Outcome | 'pending'): Promise<Rows> {
    const {ledger} = this.#options;
    const record = await ledger.runs.get(run);
    const rows: ListRow[] = [];
    for await (const {entries} of ledger.pages.all(run, kind)) {
      for (const entry of entries.filter(entry => entryOutcome(entry) === part)) {
        if (rows.length === most) return {rows, hasMore: true};
        rows.push(rowOf(entry, previewOf(record, entry)));
      }
    }
    return {rows, hasMore: false};
  }

  async #openOf(run: string, part: 'failed' | 'pending' | 'skipped'): Promise<Rows> {
    const {ledger} = this.#options;
    const record = await ledger.runs.get(run);
    const open = await ledger.openItems.after(run, '', most);
    const rows = open.filter(({outcome}) => outcome === part).map(item => openRow(item, record));
    return {rows, hasMore: open.length === most};
  }

  /** What a group of the coverage misses, compared anew. */
  async openMissing(shown: SetupView, group: string): Promise<void> {
    const {engine, send, setups, work} = this.#options;
    const setup = setups.find(({name}) => name === shown.name);
    if (setup === undefined) return;
    const id = `missing ${shown.name} ${group}`;
    send({
      type: 'entered',
      view: view('items', id, `Missing of ${group === '*' ? 'all' : printableKey(group)}`),
    });
    await this.#read(id, async () => {
      const connection = await work.connect(setup);
      const rows: ListRow[] = [];
      let hasMore = false;
      const found = engine.missing(connection, {
        scope: setup.scope(connection),
        group,
        causesFrom: shown.facts?.live?.id ?? shown.facts?.plan?.id ?? null,
        signal: new AbortController().signal,
        limit: most,
      });
      for await (const {items, isCut} of found) {
        rows.push(
          ...items.map(({key, why}): ListRow => ({key, text: `${printableKey(key)}  ${why}`, detail: null})),
        );
        hasMore = isCut;
      }
      return {rows, hasMore};
    });
  }

  async #read(id: string, read: () => Promise<Rows>): Promise<void> {
    const {send, state} = this.#options;
    const list = (now: LoadedList) => send({type: 'list', id, list: now});
    if (state().lists[id] === undefined) list({state: 'loading', rows: [], hasMore: false, message: null});
    try {
      list({state: 'ready', message: null, ...(await read())});
    } catch (error) {
      const {message, hint} = troubleOf(error);
      list({
        state: 'failed',
        rows: [],
        hasMore: false,
        message: hint === null ? message : `${message}. ${hint}`,
      });
    }
  }
}

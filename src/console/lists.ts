import type {Outcome} from '../core/accounting.ts';
import {entryOutcome} from '../core/entry.ts';
import {printableKey} from '../core/keys.ts';
import type {RunMode} from '../core/run.ts';
import {previewOf} from '../engine/preview-of.ts';
import {previewText} from '../engine/preview-text.ts';
import {openRemedy, openWords, withoutKey} from '../runbook/open-words.ts';
import type {CommandsOptions} from './commands.ts';
import {failuresList} from './rows.ts';
import {historyText} from './screens/lists.ts';
import {chosenSetup, type ListRow, type LoadedList, type SetupView, view} from './state.ts';
import {troubleOf} from './trouble.ts';

/** Rows that are read for a list; what goes beyond is said, and is in the commands. */
const most = 500;
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
          ...items.map(
            (item): ListRow => ({
              key: item.key,
              text: `${printableKey(item.key)}  ${item.kind ?? openWords[item.outcome]}`,
              detail: `${withoutKey(item.message, item.key)}\n${openRemedy(item, run)}`,
            }),
          ),
        ],
        hasMore: open.counts.total > partitions.length + items.length,
      };
    });
  }

  /** The items that one part of a run's accounting counts. */
  async openPart(run: string, mode: RunMode, part: Outcome | 'pending', title: string): Promise<void> {
    const {ledger, send} = this.#options;
    const id = `part ${run} ${part}`;
    send({type: 'entered', view: view('items', id, title)});
    await this.#read(id, async () => {
      const record = await ledger.runs.get(run);
      const rows: ListRow[] = [];
      for await (const {entries} of ledger.pages.all(run, mode === 'dry-run' ? 'plan' : 'image')) {
        for (const entry of entries.filter(entry => entryOutcome(entry) === part)) {
          const preview = previewOf(record, entry);
          rows.push({
            key: entry.key,
            text: printableKey(entry.key),
            detail:
              [
                ...(preview === null ? [] : [previewText(preview)]),
                ...(entry.fault === undefined ? [] : [`${entry.fault.kind}: ${entry.fault.message}`]),
                ...(entry.reason === undefined ? [] : [entry.reason]),
              ].join('\n') || null,
          });
          if (rows.length > most) return {rows: rows.slice(0, most), hasMore: true};
        }
      }
      return {rows, hasMore: false};
    });
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

  async #read(id: string, read: () => Promise<Pick<LoadedList, 'rows' | 'hasMore'>>): Promise<void> {
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

import type {Outcome} from '../core/accounting.ts';
import {actions, type Entry, entryOutcome, outcomeOf} from '../core/entry.ts';
import type {FailureKind} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import type {RunMode} from '../core/run.ts';
import {planDecisions} from '../engine/plan-decisions.ts';
import {previewOf} from '../engine/preview-of.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {CommandsOptions} from './commands.ts';
import {failedPartitionRows, repositoryRow, streamRow} from './failed-rows.ts';
import {entryRow, missingRow, openRow} from './list-rows.ts';
import {failedList, failuresList, historyList, listsSeen} from './rows.ts';
import {
  type ConsoleState,
  chosenSetup,
  type ListRow,
  type LoadedList,
  type SetupFacts,
  type SetupView,
  shownView,
  view,
} from './state.ts';
import {troubleOf} from './trouble.ts';

type Rows = Pick<LoadedList, 'rows' | 'hasMore' | 'command'> & Partial<Pick<LoadedList, 'message'>>;

/** What is said while a list is made that takes its time: the first time, and while its old rows are still there. */
interface Saying {
  readonly first: string;
  readonly again: string;
}

/** Rows that are read for a list; what goes beyond is said, and is in the commands. */
const most = 5_000;
const historyRuns = 200;

/**
 * Reads what lists show, a part of it at most: from the ledger, or by comparing anew. A list is read when its view is
 * entered and when what it is of has changed, and that ends as soon as no view shows it, it is read anew, or the console
 * is left.
 */
export class Lists {
  readonly #options: CommandsOptions;
  readonly #reading = new Map<string, AbortController>();

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** After every message: what came into sight is read, and what went out of it no longer. */
  follow(before: ConsoleState): void {
    const now = this.#options.state();
    const seen = listsSeen(now);
    for (const [id, reading] of this.#reading)
      if (id !== historyList && (now.isLeaving || !seen.has(id))) reading.abort();
    if (now.isLeaving) return;
    const {name} = shownView(now);
    const isEntered = shownView(before).name !== name;
    if (name === 'history' && isEntered) void this.readHistory();
    if (name === 'failures' && (isEntered || openText(before) !== openText(now))) void this.#readFailures();
  }

  stop(): void {
    for (const reading of this.#reading.values()) reading.abort();
  }

  async readHistory(): Promise<void> {
    const {ledger, send} = this.#options;
    await this.#read(historyList, async signal => {
      const runs = await ledger.runs.list(historyRuns + 1);
      signal.throwIfAborted();
      send({type: 'history', runs: runs.slice(0, historyRuns)});
      return {rows: [], hasMore: runs.length > historyRuns};
    });
  }

  async #readFailures(): Promise<void> {
    const {ledger} = this.#options;
    const facts = chosenSetup(this.#options.state())?.facts ?? null;
    const open = facts?.open ?? null;
    const run = [facts?.plan, facts?.live].find(known => known?.id === open?.run) ?? null;
    if (open === null || run === null) return;
    await this.#read(failuresList(open.run), async () => {
      const streams = await ledger.repositories.failedStreams(open.run);
      const partitions = await failedPartitionRows(ledger, run);
      const items = await ledger.openItems.after(open.run, '', most + 1);
      return {
        rows: [
          ...streams.map(streamRow),
          ...partitions,
          ...items.slice(0, most).map(item => openRow(item, run)),
        ],
        hasMore: items.length > most,
        command: ['headgate', 'failures', open.run],
      };
    });
  }

  /** Repositories of a run that failed alike. */
  async openFailed(run: string, kind: FailureKind): Promise<void> {
    const {ledger, send} = this.#options;
    const id = failedList(run, kind);
    send({type: 'entered', view: view('items', id, `${kind}: ${run}`)});
    await this.#read(id, async () => {
      const {backfill} = await ledger.runs.get(run);
      const failed = await ledger.openItems.partitionFailuresAfter(run, '', most + 1, {kind});
      return {
        rows: failed.slice(0, most).map(one => repositoryRow(one, backfill)),
        hasMore: failed.length > most,
        command: ['headgate', 'failures', run, '--kind', kind],
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
    await this.#read(id, signal =>
      isPlan || !isOpen ? this.#entriesOf(run, isPlan, part, signal) : this.#openOf(run, part),
    );
  }

  async #entriesOf(
    run: string,
    isPlan: boolean,
    part: Outcome | 'pending',
    signal: AbortSignal,
  ): Promise<Rows> {
    const {ledger} = this.#options;
    const record = await ledger.runs.get(run);
    const rows: ListRow[] = [];
    const command = ['headgate', 'plan', run, ...actionOf(part)];
    for await (const entries of isPlan ? planDecisions(ledger, run) : changes(ledger, run)) {
      signal.throwIfAborted();
      for (const entry of entries.filter(entry => entryOutcome(entry) === part)) {
        if (rows.length === most) return {rows, hasMore: true, command};
        rows.push(entryRow(entry, previewOf(record, entry)));
      }
    }
    return {rows, hasMore: false};
  }

  async #openOf(run: string, part: OpenItem['outcome']): Promise<Rows> {
    const {ledger} = this.#options;
    const record = await ledger.runs.get(run);
    const open = await ledger.openItems.after(run, '', most + 1, {outcomes: [part]});
    return {
      rows: open.slice(0, most).map(item => openRow(item, record)),
      hasMore: open.length > most,
      command: ['headgate', 'failures', run],
    };
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
    const saying = {first: 'comparing with the source …', again: 'comparing anew …'};
    const compare = async (signal: AbortSignal): Promise<Rows> => {
      const connection = await work.looking.connect(setup);
      signal.throwIfAborted();
      const rows: ListRow[] = [];
      let hasMore = false;
      const found = engine.missing(connection, {
        scope: setup.scope(connection),
        group,
        causesFrom: explaining(shown.facts),
        signal,
        limit: most,
      });
      for await (const {items, isCut} of found) {
        signal.throwIfAborted();
        rows.push(...items.map(missingRow));
        hasMore = isCut;
      }
      return {rows, hasMore, message: rows.length === 0 ? 'Nothing is missing any more.' : null};
    };
    await this.#read(id, compare, saying);
  }

  /** Reads a list, instead of whatever read it before. What was read before is there until then, also where it fails. */
  async #read(id: string, read: (signal: AbortSignal) => Promise<Rows>, saying?: Saying): Promise<void> {
    const {send, state} = this.#options;
    this.#reading.get(id)?.abort();
    const reading = new AbortController();
    const {signal} = reading;
    this.#reading.set(id, reading);
    const known = () => {
      const {rows, hasMore} = state().lists[id] ?? {rows: [], hasMore: false};
      return {rows, hasMore};
    };
    const list = (now: LoadedList) => send({type: 'list', id, list: now});
    if (state().lists[id] === undefined || saying !== undefined) {
      const isAgain = known().rows.length > 0;
      const message = (isAgain ? saying?.again : saying?.first) ?? null;
      list({...known(), state: isAgain ? 'again' : 'loading', message});
    }
    try {
      const found = await read(signal);
      if (!signal.aborted) list({state: 'ready', message: null, ...found});
    } catch (error) {
      if (signal.aborted) return;
      const {message, hint} = troubleOf(error);
      list({...known(), state: 'failed', message: hint === null ? message : `${message}. ${hint}`});
    } finally {
      if (this.#reading.get(id) === reading) this.#reading.delete(id);
    }
  }
}

/** `--action insert`; what is skipped is so by two actions, and the plan without a flag names both. */
function actionOf(part: Outcome | 'pending'): readonly string[] {
  const action = actions.filter(known => outcomeOf[known] === part);
  return action.length === 1 ? ['--action', ...action] : [];
}

/** The run that says why something is missing: the newest, and no dry run of an undo, which plans nothing new. */
function explaining(facts: SetupFacts | null): string | null {
  const {plan = null, live = null} = facts ?? {};
  if (plan === null || plan.undoes !== null) return live?.id ?? null;
  return live !== null && live.createdAt > plan.createdAt ? live.id : plan.id;
}

/** What is open of the chosen backfill, as a text that is compared: it is read anew with every poll. */
function openText(state: ConsoleState): string {
  return JSON.stringify(chosenSetup(state)?.facts?.open ?? null);
}

async function* changes(ledger: Ledger, run: string): AsyncGenerator<readonly Entry[]> {
  for await (const {entries} of ledger.pages.all(run, 'image')) yield entries;
}

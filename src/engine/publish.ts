import {publishedTally} from '../core/accounting.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Statement} from '../core/sql.ts';
import {counted, number} from '../core/words.ts';
import type {Reader} from '../databases/database.ts';
import type {StoredPage} from '../ledger/pages.ts';
import type {RunContext} from './context.ts';
import {readMarks} from './mark.ts';
import {numbered} from './mark-words.ts';
import type {Committed} from './page-group.ts';
import type {PublishedWork} from './work.ts';
import type {Writer} from './writer.ts';

/**
 * The last step of a run that is published as a whole. What its pages decided is in the ledger, as staged pages: that
 * is the intent. They are put into the target's staging table, published in one transaction with a mark of its own, and
 * what became of each goes to the ledger page by page. A publish happened if and only if its mark is there: the mark
 * goes together with the staging table, once the ledger knows everything. Until it is there, staging begins anew, and
 * the target's own tables are as they were.
 */

const staging = 'stage';
const publishing = 'publish';

/** Goes on where a run was left between its publish and its end. */
export async function settlePublication(context: RunContext, target: Reader): Promise<void> {
  const publication = Publisher.of(context);
  if (publication === null) return;
  const marks = await readMarks(target, context.run);
  if (marks?.has(publishing)) await publication.settle(null);
  // Whoever staged has left a mark of that: without one the tables may have gone after a publish.
  else if (!marks?.has(staging) && (await publication.isThere())) {
    const message =
      'there is no mark to trust (removed, or the database was restored), so the rows of the run were read back';
    context.emit({type: 'note', level: 'warning', message});
    await publication.settle(null);
  }
}

/** Runs, of whichever ledger, whose publish has happened and was not settled. */
export async function unsettledPublishes(target: Reader): Promise<readonly string[]> {
  const {sql, params} = numbered(target.dialect, {
    sql: 'SELECT run FROM headgate_marks WHERE partition = ?1 ORDER BY run',
    params: [publishing],
  });
  const rows = await target.query(sql, params);
  return rows.map(row => String(row['run']));
}

/** A run that is given up before its publish leaves nothing: neither in the target nor for a resume. */
export async function abandonPublication(context: RunContext): Promise<void> {
  const publication = Publisher.of(context);
  const {pages} = context.ledger;
  if (publication === null || (await pages.staged(context.run)) === 0) return;
  await pages.dropStaged(context.run);
  await publication.end();
}

/** Stages and publishes everything that the run's pages have decided; nothing where a part of the listing failed. */
export async function publish(context: RunContext): Promise<void> {
  const publication = Publisher.of(context);
  const total = publication === null ? 0 : await context.ledger.pages.staged(context.run);
  if (publication === null || total === 0) return;
  const {failed} = context.state.partitions;
  if (failed > 0) {
    const message = `nothing is published: ${counted(failed, 'part of the listing', 'parts of the listing')} failed, and the run is published as a whole or not at all`;
    context.emit({type: 'note', level: 'warning', message});
    return;
  }
  requireRoom(context, total);
  if (!(await publication.stageAll(total))) return;
  const {rows} = await publication.publish(total);
  await publication.settle(rows === total ? total : null);
}

/** The gate looked at the plan; what has been accepted since comes on top. */
function requireRoom({work}: RunContext, total: number): void {
  const most = work.publication?.most ?? null;
  if (most !== null && total > most)
    throw new OperatorError(
      'gate',
      `${counted(total, 'row')} to publish, with what has been accepted since the dry run, and the target takes ${number(most)} in one transaction`,
      'Cancel the run, and make a dry run with --max-objects, or of one --prefix after the other.',
    );
}

class Publisher {
  readonly #context: RunContext;
  readonly #writer: Writer;
  readonly #work: PublishedWork;
  /** Page numbers are never used twice: those of a later attempt are above all before, because the fence has risen. */
  #page: number | null = null;

  private constructor(context: RunContext, writer: Writer, work: PublishedWork) {
    this.#context = context;
    this.#writer = writer;
    this.#work = work;
  }

  /** Null where the run's pages are committed one by one. */
  static of(context: RunContext): Publisher | null {
    const {writer, work} = context;
    return writer === null || work.publication === null
      ? null
      : new Publisher(context, writer, work.publication);
  }

  /** Rows of the run stand in the target as it would have published them: it did, because it is all or nothing. */
  async isThere(): Promise<boolean> {
    const {ledger, run, work} = this.#context;
    for await (const {entries} of ledger.pages.all(run, 'staged'))
      if ((await work.readBack(entries.map(({change}) => change))).some(Boolean)) return true;
    return false;
  }

  /** False where the run was stopped first. */
  async stageAll(total: number): Promise<boolean> {
    const {ledger, run, halt, emit, at} = this.#context;
    let begin = this.#work.begin();
    let items = 0;
    for await (const {entries} of ledger.pages.all(run, 'staged')) {
      if (halt.aborted) return false;
      await this.#stage(
        entries.map(({change}) => change),
        begin,
      );
      begin = [];
      items += entries.length;
      emit({type: 'publication', state: 'staged', items, total});
      at('page-staged');
    }
    return !halt.aborted;
  }

  /** All or nothing: what is refused, or takes too long, is not cut smaller. */
  async publish(total: number): Promise<Committed> {
    const {emit, at} = this.#context;
    emit({type: 'publication', state: 'publishing', items: total, total});
    at('publish-sent');
    try {
      const committed = await this.#writer.commit({
        partition: publishing,
        page: 1,
        changes: total,
        statements: this.#work.publish(total),
      });
      at('published');
      return committed;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const {kind, isUnsettled} = error;
      const what = isUnsettled
        ? 'it is not known yet whether the run was published (a resume finds out)'
        : 'nothing was published';
      throw new Fault(kind, `${what}: ${error.message}`, {cause: error, isUnsettled});
    }
  }

  /** Tells the ledger what became of every staged page. `inserted` is the number of rows where that says it all. */
  async settle(inserted: number | null): Promise<void> {
    const {ledger, run, holder, now, state, emit, at} = this.#context;
    const sum = {inserted: 0, known: 0};
    for await (const page of ledger.pages.all(run, 'staged')) {
      const there = inserted === null ? await this.#known(page) : new Set<string>();
      const made = page.entries.filter(({key}) => !there.has(key));
      const delta = publishedTally(made.length, there.size);
      await ledger.published({run, page, inserted: made, delta, holder, at: now()});
      state.published(made.length, there.size);
      sum.inserted += made.length;
      sum.known += there.size;
      at('publication-settled');
    }
    const total = sum.inserted + sum.known;
    if (total > 0) emit({type: 'publication', state: 'published', items: sum.inserted, total});
    this.#writer.forget(publishing);
    await this.end();
  }

  /** Takes the staging table away, and with it the mark of the publish once that is settled. */
  async end(): Promise<void> {
    await this.#commit(0, this.#work.end());
  }

  async #stage(changes: readonly unknown[], before: readonly Statement[]): Promise<void> {
    try {
      await this.#commit(changes.length, [...before, ...this.#work.stage(changes)]);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'too-large' || changes.length === 1) throw error;
      const middle = Math.ceil(changes.length / 2);
      await this.#stage(changes.slice(0, middle), before);
      await this.#stage(changes.slice(middle), []);
    }
  }

  async #commit(changes: number, statements: readonly Statement[]): Promise<void> {
    const {ledger, run} = this.#context;
    this.#page ??= ((await ledger.runs.get(run)).fence ?? 0) * pagesOfFence;
    await this.#writer.commit({partition: staging, page: ++this.#page, changes, statements});
  }

  /** Where the staging table has become another run's, the rows themselves say which are this one's. */
  async #known({entries}: StoredPage): Promise<ReadonlySet<string>> {
    const known = await this.#work.known(entries.map(({key}) => key));
    if (known !== null) return known;
    const made = await this.#context.work.readBack(entries.map(({change}) => change));
    return new Set(entries.filter((_, index) => made[index] !== true).map(({key}) => key));
  }
}

/** More pages than one attempt can have. */
const pagesOfFence = 1_000_000;

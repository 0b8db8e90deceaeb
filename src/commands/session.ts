import {type AnyBackfill, findBackfill, readsNetwork, readsTarget} from '../backfills/registry.ts';
import {type Config, loadConfig} from '../config/config.ts';
import {requireConfigured} from '../config/configured-names.ts';
import {Connections} from '../config/connections.ts';
import {requireTakes} from '../config/end-kinds.ts';
import {endsWithEnvironment} from '../config/environment-ends.ts';
import {isOn} from '../config/switched-on.ts';
import {changedOf} from '../core/accounting.ts';
import type {RunEvent} from '../core/event.ts';
import {type NamedEnds, namingEnds, withFlags} from '../core/hint.ts';
import {OperatorError} from '../core/operator-error.ts';
import {sinceOf} from '../core/scope.ts';
import {clockText, counted} from '../core/words.ts';
import type {Target} from '../databases/database.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import type {Connection, RunConnection, Source} from '../engine/connection.ts';
import type {AtPoint} from '../engine/crash-points.ts';
import {toldError} from '../engine/endings.ts';
import {Engine} from '../engine/engine.ts';
import type {RunHandle, RunResult} from '../engine/execution.ts';
import type {Self} from '../engine/holder.ts';
import {wholeName} from '../engine/live-gates.ts';
import {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Thresholds} from '../runbook/gate.ts';
import {gateCount} from '../runbook/gates.ts';
import {nextSteps} from '../runbook/next-steps.ts';
import {bucketFlags, type Ends, plainEnds, requireSource, requireTarget} from './ends.ts';
import {JsonReport} from './json-report.ts';
import {ledgerFlags, ledgerPlace} from './ledger-place.ts';
import {PlainReport} from './plain-report.ts';
import type {Report} from './report.ts';
import type {ShowsConsoles} from './shows-consoles.ts';
import {targetText} from './target-text.ts';

/** What every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly ledger?: string;
  readonly json?: boolean;
}

/** What a signal interrupts. One that `endsItself` is told of the second one too, and ends the process. */
export type Followed = Pick<RunHandle, 'interrupt'> & {readonly endsItself?: true};

/** The process as commands see it: cli.ts makes it from argv, env and streams. */
export interface Surroundings {
  readonly cwd: string;
  readonly defaultLedger: string;
  readonly program: string;
  readonly self: Self;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: AtPoint;
  /** What the services' credentials and addresses are taken from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Where a console can be shown; null where there is no terminal, and all is told in lines. */
  readonly terminal: ShowsConsoles | null;
  /** The run that a signal interrupts. */
  readonly follow: (handle: Followed | null) => void;
}

/** One command's open ledger, config, engine and report. */
export class Session {
  readonly surroundings: Surroundings;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly engine: Engine;
  readonly report: Report;
  /** What a command that is shown takes besides, to find the same ledger and config. */
  readonly flags: readonly string[];
  #named: NamedEnds | null = null;

  private constructor(
    surroundings: Surroundings,
    config: Config,
    ledger: Ledger,
    report: Report,
    flags: readonly string[],
  ) {
    this.surroundings = surroundings;
    this.config = config;
    this.ledger = ledger;
    this.report = report;
    this.flags = flags;
    const {self, now, random, at, program, environment} = surroundings;
    this.connections = new Connections({config, environment, now});
    this.engine = new Engine({
      ledger,
      self,
      settings: config.settings,
      program,
      configDigest: config.digest,
      now,
      random,
      at,
      observe: (event: RunEvent) => report.event(event),
    });
  }

  /** Opens what a command needs, runs it, and closes it again; answers with the exit code. */
  static async with(
    surroundings: Surroundings,
    options: CommonOptions,
    command: (session: Session) => Promise<number>,
    report: Report | null = null,
  ): Promise<number> {
    const config = await loadConfig(options.config ?? null, surroundings.cwd);
    const ledger = await Ledger.open(ledgerPlace(options, config, surroundings), surroundings.environment);
    const flags = ledgerFlags(options);
    const told =
      report ??
      (options.json === true
        ? new JsonReport(surroundings, flags)
        : new PlainReport(surroundings, flags, {isVerbose: isOn(surroundings.environment['VERBOSE'])}));
    const session = new Session(surroundings, config, ledger, told, flags);
    try {
      return await command(session);
    } catch (error) {
      throw shownBy(session.flags, session.#named, error);
    } finally {
      await ledger.close();
    }
  }

  async connect(backfill: AnyBackfill, named: Ends): Promise<RunConnection> {
    const ends = this.endsOf(backfill, plainEnds(backfill, named));
    const needsNoName = readsTarget(backfill) || readsNetwork(backfill);
    const connection = await this.connectTarget(
      backfill,
      needsNoName ? ends : {...ends, source: requireSource(ends, backfill.uploads)},
    );
    const {source} = connection;
    if (source === null) throw new Error(`${backfill.id} was connected to no source`);
    return {...connection, source};
  }

  /** What is named, and for a backfill that knows the environment's ends, those. */
  endsOf({endsInEnvironment}: AnyBackfill, ends: Ends): Ends {
    return endsInEnvironment === true ? endsWithEnvironment(ends, this.surroundings.environment) : ends;
  }

  async connectTarget(backfill: AnyBackfill, named: Ends): Promise<Connection> {
    const ends = plainEnds(backfill, named);
    const target = requireTarget(ends);
    this.#named = {backfill: backfill.id, target: withoutPassword(target)};
    requireTakes(backfill, this.config, target);
    const opened = await this.connections.target(target);
    this.report.header({target: targetText(this.config, opened)});
    return {
      backfill,
      source: await this.#source(backfill, opened, ends),
      target: opened,
      options: this.config.options[backfill.system],
    };
  }

  /** A provider as rows and runs name it, whichever way the operator has. */
  withProvider<O extends Ends>(options: O): O {
    const {provider} = options;
    return provider === undefined
      ? options
      : {...options, provider: this.connections.providerLabel(provider, bucketFlags(options))};
  }

  /** The two ends of a run in the ledger, as it named them. */
  reconnect({backfill: id, sourceLabel, targetLabel}: RunRecord): Promise<RunConnection> {
    const backfill = findBackfill(id);
    requireConfigured('target', targetLabel, this.config.targets);
    if (backfill.uploads === 'objects') requireConfigured('provider', sourceLabel, this.config.providers);
    else requireConfigured('source', sourceLabel, this.config.sources);
    const source = readsTarget(backfill) ? {} : {source: sourceLabel};
    return this.connect(backfill, {...source, target: targetLabel});
  }

  async #source(backfill: AnyBackfill, target: Target, ends: Ends): Promise<Source | null> {
    if (readsNetwork(backfill)) return this.connections.network(this.#networkOf(ends));
    if (backfill.uploads !== undefined && ends.source === undefined) return null;
    if (backfill.uploads === 'files') return this.connections.uploads(requireSource(ends), bucketFlags(ends));
    if (backfill.uploads === 'objects')
      return this.connections.objects(requireSource(ends), bucketFlags(ends));
    if (!readsTarget(backfill))
      return ends.source === undefined ? null : this.connections.source(ends.source, bucketFlags(ends));
    if (ends.source === undefined) return {id: target.id, label: '', service: target.service};
    throw new OperatorError(
      'usage',
      `${backfill.id} reads its target alone, and --source ${ends.source} was named`,
      'Leave --source out.',
    );
  }

  #networkOf({source, relay, plc, allowPrivateHosts}: Ends): string {
    const flags = {
      ...(relay === undefined ? {} : {relays: relay}),
      ...(plc === undefined ? {} : {plc}),
      ...(allowPrivateHosts === undefined ? {} : {allowPrivateHosts}),
    };
    return this.connections.networkNamed(source, flags);
  }

  /** What the header of the run that comes says of its plan; it is shown only where every gate holds. */
  announce(plan: RunRecord, thresholds: Thresholds | null): void {
    const {id, createdAt, tally, backfill, sourceLabel, scope, undoes} = plan;
    const found = findBackfill(backfill);
    const isForward = undoes === null;
    const besides = [
      thresholds !== null,
      isForward && wholeName(found, sourceLabel, scope) !== null,
      isForward && found.shrinks !== undefined && sinceOf(scope) === null,
      isForward && found.publication !== undefined,
    ];
    this.report.header({
      plan: `${id}, made ${clockText(createdAt)}, ${counted(changedOf(tally), 'change')}`,
      gates: `✔ ${gateCount(besides)} gates hold`,
    });
  }

  /** The commands that go on from here. */
  showNext(run: RunRecord, known: {readonly isUndone?: boolean} = {}): void {
    for (const {why, words} of nextSteps(run, known)) this.report.next(why, words);
  }

  /** Waits for a run, with signals going to it, and reports how it ended. */
  async finish(handle: RunHandle): Promise<RunResult> {
    this.surroundings.follow(handle);
    try {
      const result = await handle.done;
      this.report.summary(result);
      const error = toldError(result);
      if (error !== null) this.report.failure(error);
      return result;
    } finally {
      this.surroundings.follow(null);
    }
  }
}

/** The same error, with commands that can be typed as they are. */
function shownBy(flags: readonly string[], ends: NamedEnds | null, error: unknown): unknown {
  if (!(error instanceof OperatorError) || (ends === null && flags.length === 0)) return error;
  const {code, message, hint} = error;
  const shown = (text: string) => withFlags(ends === null ? text : namingEnds(text, ends), flags);
  return new OperatorError(code, shown(message), hint === undefined ? undefined : shown(hint));
}

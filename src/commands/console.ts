import {onTimer} from '../console/coalescer.ts';
import {Console} from '../console/console.ts';
import type {Leaving} from '../console/console-options.ts';
import {lastLines, leftAtOnce} from '../console/last-lines.ts';
import type {Setup} from '../console/setup.ts';
import {exitCodeOf, interruptedCode} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import {ConsoleReport} from './console-report.ts';
import type {Ends} from './ends.ts';
import {inLines, type LooksOptions, looksOf, noTerminal} from './looks.ts';
import type {ScopeOptions} from './scope-options.ts';
import {type CommonOptions, Session, type Surroundings} from './session.ts';
import {setupsOf} from './setups.ts';
import type {ShownConsole, ShowsConsoles} from './shows-consoles.ts';

export interface ConsoleCommandOptions
  extends CommonOptions,
    Ends,
    Pick<ScopeOptions, 'prefix'>,
    LooksOptions {
  readonly backfill?: string;
  readonly readOnly?: boolean;
}

/** The console on what is named, on the config, or on what was run before. */
export async function consoleCommand(
  surroundings: Surroundings,
  options: ConsoleCommandOptions,
): Promise<number> {
  const {terminal} = surroundings;
  if (terminal === null || options.tui === false) {
    const {message, hint} = noTerminal(surroundings.environment);
    throw new OperatorError(
      'usage',
      terminal === null ? message : '--no-tui leaves nothing of the console but the walk through the sandbox',
      terminal === null ? hint : inLines,
    );
  }
  return openConsole(surroundings, terminal, options, session => setupsOf(session, options), {
    isSandbox: false,
  });
}

/** Shows a console until the operator leaves it, and lets everything come to rest. Answers with the exit code. */
export function openConsole(
  surroundings: Surroundings,
  terminal: ShowsConsoles,
  options: ConsoleCommandOptions,
  setupsIn: (session: Session) => Promise<readonly Setup[]>,
  {isSandbox}: {readonly isSandbox: boolean},
): Promise<number> {
  const report = new ConsoleReport();
  terminal.prepare();
  return Session.with(
    surroundings,
    options,
    async session => {
      const setups = await setupsIn(session);
      let shown: ShownConsole | null = null;
      const model = new Console({
        engine: session.engine,
        ledger: session.ledger,
        setups,
        manner: {
          isReadOnly: options.readOnly ?? false,
          isSandbox,
          flags: session.flags,
          version: surroundings.program,
        },
        size: terminal.size(),
        now: surroundings.now,
        schedule: onTimer,
        terminal: {
          redraw: () => shown?.redraw(),
          suspend: async () => shown?.toShell(),
          page: async text => shown?.page(text),
          copy: text => shown?.copy(text),
        },
      });
      report.model = model;
      surroundings.follow({interrupt: () => model.interrupt(), endsItself: true});
      try {
        shown = await terminal.show(model, looksOf(options, surroundings.environment));
        model.start();
        const leaving = await Promise.race([model.left, shown.closed.then(() => leftByItself)]);
        return await leave(model, shown, leaving, {surroundings, isSandbox});
      } catch (error) {
        // A component that threw has given the terminal back; what is at work comes to rest before it is told, unless
        // Ctrl+C says once more that it takes too long.
        model.interrupt();
        await model.left;
        model.stop();
        for (const line of lastLines(model.store.getState())) surroundings.out(`${line}\n`);
        throw error;
      } finally {
        surroundings.follow(null);
      }
    },
    report,
  ).finally(() => terminal.ends());
}

const leftByItself: Leaving = {by: 'operator'};

async function leave(
  model: Console,
  shown: ShownConsole,
  {by}: Leaving,
  {surroundings, isSandbox}: {readonly surroundings: Surroundings; readonly isSandbox: boolean},
): Promise<number> {
  if (by !== 'now' && by !== 'unfinished') await model.work.interrupt();
  model.stop();
  await shown.close();
  if (by === 'now') {
    surroundings.err(`${leftAtOnce(model.store.getState()).join('\n')}\n`);
    return shown.endProcess(interruptedCode);
  }
  for (const line of lastLines(model.store.getState())) surroundings.out(`${line}\n`);
  // What is about to begin, and waits for a service, would keep the process alive.
  if (by === 'unfinished') return shown.endProcess(interruptedCode);
  if (by === 'interrupt') return interruptedCode;
  return isSandbox ? 0 : exitCodeOf([...model.work.endings.values()].flat());
}

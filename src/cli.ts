import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {Command, CommanderError} from 'commander';
import envPaths from 'env-paths';
import {type BatchCommandOptions, batchCommand} from './commands/batch.ts';
import {cancelCommand, pauseCommand} from './commands/control.ts';
import {doctorCommand} from './commands/doctor.ts';
import {exitCodeHelp} from './commands/exit-code-help.ts';
import {failuresCommand} from './commands/failures.ts';
import {common, ends, prefix, resumeOptions, scope} from './commands/flags.ts';
import {JsonReport} from './commands/json-report.ts';
import {backupCommand, restoreCommand, vacuumCommand} from './commands/ledger.ts';
import {liveCommand} from './commands/live.ts';
import {removeMarksCommand} from './commands/marks.ts';
import {migrateCommand} from './commands/migrate.ts';
import {batchLimit, natural, positive, sampleSize} from './commands/option-values.ts';
import {PlainReport} from './commands/plain-report.ts';
import {planCommand} from './commands/plan.ts';
import {resumeCommand, retryCommand} from './commands/resume.ts';
import {runCommand} from './commands/run.ts';
import {sandboxCommand} from './commands/sandbox.ts';
import {type CommonOptions, Session, type Surroundings} from './commands/session.ts';
import {statusCommand} from './commands/status.ts';
import {undoCommand} from './commands/undo.ts';
import {coverageCommand, verifyCommand} from './commands/verify.ts';
import {exitCodeOf, exitCodes} from './core/exit-code.ts';
import {OperatorError} from './core/operator-error.ts';
import {crasher} from './engine/crash-points.ts';
import {thisProcess} from './engine/holder.ts';
import {programVersion} from './version.ts';

/** What the program accepts. Only this file knows argv, env, signals and exit codes. */
export async function main(): Promise<void> {
  ignoreClosedPipes();
  const interrupted = new Interruption();
  const surroundings = surroundingsOf(interrupted);
  const program = makeProgram(surroundings, code => {
    process.exitCode = code;
  });
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = explain(surroundings, error);
  }
  if (interrupted.exitCode !== null) process.exitCode = interrupted.exitCode;
}

type Exit = (code: number) => void;
type Body<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<number>;

function makeProgram(surroundings: Surroundings, exit: Exit): Command {
  const program = new Command('headgate')
    .description('Backfills with a gate: probe, dry run, review, live, verify.')
    .version(surroundings.program, '-V, --version')
    .option('--sandbox', 'walk through a world of its own, which touches nothing of yours')
    .exitOverride()
    .configureOutput({writeErr: quietErrors(surroundings), writeOut: surroundings.out})
    .addHelpText('after', exitCodeHelp());
  common(program)
    .allowExcessArguments()
    .action(async (options: CommonOptions) => {
      requireNoCommand(program);
      exit(await sandboxCommand(surroundings, options));
    });

  /** Runs a command's body in a session of its own. */
  const within = <Args extends readonly unknown[]>(body: Body<Args>) =>
    async function (this: Command, ...args: Args): Promise<void> {
      const options: CommonOptions = this.optsWithGlobals();
      exit(await Session.with(surroundings, options, session => body(session, ...args)));
    };

  ends(
    scope(
      common(
        program
          .command('run <backfill>')
          .description('probe and dry run; ends with the command that goes live'),
      ),
    ),
  )
    .option('--rate <n>', 'items a second at most', positive)
    .option('--fresh', 'read everything again, also what has not changed')
    .option('--unattended', 'dry run, gates, live and verify in one breath')
    .option('--confirm <name>', "the target's name, for --unattended")
    .option('--max-changes <n>', 'unattended: at most so many changes', natural)
    .option('--max-failures <n>', 'unattended: at most so many failures (default: 0)', natural)
    .option('--max-deletes <n>', 'unattended: at most so many deletions (default: 0)', natural)
    .option('--accept-new', 'also write what appeared after the dry run')
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .action(within(runCommand));
  common(program.command('live <run>').description("execute a dry run's plan through its gates, then verify"))
    .option('--confirm <name>', "the target's name")
    .option('--accept-new', 'also write what appeared after the dry run')
    .option('--accept-failures <n>', 'go on in spite of so many failures of the dry run', natural)
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .option('--rate <n>', 'items a second at most', positive)
    .action(within(liveCommand));
  common(program.command('plan <run>').description('read a plan, or what a live run changed'))
    .option('--action <action>', 'only this action')
    .action(within(planCommand));
  common(program.command('status [run]').description('the newest runs, or one in detail')).action(
    within((session, run: string | undefined) => statusCommand(session, run)),
  );
  common(program.command('pause <run>').description('let a run come to rest, from any terminal')).action(
    within((session, run: string) => pauseCommand(session, run)),
  );
  resumeOptions(common(program.command('resume <run>').description('go on where a run stopped'))).action(
    within(resumeCommand),
  );
  common(program.command('cancel <run>').description('end a run for good; what it wrote stays')).action(
    within((session, run: string) => cancelCommand(session, run)),
  );
  common(program.command('failures <run>').description('what a run left open, why, and what to do'))
    .option('--kind <kind>', 'only this kind of failure')
    .action(within(failuresCommand));
  resumeOptions(common(program.command('retry <run>').description('take up the failures of a run')))
    .option('--kind <kind>', 'only this kind of failure')
    .action(within(retryCommand));
  common(program.command('undo <run>').description('show what an undo would put back; with --confirm, do it'))
    .option('--confirm <name>', "the target's name")
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .action(within(undoCommand));
  ends(prefix(common(program.command('verify <backfill>').description('measure invariants and coverage'))))
    .option('--sample <n|all>', 'objects to read again', sampleSize)
    .option('--check <id>', 'one invariant only')
    .action(within(verifyCommand));
  ends(
    prefix(common(program.command('coverage <backfill>').description('measure coverage, by group'))),
  ).action(within(coverageCommand));
  common(
    program.command('migrate <backfill>').description('make the tables of a backfill where they are missing'),
  )
    .option('--target <target>', 'the SQLite file, or a name from the config')
    .action(within(migrateCommand));
  ends(
    prefix(
      common(
        program
          .command('batch <backfill>')
          .description('one batch without a plan, answered as one JSON object'),
      ),
    ),
  )
    .option('--limit <n>', 'objects in the batch, 1 to 1000 (default: 100)', batchLimit)
    .option('--cursor <cursor>', 'the cursor of the previous answer')
    .option('--dry-run', 'count what would change, and write nothing')
    .action(async (id: string, options: BatchCommandOptions & CommonOptions) => {
      // Its answer is one JSON object and nothing else.
      const quiet = {...surroundings, err: () => undefined};
      exit(
        await Session.with(quiet, {...options, json: false}, session => batchCommand(session, id, options)),
      );
    });
  common(program.command('doctor').description('what works, what does not, and what to do')).action(
    within(session => doctorCommand(session)),
  );
  const ledger = program.command('ledger').description('copy, restore or shrink the ledger');
  common(ledger.command('backup <file>').description('copy the ledger, while runs go on')).action(
    within((session, file: string) => backupCommand(session, file)),
  );
  common(ledger.command('restore <file>').description("put a backup in the ledger's place")).action(
    async (file: string, _options: unknown, command: Command) =>
      exit(await restoreCommand(surroundings, command.optsWithGlobals(), file)),
  );
  common(ledger.command('vacuum').description('give free space back')).action(
    within(session => vacuumCommand(session)),
  );
  const marks = program.command('marks').description('the two tables that headgate keeps in a target');
  common(marks.command('remove').description('remove them'))
    .option('--target <target>', 'the SQLite file, or a name from the config')
    .action(within(removeMarksCommand));
  return program;
}

/** Words that are no command come here, because headgate alone is one. */
function requireNoCommand(program: Command): void {
  const [word] = program.args;
  if (word === undefined) return;
  if (word === 'help') program.help();
  const known = program.commands.map(command => command.name()).join(', ');
  throw new OperatorError('usage', `there is no command ${word}`, `Known are: ${known}.`);
}

/** Commander's own errors are worded by explain(); the help of a group of commands is written as it is. */
function quietErrors({err}: Surroundings): (text: string) => void {
  return text => {
    if (text.startsWith('Usage:')) err(text);
  };
}

/** `headgate status | head -1`: whoever reads may stop reading. A run goes on to its end all the same. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** One sentence that says what is wrong, one that says what to do, and the exit code. */
function explain(surroundings: Surroundings, error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    // headgate marks, headgate ledger: the help that follows says which words belong behind it.
    if (error.code === 'commander.help') return exitCodes.usage;
    return tell(
      surroundings,
      new OperatorError(
        'usage',
        error.message.replace(/^error: /, ''),
        'headgate --help lists the commands, headgate COMMAND --help the flags.',
      ),
    );
  }
  return tell(surroundings, error);
}

function tell({out, err}: Surroundings, error: unknown): number {
  const report = process.argv.includes('--json') ? new JsonReport({out}) : new PlainReport({out, err}, []);
  report.failure(error);
  if (error instanceof OperatorError) return exitCodeOf([error.code]);
  if (process.env['HEADGATE_DEBUG'] !== undefined && error instanceof Error) err(`${error.stack ?? ''}\n`);
  return exitCodes.failed;
}

function surroundingsOf(interruption: Interruption): Surroundings {
  const paths = envPaths('headgate', {suffix: ''});
  // env-paths calls XDG_STATE_HOME, where the ledger belongs on Linux, its log folder.
  const state = process.platform === 'linux' ? paths.log : paths.data;
  return {
    cwd: process.cwd(),
    defaultLedger: join(state, 'ledger.sqlite'),
    program: programVersion(),
    self: thisProcess(randomBytes(3).toString('hex')),
    now: Date.now,
    random: Math.random,
    at: crasher(process.env['HEADGATE_CRASH_AT'], () => process.kill(process.pid, 'SIGKILL')),
    out: text => process.stdout.write(text),
    err: text => process.stderr.write(text),
    follow: handle => interruption.follow(handle),
  };
}

/** The first signal lets the run come to rest; the second leaves at once: intent and mark settle it on resume. */
class Interruption {
  exitCode: number | null = null;
  #followed: {interrupt(): void} | null = null;

  constructor() {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)
      process.on(signal, () => this.#signalled(code));
  }

  follow(handle: {interrupt(): void} | null): void {
    this.#followed = handle;
    // A signal that came between two runs of one command is for the second.
    if (this.exitCode !== null) handle?.interrupt();
  }

  #signalled(code: number): void {
    if (this.#followed === null) process.exit(code);
    if (this.exitCode !== null) {
      process.stderr.write('left at once; headgate resume last settles what was under way\n');
      process.exit(code);
    }
    this.exitCode = code;
    this.#followed.interrupt();
  }
}

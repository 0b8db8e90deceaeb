import {Command, Option} from 'commander';
import type {BatchCommandOptions} from './batch.ts';
import {exitCodeHelp} from './exit-code-help.ts';
import {
  accounts,
  common,
  ends,
  looks,
  prefix,
  resumeOptions,
  scope,
  shrunkHelp,
  targetHelp,
  uploads,
  wholeHelp,
} from './flags.ts';
import {addJobCommands} from './job-program.ts';
import {batchLimit, natural, positive, positiveInteger, sampleSize, sandboxName} from './option-values.ts';
import type {SandboxCommandOptions} from './sandbox.ts';
import type {CommonOptions, Session, Surroundings} from './session.ts';
import {requireNoCommand} from './unknown-command.ts';
import {addSetUpCommands, addUpkeepCommands} from './upkeep-program.ts';

type Exit = (code: number) => void;
type Body<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<number>;

/**
 * Every command with its flags, as commander's tree. What a command ends with goes to `exit`. A command's own modules
 * are loaded once it is called: all of them together take 200 ms, which `--help` and the console need not wait for.
 */
export function makeProgram(surroundings: Surroundings, exit: Exit): Command {
  const program = new Command('headgate')
    .description('Backfills with a gate: probe, dry run, review, live, verify.')
    .version(surroundings.program, '-V, --version')
    .addOption(
      new Option(
        '--sandbox [world]',
        'the console on a world of its own, which touches nothing of yours: folder, or r2-d1',
      )
        .preset('folder')
        .argParser(sandboxName),
    )
    .exitOverride()
    .configureOutput({writeErr: quietErrors(surroundings), writeOut: surroundings.out})
    .addHelpText('after', exitCodeHelp());
  looks(common(program))
    .allowExcessArguments()
    .action(async (options: SandboxCommandOptions) => {
      requireNoCommand(program);
      const open =
        options.sandbox === undefined
          ? (await import('./console.ts')).consoleCommand
          : (await import('./sandbox.ts')).sandboxCommand;
      exit(await open(surroundings, options));
    });
  looks(uploads(prefix(ends(common(program.command('console').description('the console on what is named'))))))
    .option('--backfill <backfill>', 'only this backfill')
    .action(async (_options: unknown, command: Command) => {
      const {consoleCommand} = await import('./console.ts');
      exit(await consoleCommand(surroundings, command.optsWithGlobals()));
    });

  /** Runs a command's body in a session of its own. */
  const within = <Args extends readonly unknown[]>(load: () => Promise<Body<Args>>) =>
    async function (this: Command, ...args: Args): Promise<void> {
      const options: CommonOptions = this.optsWithGlobals();
      const body = await load();
      const {Session} = await import('./session.ts');
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
    .option('--inventory-out <file>', 'list the source into this file first, and read that')
    .option('--inventory-in <file>', 'read this inventory in the place of a source')
    .option('--last-seen', 'media-ingest: date the rows of what is listed instead (media-seen)')
    .option('--metadata', 'media-ingest: read the metadata of objects instead (media-metadata)')
    .option('--stale-report', 'media-ingest: name the rows whose object is gone instead')
    .option(
      '--prune-stale',
      'media-ingest: plan to delete the rows whose object is gone instead (media-prune)',
    )
    .option('--sql-out <file>', 'what the plan would change, as SQL in a file')
    .option('--unattended', 'dry run, gates, live and verify in one breath')
    .option('--confirm <name>', "the target's name, for --unattended")
    .option('--max-changes <n>', 'unattended: at most so many changes', natural)
    .option('--max-failures <n>', 'unattended: at most so many failures (default: 0)', natural)
    .option('--max-deletes <n>', 'unattended: at most so many deletions (default: 0)', natural)
    .option('--accept-new', 'also write what appeared after the dry run')
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .option('--whole <name>', wholeHelp)
    .option('--accept-shrunk <n>', shrunkHelp, natural)
    .action(within(async () => (await import('./run.ts')).runCommand));
  ends(
    scope(
      common(
        program.command('estimate <backfill>').description('predict from a sample what a run would take'),
      ),
    ),
  )
    .option(
      '--sample <n>',
      'objects to read (default: 200), or whole repositories (default: 50)',
      positiveInteger,
    )
    .option('--rate <n>', 'items a second at most', positive)
    .option('--fresh', 'as if everything were read again')
    .action(within(async () => (await import('./estimate.ts')).estimateCommand));
  common(program.command('live <run>').description("execute a dry run's plan through its gates, then verify"))
    .option('--confirm <name>', "the target's name")
    .option('--accept-new', 'also write what appeared after the dry run')
    .option('--accept-failures <n>', 'go on in spite of so many failures of the dry run', natural)
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .option('--rate <n>', 'items a second at most', positive)
    .option('--whole <name>', wholeHelp)
    .option('--accept-shrunk <n>', shrunkHelp, natural)
    .action(within(async () => (await import('./live.ts')).liveCommand));
  common(program.command('plan <run>').description('read a plan, or what a live run changed'))
    .option('--action <action>', 'only this action')
    .option('--sql', 'as SQL that runs as it stands, where the backfill can tell it so')
    .option('--out <file>', 'with --sql: into this file')
    .action(within(async () => (await import('./plan.ts')).planCommand));
  ends(
    common(program.command('explain <key>').description("one item's whole history, and what is there now")),
  )
    .option('--backfill <backfill>', 'only runs of this backfill')
    .action(within(async () => (await import('./explain.ts')).explainCommand));
  common(program.command('status [run]').description('the newest runs, or one in detail')).action(
    within(async () => (await import('./status.ts')).statusCommand),
  );
  common(program.command('pause <run>').description('let a run come to rest, from any terminal')).action(
    within(async () => (await import('./control.ts')).pauseCommand),
  );
  resumeOptions(common(program.command('resume <run>').description('go on where a run stopped'))).action(
    within(async () => (await import('./resume.ts')).resumeCommand),
  );
  common(program.command('cancel <run>').description('end a run for good; what it wrote stays')).action(
    within(async () => (await import('./control.ts')).cancelCommand),
  );
  common(program.command('failures <run>').description('what a run left open, why, and what to do'))
    .option('--kind <kind>', 'only this kind of failure')
    .action(within(async () => (await import('./failures.ts')).failuresCommand));
  resumeOptions(common(program.command('retry <run>').description('take up the failures of a run')))
    .option('--kind <kind>', 'only this kind of failure')
    .action(within(async () => (await import('./resume.ts')).retryCommand));
  common(program.command('undo <run>').description('show what an undo would put back; with --confirm, do it'))
    .option('--confirm <name>', "the target's name")
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .action(within(async () => (await import('./undo.ts')).undoCommand));
  ends(
    uploads(
      accounts(
        prefix(
          common(
            program
              .command('verify <backfill>')
              .description('measure invariants and coverage, of a backfill or of a system'),
          ),
        ),
      ),
    ),
  )
    .option('--sample <n|all>', 'objects to read again', sampleSize)
    .option('--check <id>', 'one invariant only')
    .option(
      '--ratchet <file>',
      'fail only where more rows break an invariant than this file allows; kept up to date',
    )
    .action(within(async () => (await import('./verify.ts')).verifyCommand));
  ends(
    uploads(
      accounts(
        prefix(common(program.command('coverage <backfill>').description('measure coverage, by group'))),
      ),
    ),
  ).action(within(async () => (await import('./verify.ts')).coverageCommand));
  common(
    program
      .command('migrate <backfill>')
      .description(
        'make the tables of a backfill where they are missing, and change those that have to be otherwise',
      ),
  )
    .option('--target <target>', targetHelp)
    .option('--back', 'to what the tables were before they were changed')
    .action(within(async () => (await import('./migrate.ts')).migrateCommand));
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
      const {batchCommand} = await import('./batch.ts');
      const {Session} = await import('./session.ts');
      exit(
        await Session.with(quiet, {...options, json: false}, session => batchCommand(session, id, options)),
      );
    });
  ends(
    prefix(
      common(
        program
          .command('recover <system>')
          .description(
            'bring a system back to order: hold, watch, measure, mend, verify; looks only without --confirm',
          ),
      ),
    ),
  )
    .option('--confirm <name>', "the target's name: without it nothing is written")
    .option('--whole <name>', wholeHelp)
    .option('--watch <seconds>', 'how long other writers are watched for (default: 10)', natural)
    .option('--accept-writers', 'go on although another program still writes')
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .action(within(async () => (await import('./recover.ts')).recoverCommand));
  addSetUpCommands(program, within, surroundings, exit);
  addJobCommands(program, within);
  addUpkeepCommands(program, within, surroundings, exit);
  return program;
}

/** Commander's own errors are worded by explain(); the help of a group of commands is written as it is. */
function quietErrors({err}: Surroundings): (text: string) => void {
  return text => {
    if (text.startsWith('Usage:')) err(text);
  };
}

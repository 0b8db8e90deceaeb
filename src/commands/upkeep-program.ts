import {Argument, type Command} from 'commander';
import {common, targetHelp} from './flags.ts';
import type {Within} from './job-program.ts';
import type {Surroundings} from './session.ts';
import {requireNoCommand} from './unknown-command.ts';
import {type WorkflowSystem, workflowSystems} from './workflow.ts';

type Exit = (code: number) => void;

/** The commands that a repository or a folder is set up with, and that say whether everything works. */
export function addSetUpCommands(
  program: Command,
  within: Within,
  surroundings: Surroundings,
  exit: Exit,
): void {
  const init = common(
    program.command('init').description('write a config of examples, where there is none'),
  ).action(async (_options: unknown, command: Command) => {
    const {initCommand} = await import('./init.ts');
    exit(await initCommand(surroundings, command.optsWithGlobals()));
  });
  common(
    init
      .command('github-actions')
      .description('write a workflow into the repository of this folder')
      .addArgument(
        new Argument('[system]', 'what it runs').choices(workflowSystems).default(workflowSystems[0]),
      ),
  ).action(async (system: WorkflowSystem, _options: unknown, command: Command) => {
    const {initGithubActionsCommand} = await import('./init-github-actions.ts');
    exit(await initGithubActionsCommand(surroundings, system, command.optsWithGlobals()));
  });
  common(
    program
      .command('sync-check <folder>')
      .description('what an uploader would do with the files of a folder, and why; writes nothing'),
  )
    .option('--target <target>', 'the index: an SQLite file, d1:NAME, or a name from the config')
    .option('--prefix <prefix>', "what stands before a file's path in its key")
    .option('--all', 'also name the files that are up to date')
    .action(within(async () => (await import('./sync-check.ts')).syncCheckCommand));
  common(
    program
      .command('check-hash <sha256...>')
      .description('whether contents of a user are uploaded already, by their SHA-256; writes nothing'),
  )
    .option('--target <target>', targetHelp)
    .option('--user <id>', 'whose contents')
    .option('--provider <provider>', 'where they would go')
    .option('--endpoint <url>', 'of a bucket that is not at AWS')
    .option('--region <region>', 'of a bucket')
    .action(within(async () => (await import('./check-hash.ts')).checkHashCommand));
  common(program.command('doctor').description('what works, what does not, and what to do')).action(
    within(async () => (await import('./doctor.ts')).doctorCommand),
  );
}

/** The commands of what Headgate keeps: its ledger, what it knows of folders, and two tables in each target. */
export function addUpkeepCommands(
  program: Command,
  within: Within,
  surroundings: Surroundings,
  exit: Exit,
): void {
  const ledger = program.command('ledger').description('copy, restore or shrink the ledger');
  common(ledger.command('backup <file>').description('copy the ledger, while runs go on')).action(
    within(async () => (await import('./ledger.ts')).backupCommand),
  );
  common(ledger.command('restore <file>').description("put a backup in the ledger's place")).action(
    async (file: string, _options: unknown, command: Command) => {
      const {restoreCommand} = await import('./ledger.ts');
      exit(await restoreCommand(surroundings, command.optsWithGlobals(), file));
    },
  );
  common(ledger.command('vacuum').description('give free space back')).action(
    within(async () => (await import('./ledger.ts')).vacuumCommand),
  );
  const folders = common(
    program.command('folders').description('folders whose files were uploaded, and how many files are known'),
  ).allowExcessArguments();
  folders.action(
    within(async () => {
      requireNoCommand(folders);
      return (await import('./folders.ts')).listFoldersCommand;
    }),
  );
  common(
    folders
      .command('remove <folder>')
      .description('forget the files of a folder; what was uploaded stays known by its content'),
  ).action(within(async () => (await import('./folders.ts')).removeFolderCommand));
  common(
    folders
      .command('merged')
      .description('contents that were found under several names: copies, renamed files'),
  ).action(within(async () => (await import('./folders.ts')).mergedCommand));
  const marks = program.command('marks').description('the two tables that headgate keeps in a target');
  common(marks.command('remove').description('remove them'))
    .option('--target <target>', targetHelp)
    .action(within(async () => (await import('./marks.ts')).removeMarksCommand));
}

import {type Command, Option} from 'commander';
import {positive, positiveInteger} from './option-values.ts';

/** Groups of flags that several commands share. */

export function common(command: Command): Command {
  return command
    .option('--config <path>', 'the config file (default: headgate.config.ts or .json in this folder)')
    .option(
      '--ledger <path>',
      "headgate's own database: a file, or postgres://USER@HOST/DATABASE (default: a file in the state folder of your account)",
    )
    .option('--json', 'one JSON object a line')
    .allowExcessArguments(false)
    .exitOverride();
}

export const targetHelp =
  'what is brought up to date: an SQLite file, d1:NAME, postgres://USER@HOST/DATABASE, pglite:DIR, or a name from the config';

export const wholeHelp = "the source's name, where no prefix narrows the run and that has to be confirmed";

export const shrunkHelp =
  'go on with an inventory of so many objects, though it is empty or smaller than the last one';

export function ends(command: Command): Command {
  const named = command
    .option(
      '--source <source>',
      'what is read: a folder, s3://BUCKET/PREFIX, b2://BUCKET/PREFIX, inventory:FILE, or a name from the config',
    )
    .option('--endpoint <url>', 'of a bucket that is not at AWS: R2, B2, a server of your own')
    .option('--region <region>', 'of a bucket (R2: auto)')
    .option('--target <target>', targetHelp);
  return network(named);
}

/** Where the AT Protocol network is. */
export function network(command: Command): Command {
  return command
    .option('--relay <url...>', 'records: a relay that lists repositories, or several')
    .option('--plc <url>', 'records: the directory of did:plc identities')
    .option(
      '--allow-private-hosts',
      'records: also ask hosts of this machine and its network, without https',
    );
}

/** What of the AT Protocol network. */
export function accounts(command: Command): Command {
  return command
    .option(
      '--collection <nsid...>',
      'records: only these collections (default: lexicons marked for backfill)',
    )
    .option('--did <account...>', 'records: only these accounts, as DIDs or handles')
    .option('--proofs', 'records: prove every repository down to its signed commit');
}

/** Which files, where to and for whom. */
export function uploads(command: Command): Command {
  return command
    .option('--folder <dir...>', 'uploads: a folder of this machine, or several, in the place of --source')
    .option(
      '--provider <provider>',
      'uploads: where to: a name from the config, a folder, s3://BUCKET/PREFIX',
    )
    .option('--user <id>', 'uploads: whose files these are');
}

export function prefix(command: Command): Command {
  return command
    .option('--prefix <prefix>', 'only keys that begin so')
    .option('--bucket <name>', 'artifacts: what rows call the bucket, where that is not its own name');
}

export function scope(command: Command): Command {
  return uploads(accounts(prefix(command)))
    .option('--since <time>', 'only what was modified at or after this time (ISO 8601)')
    .option('--max-objects <n>', 'at most so many, in key order', positiveInteger)
    .option('--start-after <key>', 'only keys beyond this one')
    .option('--cursor <cursor>', 'begin behind the cursor of an earlier run or batch');
}

export function resumeOptions(command: Command): Command {
  return command
    .option('--accept-new', 'also write what appeared after the dry run')
    .option('--accept-drift', 'go on although more has changed than the limit allows')
    .option('--take-over <holder>', 'push this dead holder of the lease aside')
    .option('--rate <n>', 'items a second at most', positive);
}

/** How the console is shown. */
export function looks(command: Command): Command {
  return command
    .option('--read-only', 'without the commands that write')
    .option('--no-tui', 'with --sandbox: walk through it in lines, even in a terminal')
    .option('--no-color', 'as NO_COLOR does')
    .addOption(new Option('--theme <theme>', 'colours of the console').choices(['color', 'mono']))
    .option('--ascii', 'draw with ASCII alone')
    .option('--screen-reader', 'lines that are read out instead of a screen');
}

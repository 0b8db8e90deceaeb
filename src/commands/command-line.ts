import {CommanderError} from 'commander';
import {exitCodeOf, exitCodes} from '../core/exit-code.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {makeProgram} from './program.ts';
import type {Surroundings} from './session.ts';

/** One command, from what was typed behind the program's name to its exit code. It never rejects: what is wrong is told. */
export async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let ended: number = exitCodes.done;
  const program = makeProgram(surroundings, code => {
    ended = code;
  });
  try {
    await program.parseAsync(words, {from: 'user'});
    return ended;
  } catch (error) {
    return explain(words, surroundings, error);
  }
}

/** One sentence that says what is wrong, one that says what to do, and the exit code. */
async function explain(
  words: readonly string[],
  surroundings: Surroundings,
  error: unknown,
): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    // headgate marks, headgate ledger: the help that follows says which words belong behind it.
    if (error.code === 'commander.help') return exitCodes.usage;
    return tell(
      words,
      surroundings,
      new OperatorError(
        'usage',
        error.message.replace(/^error: /, ''),
        'headgate --help lists the commands, headgate COMMAND --help the flags.',
      ),
    );
  }
  return tell(words, surroundings, error);
}

async function tell(
  words: readonly string[],
  {out, err, environment}: Surroundings,
  error: unknown,
): Promise<number> {
  const report = words.includes('--json')
    ? new (await import('./json-report.ts')).JsonReport({out}, [])
    : new (await import('./plain-report.ts')).PlainReport({out, err}, []);
  report.failure(error);
  if (error instanceof OperatorError) return exitCodeOf([error.code]);
  if (error instanceof Fault && error.kind === 'denied') return exitCodeOf(['auth']);
  if (environment['HEADGATE_DEBUG'] !== undefined && error instanceof Error) err(`${error.stack ?? ''}\n`);
  return exitCodes.failed;
}

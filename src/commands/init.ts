import {access} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {configNames} from '../config/config.ts';
import {moduleFormIn} from '../config/module-form.ts';
import {configTemplate} from '../config/template.ts';
import {OperatorError} from '../core/operator-error.ts';
import {isThere, type NewFile, writeNew} from './init-file.ts';
import {JsonReport} from './json-report.ts';
import {PlainReport} from './plain-report.ts';
import type {CommonOptions, Surroundings} from './session.ts';

/** Writes a config of examples, all of them comments, where there is none. It opens no ledger, and never overwrites. */
export async function initCommand(surroundings: Surroundings, options: CommonOptions): Promise<number> {
  const {cwd} = surroundings;
  const named = options.config === undefined ? [] : ['--config', options.config];
  const path = resolve(cwd, options.config ?? configNames[0]);
  if (!path.endsWith('.ts'))
    throw new OperatorError(
      'usage',
      `config ${path}: its examples are comments, which only a .ts file can hold`,
      'Name a file that ends with .ts, or leave --config out.',
    );
  // Two configs in one folder would be refused by every other command.
  if (options.config === undefined)
    for (const name of configNames)
      if (await exists(join(cwd, name))) throw isThere(configFile(join(cwd, name)));
  await writeNew(configFile(path), configTemplate(await moduleFormIn(dirname(path))));
  const report =
    options.json === true ? new JsonReport(surroundings, named) : new PlainReport(surroundings, named);
  report.data({type: 'config', file: path}, [
    `made ${path}`,
    'Nothing is set in it yet: take the // away in front of a source and a target, and change them.',
  ]);
  report.next('Then see whether they can be reached', ['headgate', 'doctor']);
  report.next('Begin with a dry run of one of them', [
    'headgate',
    'run',
    'BACKFILL',
    '--source',
    'NAME',
    '--target',
    'NAME',
  ]);
  return 0;
}

function configFile(path: string): NewFile {
  return {
    noun: 'config',
    path,
    hints: {
      isThere: 'Edit it, or make another beside it with --config OTHER.ts.',
      isRefused: 'Go to a folder that you may write, or name one with --config.',
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import {access} from 'node:fs/promises';
import {join} from 'node:path';
import {writeNew} from './init-file.ts';
import {JsonReport} from './json-report.ts';
import {PlainReport} from './plain-report.ts';
import type {CommonOptions, Surroundings} from './session.ts';
import {settingLines, trialCommand, type Workflow, type WorkflowSystem} from './workflow.ts';
import {artifactsWorkflow} from './workflow-artifacts.ts';
import {mediaIngestWorkflow} from './workflow-media-ingest.ts';

const workflows: Readonly<Record<WorkflowSystem, Workflow>> = {
  'media-ingest': mediaIngestWorkflow,
  artifacts: artifactsWorkflow,
};

const folder = '.github/workflows';

/** Writes a system's workflow into the repository of the current folder. It opens no ledger, and never overwrites. */
export async function initGithubActionsCommand(
  surroundings: Surroundings,
  system: WorkflowSystem,
  options: CommonOptions,
): Promise<number> {
  const workflow = workflows[system];
  const {file, text, secrets, variables} = workflow;
  const path = join(surroundings.cwd, folder, file);
  await writeNew(
    {
      noun: 'workflow',
      path,
      makesFolders: true,
      hints: {
        isThere: 'Edit it, or give it another name and call init again.',
        isRefused: 'Go to the top of your repository.',
      },
    },
    text(surroundings.program),
  );
  const report = options.json === true ? new JsonReport(surroundings, []) : new PlainReport(surroundings, []);
  report.data(
    {
      type: 'workflow',
      system,
      file: path,
      secrets: Object.keys(secrets),
      variables: Object.keys(variables),
    },
    [
      `made ${path}`,
      'Secrets to set in the repository (Settings, Secrets and variables, Actions; or gh secret set NAME):',
      ...settingLines(secrets),
      'Variables (at the same place; or gh variable set NAME):',
      ...settingLines(variables),
    ],
  );
  if (!(await isRepository(surroundings.cwd)))
    report.note(`${surroundings.cwd} is not the top of a git repository: GitHub finds workflows only there`);
  report.next('Commit it, and push it to the default branch', ['git', 'add', join(folder, file)]);
  report.next('Then try it, which writes nothing', trialCommand(workflow));
  return 0;
}

/** `.git` is a file in a work tree beside the first one. */
function isRepository(cwd: string): Promise<boolean> {
  return access(join(cwd, '.git')).then(
    () => true,
    () => false,
  );
}

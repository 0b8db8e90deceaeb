import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {runInNewContext} from 'node:vm';
import {parse} from 'yaml';
import {z} from 'zod';

/**
 * Runs a job's scripts as GitHub's runner does: the same shell, the same environment, conditions and expressions
 * evaluated in the same order. What `uses:` an action is taken for done. Expressions are evaluated as JavaScript, which
 * is the same for what our workflows say.
 */

const step = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  with: z.record(z.string(), z.unknown()).optional(),
  'continue-on-error': z.string().optional(),
});
const workflowFile = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({group: z.string(), 'cancel-in-progress': z.boolean()}),
  defaults: z.object({run: z.object({shell: z.string()})}).optional(),
  jobs: z.record(
    z.string(),
    z.strictObject({'runs-on': z.string(), 'timeout-minutes': z.number(), steps: z.array(step)}),
  ),
});

export type WorkflowFile = z.infer<typeof workflowFile>;
export type WorkflowStep = z.infer<typeof step>;

export function readWorkflow(path: string): WorkflowFile {
  return workflowFile.parse(parse(readFileSync(path, 'utf8')));
}

/** The steps of the only job. */
export function stepsOf({jobs}: WorkflowFile): readonly WorkflowStep[] {
  const [job, ...others] = Object.values(jobs);
  if (job === undefined || others.length > 0) throw new Error('the workflow has not one job');
  return job.steps;
}

export interface JobOptions {
  /** Where the repository is checked out. */
  readonly workspace: string;
  /** The runner's own folder, outside of the repository. */
  readonly folder: string;
  readonly path: string;
  /** None where it was the clock that started the job. */
  readonly inputs?: Readonly<Record<string, string | boolean>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
}

type Outcome = 'success' | 'failure' | 'skipped';

export interface JobResult {
  readonly status: 'success' | 'failure';
  /** By the step's name, or what it uses. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly log: string;
  readonly summary: string;
}

/** What a shell named in a workflow is called with; without a name it is `bash -e`, which knows no pipefail. */
const shells: Readonly<Record<string, readonly string[]>> = {
  bash: ['--noprofile', '--norc', '-eo', 'pipefail'],
};

export function runJob(workflow: WorkflowFile, options: JobOptions): JobResult {
  const {workspace, folder, path, inputs = {}, secrets = {}, vars = {}} = options;
  const temp = join(folder, 'temp');
  const home = join(folder, 'home');
  for (const made of [temp, home]) mkdirSync(made, {recursive: true});
  const summary = join(folder, 'summary.md');
  const runner = {
    PATH: path,
    HOME: home,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_ENV: join(folder, 'env'),
    RUNNER_TEMP: temp,
  };
  for (const file of [runner.GITHUB_STEP_SUMMARY, runner.GITHUB_OUTPUT, runner.GITHUB_ENV])
    writeFileSync(file, '');

  let status: JobResult['status'] = 'success';
  const outcomes: Record<string, Outcome> = {};
  const steps: Record<string, {readonly outcome: Outcome}> = {};
  const logs: string[] = [];
  const evaluate = (expression: string): unknown =>
    runInNewContext(expression, {
      inputs,
      secrets,
      vars,
      steps,
      always: () => true,
      cancelled: () => false,
      success: () => status === 'success',
      failure: () => status === 'failure',
    });

  for (const [index, {id, name, uses, run, env, ...conditions}] of stepsOf(workflow).entries()) {
    const outcome = (): Outcome => {
      if (!isDue(conditions.if ?? 'success()')) return 'skipped';
      if (run === undefined) return 'success';
      const script = join(folder, `step-${index}.sh`);
      writeFileSync(script, run);
      const shell = shells[workflow.defaults?.run.shell ?? ''] ?? ['-e'];
      const ended = spawnSync('bash', [...shell, script], {
        cwd: workspace,
        env: {
          ...runner,
          ...Object.fromEntries(Object.entries(env).map(([key, text]) => [key, filled(text)])),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
        maxBuffer: 64 * 1024 ** 2,
      });
      logs.push(ended.stdout, ended.stderr);
      return ended.status === 0 ? 'success' : 'failure';
    };
    const ended = outcome();
    outcomes[name ?? uses ?? String(index)] = ended;
    if (id !== undefined) steps[id] = {outcome: ended};
    if (ended === 'failure' && !evaluate(bare(conditions['continue-on-error'] ?? 'false')))
      status = 'failure';
  }
  const written = existsSync(summary) ? readFileSync(summary, 'utf8') : '';
  return {status, outcomes, log: logs.join(''), summary: written};

  /** A condition that does not ask how the job stands holds only while nothing has failed. */
  function isDue(condition: string): boolean {
    const asks = /\b(?:always|cancelled|success|failure)\(\)/.test(condition);
    return (asks || status === 'success') && Boolean(evaluate(bare(condition)));
  }

  function filled(text: string): string {
    return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => String(evaluate(expression) ?? ''));
  }
}

function bare(condition: string): string {
  return /^\$\{\{(.*)\}\}$/.exec(condition)?.[1] ?? condition;
}

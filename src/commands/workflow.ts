/** A GitHub Actions workflow that `headgate init github-actions` writes into the operator's repository. */
export interface Workflow {
  /** Below .github/workflows/. */
  readonly file: string;
  /** The YAML, which installs this version of the program. */
  readonly text: (version: string) => string;
  /** What has to be set in the repository before it can run: name → what it is. */
  readonly secrets: Settings;
  readonly variables: Settings;
  /** The inputs of a first try that writes nothing: `dry_run=true`. */
  readonly trial: readonly string[];
}

/** NAME → what it is, in a few words. */
export type Settings = Readonly<Record<string, string>>;

/** The systems with a workflow; the first is the one that is meant where none is named. */
export const workflowSystems = ['media-ingest', 'artifacts'] as const;
export type WorkflowSystem = (typeof workflowSystems)[number];

/** `  NAME   what it is`, a line each. */
export function settingLines(settings: Settings): readonly string[] {
  const width = Math.max(...Object.keys(settings).map(({length}) => length));
  return Object.entries(settings).map(([name, what]) => `  ${name.padEnd(width)}  ${what}`);
}

/** `gh workflow run …`, word by word. */
export function trialCommand({file, trial}: Pick<Workflow, 'file' | 'trial'>): readonly string[] {
  return ['gh', 'workflow', 'run', file, ...trial.flatMap(input => ['-f', input])];
}

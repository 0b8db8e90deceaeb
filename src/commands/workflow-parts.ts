import {settingLines, trialCommand, type Workflow} from './workflow.ts';

/**
 * What the workflows have in common, as YAML. A value of GitHub's (an input, a secret) comes to a script by its
 * environment alone: pasted into the script's text, it could be commands.
 */

/** The comment at the top: what has to be set, and how it is tried. */
export function settingComments(workflow: Omit<Workflow, 'text'>): string {
  return [
    'Secrets that it needs (Settings → Secrets and variables → Actions):',
    ...settingLines(workflow.secrets),
    'Variables (at the same place):',
    ...settingLines(workflow.variables),
    'Try it, once it is on the default branch; this writes nothing:',
    `  ${trialCommand(workflow).join(' ')}`,
  ]
    .map(line => `# ${line}`)
    .join('\n');
}

export const bashForAll = `# bash with pipefail: a run that fails has to fail its step, although its output goes through tee.
defaults:
  run:
    shell: bash`;

export function firstSteps(version: string): string {
  return `      # A headgate.config.ts or .json at the top of the repository is taken notice of.
      - uses: actions/checkout@v4

      - uses: actions/setup-node@v4
        with:
          node-version: 24

      - name: Install headgate
        run: npm install --global headgate@${version}`;
}

/** Lines of a script: what the program prints from here on is text to the runner, also where it looks like a command. */
export const noCommands = `          # A name in the bucket may look like a command to the runner (::add-mask::…): none is taken from here on.
          echo "::stop-commands::$RANDOM$RANDOM$RANDOM"`;

/** Lines of a script: \`block FILE\` prints the file's end for the job summary. */
export const blockFunction = `          # The end of a file as a block. A line that would end the block is moved in: it may be a name in the bucket.
          block() {
            echo '~~~'
            tail -n 100 "$1" | tail -c 60000 | tr -d '\\r' | sed 's/^ \\{0,3\\}~~~/    &/'
            printf '\\n~~~\\n'
          }`;

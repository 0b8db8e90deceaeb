import type {Workflow} from './workflow.ts';
import {bashForAll, blockFunction, firstSteps, noCommands, settingComments} from './workflow-parts.ts';

const about = {
  file: 'headgate-artifacts.yml',
  secrets: {
    R2_ACCESS_KEY_ID: 'Access Key ID of an R2 API token with Object Read',
    R2_SECRET_ACCESS_KEY: 'its Secret Access Key',
    CLOUDFLARE_API_TOKEN: 'an API token with D1: Edit',
    CLOUDFLARE_ACCOUNT_ID: 'the account that the D1 database is in',
  },
  variables: {
    R2_BUCKET: "the bucket's name",
    R2_ENDPOINT: 'https://ACCOUNT_ID.r2.cloudflarestorage.com',
    D1_DATABASE_NAME: "the D1 database's name",
  },
  trial: ['mode=dry-run', 'max_objects=1000'],
} as const satisfies Omit<Workflow, 'text'>;

/** The inventory of artifacts by hand: R2 → `artifacts`, then the checks, and a job summary whatever happens. */
export const artifactsWorkflow: Workflow = {...about, text};

function text(version: string): string {
  return `# Completes the table artifacts in D1 from an R2 bucket, and checks it.
# Made by: headgate init github-actions artifacts. It is yours: headgate never writes it again.
#
# First a dry run, with a prefix or few objects. Then live, with the same inputs, and max_changes as the dry run
# counted them: where there would be more, nothing is written. A run that stopped says in its summary how to go on.
#
${settingComments(about)}

name: R2 inventory → D1 artifacts backfill

on:
  workflow_dispatch:
    inputs:
      mode:
        description: A dry run says what would change, and writes nothing
        type: choice
        options: [dry-run, live]
        default: dry-run
      prefix:
        description: Only keys that begin so
        type: string
        default: ''
      max_objects:
        description: At most so many objects, in key order
        type: string
        default: ''
      cursor:
        description: Begin behind the cursor of an earlier run
        type: string
        default: ''
      start_after:
        description: Only keys beyond this one, where there is no cursor
        type: string
        default: ''
      max_changes:
        description: 'Live: at most so many changes'
        type: string
        default: ''
      whole_bucket:
        description: "Live without a prefix: the bucket's name, to say that all of it is meant"
        type: string
        default: ''

permissions:
  contents: read

# Never two at once, and none is broken off in the middle.
concurrency:
  group: headgate-artifacts
  cancel-in-progress: false

${bashForAll}

jobs:
  inventory:
    runs-on: ubuntu-latest
    timeout-minutes: 180
    steps:
${firstSteps(version)}

      - name: Inventory
        id: inventory
        env:
          AWS_ACCESS_KEY_ID: \${{ secrets.R2_ACCESS_KEY_ID }}
          AWS_SECRET_ACCESS_KEY: \${{ secrets.R2_SECRET_ACCESS_KEY }}
          CLOUDFLARE_API_TOKEN: \${{ secrets.CLOUDFLARE_API_TOKEN }}
          CLOUDFLARE_ACCOUNT_ID: \${{ secrets.CLOUDFLARE_ACCOUNT_ID }}
          R2_BUCKET: \${{ vars.R2_BUCKET }}
          R2_ENDPOINT: \${{ vars.R2_ENDPOINT }}
          D1_DATABASE_NAME: \${{ vars.D1_DATABASE_NAME }}
          MODE: \${{ inputs.mode }}
          KEY_PREFIX: \${{ inputs.prefix }}
          MAX_OBJECTS: \${{ inputs.max_objects }}
          CURSOR: \${{ inputs.cursor }}
          START_AFTER: \${{ inputs.start_after }}
          MAX_CHANGES: \${{ inputs.max_changes }}
          WHOLE_BUCKET: \${{ inputs.whole_bucket }}
        # The ledger ends with the job. To keep what an undo needs, add a step with actions/upload-artifact for
        # headgate.sqlite: it holds the names in the bucket, and no secrets.
        run: |
          log="$RUNNER_TEMP/inventory.log"
          refuse() { echo "$2" | tee "$log"; exit "$1"; }
          missing=()
          for name in R2_BUCKET R2_ENDPOINT D1_DATABASE_NAME; do
            if [ -z "\${!name}" ]; then missing+=("$name"); fi
          done
          if [ "\${#missing[@]}" -gt 0 ]; then refuse 2 "Variables to set in this repository: \${missing[*]}"; fi
          options=()
          given() { if [ -n "$2" ]; then options+=("$1" "$2"); fi; }
          given --prefix "$KEY_PREFIX"
          given --max-objects "$MAX_OBJECTS"
          given --cursor "$CURSOR"
          given --start-after "$START_AFTER"
          if [ "$MODE" = live ]; then
            if [ -z "$KEY_PREFIX$WHOLE_BUCKET" ]; then
              refuse 6 'Live without a prefix: type the name of the bucket into whole_bucket.'
            fi
            options+=(--unattended --confirm "$D1_DATABASE_NAME")
            given --max-changes "$MAX_CHANGES"
            given --whole "$WHOLE_BUCKET"
          fi
${noCommands}
          headgate run artifacts-inventory --source "s3://$R2_BUCKET" --endpoint "$R2_ENDPOINT" --region auto \\
            --target "d1:$D1_DATABASE_NAME" --ledger "$RUNNER_TEMP/headgate.sqlite" \\
            "\${options[@]}" 2>&1 | tee "$log"

      - name: Verify
        id: verify
        if: \${{ !cancelled() && steps.inventory.outcome != 'skipped' }}
        # What a dry run finds broken may be what the live run mends.
        continue-on-error: \${{ inputs.mode != 'live' }}
        env:
          CLOUDFLARE_API_TOKEN: \${{ secrets.CLOUDFLARE_API_TOKEN }}
          CLOUDFLARE_ACCOUNT_ID: \${{ secrets.CLOUDFLARE_ACCOUNT_ID }}
          D1_DATABASE_NAME: \${{ vars.D1_DATABASE_NAME }}
        run: |
${noCommands}
          headgate verify artifacts --target "d1:$D1_DATABASE_NAME" \\
            --ledger "$RUNNER_TEMP/headgate.sqlite" 2>&1 | tee "$RUNNER_TEMP/verify.log"

      - name: Summary
        if: always()
        env:
          MODE: \${{ inputs.mode }}
          INVENTORY: \${{ steps.inventory.outcome }}
          VERIFY: \${{ steps.verify.outcome }}
        run: |
${blockFunction}
          part() {
            printf '%s: **%s**\\n\\n' "$1" "$2"
            if [ -f "$3" ]; then block "$3"; else echo 'It was not run: see the step that failed.'; fi
            echo
          }
          {
            printf '## R2 inventory → D1 artifacts backfill\\n\\n'
            part "Inventory, $MODE" "$INVENTORY" "$RUNNER_TEMP/inventory.log"
            part 'Verify' "$VERIFY" "$RUNNER_TEMP/verify.log"
          } >> "$GITHUB_STEP_SUMMARY"
`;
}

import type {Workflow} from './workflow.ts';
import {bashForAll, blockFunction, firstSteps, noCommands, settingComments} from './workflow-parts.ts';

const about = {
  file: 'headgate-media-ingest.yml',
  secrets: {
    B2_KEY_ID: 'keyID of a Backblaze application key that may list the bucket and read its files',
    B2_APP_KEY: 'its applicationKey',
    B2_ENDPOINT: 'such as https://s3.eu-central-003.backblazeb2.com',
    B2_BUCKET: "the bucket's name",
    CLOUDFLARE_API_TOKEN: 'an API token with D1: Edit',
    CLOUDFLARE_ACCOUNT_ID: 'the account that the D1 database is in',
  },
  variables: {D1_DATABASE_NAME: "the D1 database's name, where it is not lgfc_lite"},
  trial: ['dry_run=true'],
} as const satisfies Omit<Workflow, 'text'>;

/** The daily ingest: B2 → `media_assets`, with the inventory committed, and a job summary whatever happens. */
export const mediaIngestWorkflow: Workflow = {...about, text};

function text(version: string): string {
  return `# Brings the catalogue of a Backblaze B2 bucket (media_assets in D1) up to date, daily and by hand.
# Made by: headgate init github-actions media-ingest. It is yours: headgate never writes it again.
#
${settingComments(about)}
# The inventory is committed to the branch: where that is protected, let github-actions[bot] push to it.

name: B2 → D1 daily sync

on:
  schedule:
    # In UTC. GitHub may begin later; away from the full hour it is less late.
    - cron: '17 6 * * *'
  workflow_dispatch:
    inputs:
      dry_run:
        description: Print the SQL that would run, and write nothing
        type: boolean
        default: false
      accept_shrunk:
        description: Go on although the bucket has shrunk, to so many objects
        type: string
        default: ''

permissions:
  contents: write # to commit the inventory

# Never two at once, and none is broken off in the middle.
concurrency:
  group: headgate-media-ingest
  cancel-in-progress: false

${bashForAll}

jobs:
  sync:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
${firstSteps(version)}

      - name: Ingest
        id: ingest
        env:
          B2_KEY_ID: \${{ secrets.B2_KEY_ID }}
          B2_APP_KEY: \${{ secrets.B2_APP_KEY }}
          B2_ENDPOINT: \${{ secrets.B2_ENDPOINT }}
          B2_BUCKET: \${{ secrets.B2_BUCKET }}
          CLOUDFLARE_API_TOKEN: \${{ secrets.CLOUDFLARE_API_TOKEN }}
          CLOUDFLARE_ACCOUNT_ID: \${{ secrets.CLOUDFLARE_ACCOUNT_ID }}
          D1_DATABASE_NAME: \${{ vars.D1_DATABASE_NAME || 'lgfc_lite' }}
          REHEARSE: \${{ inputs.dry_run }}
          ACCEPT_SHRUNK: \${{ inputs.accept_shrunk }}
        # The ledger ends with the job. To keep what an undo needs, add a step with actions/upload-artifact for
        # headgate.sqlite: it holds the names in the bucket, and no secrets.
        run: |
          mkdir -p data/b2
          # With DRY_RUN=1 the same command writes nothing, whatever its flags say.
          if [ "$REHEARSE" = true ]; then export DRY_RUN=1; fi
          options=()
          if [ -n "$ACCEPT_SHRUNK" ]; then options+=(--accept-shrunk "$ACCEPT_SHRUNK"); fi
${noCommands}
          headgate run media-ingest --unattended --confirm "$D1_DATABASE_NAME" \\
            --inventory-out data/b2/inventory.json --ledger "$RUNNER_TEMP/headgate.sqlite" \\
            "\${options[@]}" 2>&1 | tee "$RUNNER_TEMP/headgate.log"

      - name: Summary
        if: always()
        env:
          OUTCOME: \${{ steps.ingest.outcome }}
        run: |
${blockFunction}
          log="$RUNNER_TEMP/headgate.log"
          ledger="$RUNNER_TEMP/headgate.sqlite"
          run="$RUNNER_TEMP/run.txt"
          if ! { [ -f "$ledger" ] && headgate status last --ledger "$ledger" > "$run"; }; then rm -f "$run"; fi
          {
            printf '## B2 → D1 daily sync\\n\\nIngest: **%s**\\n\\n' "$OUTCOME"
            if [ -f "$run" ]; then block "$run"; fi
            # A run that is there need not be what failed.
            if [ ! -f "$run" ] || [ "$OUTCOME" != success ]; then
              if [ -f "$log" ]; then block "$log"; else echo 'Nothing was run: see the step that failed.'; fi
            fi
          } >> "$GITHUB_STEP_SUMMARY"

      - name: Commit the inventory
        if: \${{ success() && !inputs.dry_run }}
        run: |
          git config user.name 'github-actions[bot]'
          git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
          git add -- data/b2/inventory.json
          if git diff --cached --quiet; then
            echo 'The inventory is as it was.'
          else
            git commit --quiet --message 'Inventory of the B2 bucket'
            # Something else may have been pushed meanwhile.
            git pull --rebase
            git push
          fi
`;
}

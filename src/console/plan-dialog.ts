import {findBackfill, repositoryNouns} from '../backfills/registry.ts';
import {wholeName} from '../engine/live-gates.ts';
import {failedText} from '../runbook/open-counts.ts';
import {confirmDialog, shrunkIn} from './confirm-dialog.ts';
import type {ConfirmDialog} from './dialog.ts';
import type {SetupView} from './state.ts';
import {uploadsText} from './uploads-text.ts';

/** What has to be typed before a setup's plan goes live; null as long as there is none, or its target's name is not known. */
export function planDialog({
  facts,
  gates,
  environment,
  targetName,
  backfill,
  words,
  review,
}: SetupView): ConfirmDialog | null {
  const plan = facts?.plan ?? null;
  if (plan === null || targetName === null) return null;
  const open = facts?.open ?? null;
  const nouns = plan.undoes === null ? repositoryNouns(backfill) : null;
  const whole = plan.undoes === null ? wholeName(findBackfill(backfill), plan.sourceLabel, plan.scope) : null;
  const uploads = review?.state === 'ready' && review.plan === plan.id ? review.review.uploads : null;
  return confirmDialog(plan, {
    targetName,
    environment,
    failures: open?.counts.failed ?? 0,
    whole,
    shrunk: shrunkIn(gates, plan),
    ...(uploads === null ? {} : {items: words.items, uploads: uploadsText(uploads, plan)}),
    ...(nouns === null || open === null ? {} : {items: nouns.items, failed: failedText(open.counts, nouns)}),
  });
}

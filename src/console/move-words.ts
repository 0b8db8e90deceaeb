import type {Move} from '../runbook/flow.ts';

/** What Enter does next, in two words for the footer. */
export function moveLabel(move: Move): string {
  switch (move.do) {
    case 'probe':
      return 'probe';
    case 'dry-run':
      return 'dry run';
    case 'review':
      return 'review';
    case 'verify':
      return 'measure';
    case 'see-invariants':
      return 'invariants';
    case 'resume':
      if (move.acceptNew) return 'write them too …';
      return move.acceptDrift ? 'accept …' : 'resume';
    case 'retry':
      return 'retry';
    case 'watch':
      return 'see it in full';
    case 'nothing':
      return 'wait';
    default:
      return move satisfies never;
  }
}

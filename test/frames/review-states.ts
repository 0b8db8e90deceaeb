import {type Case, facts, setup, state, viewed} from './console-states.ts';
import {liveId, now, plan, planId} from './frame-facts.ts';
import {gates, review} from './review-facts.ts';

const newerId = '20260801-1159-zzzz';

/** A review that was read before the plan became what it is now. */
function readBefore(newest: ReturnType<typeof plan>, read = {plan: planId, at: now - 81_000}) {
  return state({
    ...viewed('review'),
    setups: [setup({facts: facts({plan: newest}), gates, review: {state: 'ready', ...read, review}})],
  });
}

/** Reviews of what is not the newest plan, or not as it is. */
export const staleReviewCases: readonly Case[] = [
  {
    name: 'beside a newer plan',
    state: readBefore(plan({id: newerId})),
    says: [
      `Review of ${planId}`,
      `there is a newer plan: ${newerId}, made 1 min ago; enter shows it`,
      'enter read the plan',
    ],
    saysNot: ['reading the plan', 'go live', '1,289'],
  },
  {
    name: 'beside a plan that is being made',
    state: readBefore(plan({id: newerId, status: 'running', finishedAt: null})),
    says: [`there is a newer plan: ${newerId}, still being made`],
    saysNot: ['enter shows it', 'read the plan'],
  },
  {
    name: 'beside a newer plan that was executed',
    state: readBefore(plan({id: newerId, usedBy: liveId})),
    says: [`there is a newer plan: ${newerId}, made 1 min ago`],
    saysNot: ['enter shows it', 'read the plan'],
  },
  {
    name: 'of a plan that was taken up again',
    state: readBefore(plan(), {plan: planId, at: now - 99_000}),
    says: ['the plan has changed since it was read; enter shows it', 'enter read the plan'],
    saysNot: ['go live'],
  },
  {
    name: 'that another backfill was turned to on',
    state: state({...viewed('review'), setups: [setup({facts: facts({plan: plan()})})]}),
    says: [`Review of ${planId}`, 'the plan was not read yet; enter shows it', 'enter read the plan'],
    saysNot: ['reading the plan'],
  },
];

function reads(changes: Partial<typeof review>) {
  const read = {state: 'ready', plan: planId, at: now - 81_000, review: {...review, ...changes}} as const;
  return state({...viewed('review'), setups: [setup({facts: facts({plan: plan()}), gates, review: read})]});
}

/** What a live run is going to read, as far as it is known. */
export const readingCases: readonly Case[] = [
  {
    name: 'of what failed, whose sizes are not known',
    state: reads({itemsToRead: 1, bytesToRead: 7_373, actions: {...review.actions, fail: 1}}),
    says: ['reads 1 item (about 7.2 KiB)'],
    saysMore: ['300 items (about 39.1 MiB) once more'],
  },
  {
    name: 'of what was not read, whose sizes are known',
    state: reads({itemsToRead: 2, bytesToRead: 7_373}),
    says: ['reads 2 items (7.2 KiB)'],
  },
];

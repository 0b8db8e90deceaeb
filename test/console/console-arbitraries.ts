import fc from 'fast-check';
import {findBackfill} from '../../src/backfills/registry.ts';
import {recoverableOf} from '../../src/console/recovery-view.ts';
import {failuresList} from '../../src/console/rows.ts';
import {type ConsoleState, type SetupFacts, type SetupView, view} from '../../src/console/state.ts';
import {isActive} from '../../src/core/run.ts';
import type {FlowFacts} from '../../src/runbook/flow.ts';
import {flowFacts} from '../runbook/flow-arbitraries.ts';
import {planRun} from '../runbook/flow-facts.ts';
import {
  consoleState,
  failedAlike,
  followed,
  measured,
  noFacts,
  questions,
  readList,
  review,
  setupView,
  viewNames,
} from './console-states.ts';

/** Any state that the ledger, other processes and a hand on the keys can bring the console into. */

function factsOf({plan, live, open, checks, gone}: FlowFacts): SetupFacts {
  const run = plan !== null && plan.usedBy === null ? plan : (live ?? plan);
  return {
    ...noFacts,
    plan,
    live,
    newest: live ?? plan,
    open: run === null || open === null ? null : {run: run.id, counts: open},
    checks: (checks ?? []).map(({count}, index) => ({...measured(count), run: `run-${index}`})),
    gone,
  };
}

const dialog = fc.constantFrom(null, null, null, ...questions);
/** Some commands are offered on few rows of few views: those are shown often enough to be among the states. */
const whereabouts = fc.record({
  name: fc.oneof(
    {weight: 4, arbitrary: fc.constantFrom(...viewNames)},
    {weight: 1, arbitrary: fc.constant('failures' as const)},
  ),
  at: fc.oneof(fc.constant(0), fc.nat(5)),
  filter: fc.constantFrom('', 'a'),
});

const recovers = recoverableOf(findBackfill('artifacts-cleanup'));
/** How a recovery stands: of most setups there is none. */
const recoveries: fc.Arbitrary<Pick<SetupView, 'recovers' | 'recovery'>> = fc
  .record({
    has: fc.boolean(),
    isMending: fc.boolean(),
    state: fc.constantFrom(null, 'working', 'stopping', 'done', 'given up', 'failed'),
  })
  .map(({has, isMending, state}) => ({
    recovers: has ? recovers : null,
    recovery:
      has && state !== null
        ? {
            isMending,
            state,
            steps: {watch: {state: 'done', says: 'nobody wrote'}},
            turns: {'artifacts-cleanup': {state: 'done', run: planRun()}},
            round: 0,
            made: [],
            before: [],
            after: [],
            trouble: state === 'failed' ? {message: 'somebody still writes', hint: 'Stop it.'} : null,
          }
        : null,
  }));

export const consoleStates: fc.Arbitrary<ConsoleState> = fc
  .record({
    facts: flowFacts,
    where: whereabouts,
    dialog,
    of: fc.constantFrom('plan', 'live', 'other', null),
    isFollowed: fc.boolean(),
    isMeasuring: fc.nat(4).map(number => number === 0),
    isRead: fc.nat(4).map(number => number > 0),
    isStale: fc.nat(4).map(number => number === 0),
    isFiltering: fc.boolean(),
    others: fc.nat(2),
    isEmpty: fc.boolean(),
    recovering: recoveries,
  })
  .map(({facts, where, dialog, of, others, isEmpty, recovering, ...is}) => {
    const {plan, live, isBeginning, isReadOnly} = facts;
    const own = [live, plan].find(
      run => run !== null && isActive(run.status) && !facts.gone.includes(run.id),
    );
    const atWork = is.isFollowed && own != null ? own.id : null;
    const read = is.isRead && plan !== null ? (is.isStale ? 'earlier' : plan.id) : null;
    const setup = setupView({
      probe: facts.probe,
      facts: factsOf(facts),
      gates: read === null ? null : facts.gates,
      review: read === null ? null : {state: 'ready', plan: read, at: plan?.finishedAt ?? null, review},
      atWork,
      verifying: atWork === null && is.isMeasuring ? 'run-1' : null,
      isBeginning: isBeginning && atWork === null,
      ...recovering,
    });
    const filtered = ['coverage', 'failures', 'history', 'items'].includes(where.name);
    const shown = {
      ...view(
        where.name,
        where.name === 'invariant' ? 'check-blocking-1' : where.name === 'items' ? 'part' : of,
      ),
      at: where.at,
      filter: filtered ? where.filter : '',
      isFiltering: filtered && is.isFiltering,
    };
    return consoleState({
      manner: {isReadOnly, isSandbox: false, flags: [], version: 'test'},
      setups: isEmpty
        ? []
        : [setup, ...Array.from({length: others}, (_, n) => setupView({name: `other ${n}`}))],
      views: where.name === 'overview' ? [shown] : [view('overview'), shown],
      dialog,
      runs: atWork === null ? {} : {[atWork]: {...followed(false), run: atWork}},
      history: [live, plan].flatMap(run => (run === null ? [] : [run])),
      lists: {
        part: readList('a', 'b'),
        history: readList('live', 'plan'),
        [failuresList('live')]: failedAlike,
        [failuresList('plan')]: failedAlike,
      },
    });
  });

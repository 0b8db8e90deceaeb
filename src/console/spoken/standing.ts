import {flowOfSetup} from '../flow-of.ts';
import type {RecoveryView} from '../recovery-view.ts';
import {rowsOf} from '../rows.ts';
import {shownRun} from '../shown-run.ts';
import {type ConsoleState, chosenSetup, shownView} from '../state.ts';

/** What of a state is worth saying at once, as texts that are compared: counts and clocks are left out. */

/** Where one is. When it differs, the whole screen is new. */
export function placeText(state: ConsoleState): string {
  const {dialog} = state;
  const {name, of} = shownView(state);
  const setup = chosenSetup(state);
  const isOfAll = name === 'overview' || name === 'history';
  return JSON.stringify([
    name,
    of,
    isOfAll ? null : setup?.name,
    name === 'run' && setup !== null ? (shownRun(state, setup)?.run ?? null) : null,
    dialog?.type === 'confirm' ? dialog.plan : dialog?.type === 'trouble' ? dialog.message : null,
    dialog?.type ?? null,
    name === 'run' && setup !== null && shownRun(state, setup)?.ended === null,
  ]);
}

/** How things stand there, and elsewhere. When it differs, the new lines of the screen are said. */
export function standingText(state: ConsoleState): string {
  const {dialog} = state;
  const view = shownView(state);
  return JSON.stringify([
    state.setups.map(setup => {
      const {steps, move} = flowOfSetup(state, setup);
      const {link, facts, gates, review, atWork, verifying, targetName, environment} = setup;
      return [
        steps.map(step => step.state),
        move.do,
        link.state,
        facts === null,
        facts?.checks.map(({at}) => at),
        facts?.coverage?.at,
        gates?.map(({holds}) => holds),
        setup.recovery === null ? null : recoveryStanding(setup.recovery),
        [review?.state, atWork, verifying, targetName, environment],
      ];
    }),
    Object.values(state.runs).map(({snapshot, stopping, ended}) => [
      snapshot.status,
      snapshot.rate,
      stopping !== null,
      ended !== null,
    ]),
    Object.entries(state.lists).map(([id, list]) => [id, list.state, list.rows.length]),
    view.name === 'history' ? state.history.map(({id, status}) => [id, status]) : null,
    [view.filter, view.filter === '' ? null : rowsOf(state, view).length],
    dialog?.type === 'palette' ? [dialog.field.text, dialog.at] : null,
    dialog !== null && 'isYes' in dialog ? dialog.isYes : null,
    dialog?.type === 'confirm' ? [dialog.focus, dialog.fields.map(({mistake}) => mistake)] : null,
  ]);
}

function recoveryStanding({state, steps, turns, round}: RecoveryView) {
  const standing = (each: {readonly state: string} | undefined) => each?.state;
  return [state, round, Object.values(steps).map(standing), Object.values(turns).map(standing)];
}

import type {Command} from './command.ts';
import type {Message} from './message.ts';
import {pageOf} from './scroll.ts';
import {shownRun} from './shown-run.ts';
import {type ConsoleState, chosenSetup, screens, view} from './state.ts';
import {emptyField} from './text-field.ts';

/** What a command that only moves about changes; null for one that starts something. */
export function moveAbout(state: ConsoleState, command: Command): Message | null {
  const screen = screens.find(name => name === command);
  if (screen !== undefined) return {type: 'switched', to: screen};
  switch (command) {
    case 'up':
      return {type: 'moved', by: -1};
    case 'down':
      return {type: 'moved', by: 1};
    case 'page-up':
      return {type: 'moved', by: -pageOf(state)};
    case 'page-down':
      return {type: 'moved', by: pageOf(state)};
    case 'first':
    case 'last':
      return {type: 'jumped', to: command};
    case 'back':
      return {type: 'backed'};
    case 'filter':
      return {type: 'filtering', is: true};
    case 'hosts':
      return hostsOf(state);
    case 'next-field':
      return {type: 'focused', by: 1};
    case 'previous-field':
      return {type: 'focused', by: -1};
    case 'help':
      return {type: 'opened', dialog: {type: 'help', at: 0}};
    case 'palette':
      return {type: 'opened', dialog: {type: 'palette', field: emptyField, at: 0}};
    case 'next-backfill':
      return turned(state, 1);
    case 'previous-backfill':
      return turned(state, -1);
    default:
      return null;
  }
}

function turned({chosen, setups}: ConsoleState, by: 1 | -1): Message {
  return {type: 'chosen', setup: (chosen + by + setups.length) % setups.length};
}

function hostsOf(state: ConsoleState): Message | null {
  const setup = chosenSetup(state);
  const run = setup === null ? null : shownRun(state, setup);
  return run === null ? null : {type: 'entered', view: view('hosts', run.run)};
}

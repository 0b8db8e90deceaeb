import type {Key} from '../keys.ts';
import {views} from './places.ts';

/** What can be done on every screen. */
export const everywhereKeys: readonly Key[] = [
  {
    strokes: [':', 'ctrl+p'],
    shown: ':',
    label: 'all commands',
    help: 'Every command that there is here, by name',
    on: views,
    command: 'palette',
  },
  {
    strokes: ['q'],
    shown: 'q',
    label: 'quit',
    help: 'Leave; where a run is at work it asks first, and lets it come to rest',
    on: views,
    command: 'quit',
    footer: 6,
  },
  {
    strokes: ['ctrl+c'],
    shown: 'ctrl+c',
    label: 'leave',
    help: 'Let runs come to rest, and leave; twice: leave at once (the next resume settles what was under way)',
    on: 'anywhere',
    command: 'interrupt',
  },
  {
    strokes: ['ctrl+z'],
    shown: 'ctrl+z',
    label: 'to the shell',
    help: 'Stop, and give the terminal back to the shell; fg goes on',
    on: 'anywhere',
    command: 'suspend',
  },
  {
    strokes: ['ctrl+l'],
    shown: 'ctrl+l',
    label: 'redraw',
    help: 'Draw the screen anew',
    on: 'anywhere',
    command: 'redraw',
  },
  {
    strokes: ['?'],
    shown: '?',
    label: 'keys',
    help: 'All keys of this screen',
    on: views,
    command: 'help',
    footer: 99,
  },
];

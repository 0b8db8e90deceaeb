import type {Key} from '../keys.ts';
import {views} from './places.ts';

/** The screens by number. */
export const screenKeys: readonly Key[] = [
  {
    strokes: ['1'],
    shown: '1',
    label: 'overview',
    help: 'All backfills at a glance',
    on: views,
    command: 'overview',
  },
  {
    strokes: ['2'],
    shown: '2',
    label: 'runbook',
    help: 'The guided steps: probe, dry run, review, live, verify',
    on: views,
    command: 'runbook',
  },
  {
    strokes: ['3'],
    shown: '3',
    label: 'run',
    help: 'The run in full: progress, counts, limits, log',
    on: views,
    command: 'run',
    footer: 8,
  },
  {
    strokes: ['4'],
    shown: '4',
    label: 'coverage',
    help: 'Coverage by group, and what is missing',
    on: views,
    command: 'coverage',
    footer: 8,
  },
  {
    strokes: ['5'],
    shown: '5',
    label: 'invariants',
    help: 'Invariants, and the rows that break them',
    on: views,
    command: 'invariants',
    footer: 8,
  },
  {
    strokes: ['6'],
    shown: '6',
    label: 'failures',
    help: 'What was left open, why, and what to do',
    on: views,
    command: 'failures',
    footer: 8,
  },
  {strokes: ['7'], shown: '7', label: 'history', help: 'Every run', on: views, command: 'history', footer: 9},
];

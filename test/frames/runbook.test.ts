import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {runCases} from './run-states.ts';
import {runbookCases} from './runbook-states.ts';

describe('a runbook', () => itIsDrawn(runbookCases));
describe('a run', () => itIsDrawn(runCases));

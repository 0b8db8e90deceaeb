import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {liveCases} from './live-states.ts';
import {runCases} from './run-states.ts';
import {runbookCases} from './runbook-states.ts';

describe('a runbook', () => itIsDrawn(runbookCases));
describe('a runbook from the live run on', () => itIsDrawn(liveCases));
describe('a run', () => itIsDrawn(runCases));

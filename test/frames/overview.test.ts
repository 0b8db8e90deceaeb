import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {overviewCases} from './overview-states.ts';

describe('an overview', () => itIsDrawn(overviewCases));

import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {coverageCases, invariantCases, invariantsCases} from './measured-states.ts';

describe('coverage', () => itIsDrawn(coverageCases));
describe('invariants', () => itIsDrawn(invariantsCases));
describe('an invariant', () => itIsDrawn(invariantCases));

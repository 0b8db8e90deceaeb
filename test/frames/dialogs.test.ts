import {describe} from 'vitest';
import {dialogCases, noticeCases, reviewCases} from './dialog-states.ts';
import {itIsDrawn} from './it-is-drawn.ts';

describe('a review', () => itIsDrawn(reviewCases));
describe('a dialog:', () => itIsDrawn(dialogCases));
describe('a notice:', () => itIsDrawn(noticeCases));

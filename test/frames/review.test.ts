import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {readingCases, staleReviewCases} from './review-states.ts';

describe('a review', () => itIsDrawn(staleReviewCases));
describe('what is read again', () => itIsDrawn(readingCases));

import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {staleReviewCases} from './review-states.ts';

describe('a review', () => itIsDrawn(staleReviewCases));

import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {failuresCases, historyCases, itemsCases} from './list-states.ts';

describe('failures', () => itIsDrawn(failuresCases));
describe('a history', () => itIsDrawn(historyCases));
describe('items', () => itIsDrawn(itemsCases));

import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {recoveryCases} from './recovery-states.ts';

describe('a recovery', () => itIsDrawn(recoveryCases));

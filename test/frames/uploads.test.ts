import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {uploadCases} from './upload-states.ts';

describe('uploads', () => itIsDrawn(uploadCases));

import {describe} from 'vitest';
import {itIsDrawn} from './it-is-drawn.ts';
import {
  hostsCases,
  repositoryCoverageCases,
  repositoryFailuresCases,
  repositoryRunCases,
} from './repository-states.ts';

describe('repositories', () => itIsDrawn(repositoryRunCases));
describe('hosts', () => itIsDrawn(hostsCases));
describe('coverage', () => itIsDrawn(repositoryCoverageCases));
describe('failures', () => itIsDrawn(repositoryFailuresCases));

import {expect, it} from 'vitest';
import {activeStatuses, jobSourcesOf, jobStatuses} from '../../src/jobs/job-status.ts';

it('leads from asked to ended, and back only where something is left to do', () => {
  expect(Object.fromEntries(jobStatuses.map(to => [to, jobSourcesOf(to)]))).toEqual({
    pending: ['running', 'paused', 'failed'],
    running: ['pending'],
    paused: ['pending', 'running'],
    completed: ['running'],
    failed: ['running'],
    cancelled: ['pending', 'running', 'paused'],
  });
});

it('leaves what is not active to itself', () => {
  expect(activeStatuses).toEqual(jobStatuses.filter(status => jobSourcesOf('cancelled').includes(status)));
});

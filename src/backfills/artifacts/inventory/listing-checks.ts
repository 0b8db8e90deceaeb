import type {Invariant} from '../../invariant.ts';
import type {ArtifactsFacts} from '../facts.ts';
import type {ArtifactsInventory} from './inventory.ts';
import {surveyOf} from './survey.ts';

/** Invariants G: objects and rows have each other. Warnings, because either may be meant so. */
export function listingInvariants(facts: ArtifactsFacts): readonly Invariant<ArtifactsInventory>[] {
  return [
    {
      id: 'objects-without-row',
      title: 'every listed object has a row',
      severity: 'warning',
      reads: 'listing',
      why: 'An object that no row knows of is found by nobody.',
      recovery:
        'Run artifacts-inventory: it inserts what is missing. headgate failures RUN says why an object failed.',
      recovers: {as: 'dry-run'},
      measure: async io => (await surveyOf(io, facts)).objectsWithoutRow,
    },
    {
      id: 'rows-without-object',
      title: 'every row of the bucket has an object',
      severity: 'warning',
      reads: 'listing',
      why: 'A row whose object is gone promises a document that can not be read.',
      recovery:
        'Look whether the objects were deleted on purpose, and whether --bucket and the source are meant. Headgate never deletes such rows.',
      measure: async io => (await surveyOf(io, facts)).rowsWithoutObject,
    },
  ];
}

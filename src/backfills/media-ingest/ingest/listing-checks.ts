import type {Invariant} from '../../invariant.ts';
import type {MediaIngest} from './ingest.ts';
import {surveyOf} from './survey.ts';

/** Objects and rows have each other. */
export const listingInvariants: readonly Invariant<MediaIngest>[] = [
  {
    id: 'objects-without-row',
    title: 'every inventoried object has its row',
    severity: 'blocking',
    reads: 'listing',
    why: 'An object that the catalogue does not know of is found by nobody.',
    recovery: 'Run media-ingest: it inserts what is missing, all of it or nothing.',
    recovers: {as: 'dry-run'},
    measure: async io => (await surveyOf(io)).objectsWithoutRow,
  },
  {
    id: 'rows-without-object',
    title: 'every key of the catalogue has an object',
    severity: 'warning',
    reads: 'listing',
    why: 'A row whose object is gone leads to a file that can not be shown. The catalogue keeps it all the same.',
    recovery:
      'That is usual where files are deleted. headgate run media-ingest --stale-report lists them all; --prune-stale makes a plan to delete their rows, and --last-seen dates rows from now on.',
    measure: async io => (await surveyOf(io)).rowsWithoutObject,
  },
];

import type {Trouble} from './trouble.ts';

/** What runs and their coverage say, that is no failure of an item. */
export const runTroubles: readonly Trouble[] = [
  {
    symptom: 'coverage below 100 %: "appeared during the run"',
    cause: 'uploads went on while the run worked',
    remedy: 'headgate resume RUN --accept-new, or simply run it again: what has its hash costs no download.',
  },
  {
    symptom: 'coverage below 100 %: "failed"',
    cause: 'objects that could not be read, or rows that were refused; each is on record with its reason',
    remedy: 'headgate failures RUN says why; headgate retry RUN takes up only these.',
  },
  {
    symptom: 'coverage below 100 %: "never listed"',
    cause: 'the object was put there after the last run, or outside of its scope',
    remedy: 'Run it again without --since, --prefix or --max-objects.',
  },
  {
    symptom: 'coverage below 100 %: "planned but not written yet"',
    cause: 'a dry run decided to write it, and no live run has: none was started, or it was stopped',
    remedy:
      'headgate live RUN goes live with the dry run; headgate resume RUN goes on with a stopped live run.',
  },
  {
    symptom: 'media-ingest has nothing to insert on every run',
    cause: 'every version that is listed is in the catalogue',
    remedy: 'Nothing: that is how it should be. headgate coverage media-ingest shows it.',
  },
  {
    symptom: 'the inventory is empty, or has so many fewer objects than before',
    cause:
      'objects were deleted, or the source was not listed as a whole: another bucket, a key that sees a part',
    remedy:
      'Look at the bucket and its keys. Where it is right, accept the number: --accept-shrunk N, or type it in the console.',
  },
];

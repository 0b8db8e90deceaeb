import type {Trouble} from './trouble.ts';

/** With a run that is published as a whole. */
export const publishingTroubles: readonly Trouble[] = [
  {
    symptom: 'nothing was published: headgate_staged.b2_key',
    cause: 'somebody else wrote to the table of staged rows while the run was at work',
    remedy: 'headgate resume RUN stages anew what the run has decided, and publishes it.',
    matches: /NOT NULL constraint failed: headgate_staged\.b2_key/,
  },
  {
    symptom: 'nothing was published: headgate_staged.media_uid',
    cause: 'a trigger of the table kept a row from being inserted without a word (RAISE(IGNORE))',
    remedy:
      'Drop or mend the trigger; then headgate cancel RUN, and a new dry run: with another trigger it is another schema.',
    matches: /NOT NULL constraint failed: headgate_staged\.media_uid/,
  },
  {
    symptom: 'nothing was published: … changes at once',
    cause: 'D1 did not publish so many rows in the 30 s of a request',
    remedy:
      'Take them up in parts, each published by itself: --max-objects N, again and again, or one --prefix after the other.',
    matches: /^nothing was published: .*changes at once/,
  },
  {
    symptom: 'nothing was published: constraint failed',
    cause: 'a constraint or trigger refused a row, and with it all of the run',
    remedy: 'Mend the row, the constraint or the trigger that the message names, then headgate resume RUN.',
    matches: /^nothing was published: .*constraint failed/,
  },
];

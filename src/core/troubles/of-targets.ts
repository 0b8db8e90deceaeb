import type {Trouble} from './trouble.ts';

/** With databases that are written to. */
export const targetTroubles: readonly Trouble[] = [
  {
    symptom: '404 from Cloudflare: could not route, database not found',
    cause: 'the account, the database or CLOUDFLARE_BASE_URL is another one than you think',
    remedy:
      'Look at CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_BASE_URL; headgate doctor shows what each target is.',
    matches: /^D1: .*\((7003|7404)\)/,
  },
  {
    symptom: 'Authentication error (10000)',
    cause: 'Cloudflare refused the API token',
    remedy:
      'CLOUDFLARE_API_TOKEN needs D1: Edit for this account; make one at dash.cloudflare.com/profile/api-tokens, then retry.',
    matches: /^D1: .*\(10000\)|^D1: 40[13]\b/,
  },
  {
    symptom: 'D1: overloaded, exceeded timeout, CPU or memory limit',
    cause: 'a request asked D1 for more than it does in 30 seconds',
    remedy:
      'Headgate sends smaller pages and fewer requests by itself. If it stays, lower settings.page.items and look for other heavy queries.',
    matches: /^D1: .*(overloaded|exceeded timeout|CPU time limit|memory limit)/,
  },
  {
    symptom: 'the file was moved or removed while it was open',
    cause: 'somebody moved or deleted the database in the middle of the run',
    remedy:
      'Put it back where it was, or restore it from a backup, then headgate resume RUN. If there is none, headgate migrate BACKFILL --target TARGET makes a new one; then make a new dry run.',
    matches: /: the file was moved or removed while it was open/,
  },
  {
    symptom: 'attempt to write a readonly database',
    cause: 'the user that runs headgate may read the database, but not write it',
    remedy: 'Grant that user write access to the file and to its folder, then headgate resume RUN.',
    matches: /attempt to write a readonly database/,
  },
  {
    symptom: 'no such table',
    cause: 'the table was dropped or renamed in the middle of the run',
    remedy:
      'Restore it, or let headgate migrate BACKFILL --target TARGET make it anew, then headgate resume RUN. What was in it a new dry run finds missing.',
    matches: /no such table: (?!headgate_)/,
  },
];

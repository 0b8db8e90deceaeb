import type {Console} from '../console/console.ts';
import type {RunEvent} from '../core/event.ts';
import type {Report} from './report.ts';

/** In a console, events go to its screens; what a command would tell besides is not told, for it would tear the screen. */
export class ConsoleReport implements Report {
  readonly isForPrograms = false;
  model: Pick<Console, 'observe'> | null = null;

  event(event: RunEvent): void {
    this.model?.observe(event);
  }

  reserveOut(): void {}
  header(): void {}
  summary(): void {}
  data(): void {}
  heading(): void {}
  note(): void {}
  failure(): void {}
  next(): void {}
}

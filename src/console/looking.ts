import type {RunConnection} from '../engine/connection.ts';
import {nothingTyped} from '../engine/live-gates.ts';
import type {RunRecord} from '../ledger/records.ts';
import {loadFacts} from './facts.ts';
import type {Message} from './message.ts';
import type {Setup} from './setup.ts';
import {named, troubleOf} from './trouble.ts';
import type {WorkOptions} from './work.ts';

/** All that only looks: it opens source and target, reads the ledger, probes, and reviews a plan. */
export class Looking {
  readonly #options: WorkOptions;
  readonly #connections = new Map<string, Promise<RunConnection>>();

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  /** Opens source and target; one that failed is tried again the next time. */
  connect(setup: Setup): Promise<RunConnection> {
    const known = this.#connections.get(setup.name);
    if (known !== undefined) return known;
    const opening = this.#open(setup);
    this.#connections.set(setup.name, opening);
    opening.catch(() => this.#connections.delete(setup.name));
    return opening;
  }

  async #open(setup: Setup): Promise<RunConnection> {
    const {send} = this.#options;
    send({type: 'setup', setup: setup.name, now: {link: {state: 'connecting'}}});
    try {
      const connection = await setup.open();
      const {name, environment} = connection.target;
      send({
        type: 'setup',
        setup: setup.name,
        now: {link: {state: 'ok'}, targetName: name, environment},
      });
      return connection;
    } catch (error) {
      send({type: 'setup', setup: setup.name, now: {link: {state: 'failed', ...troubleOf(error, setup)}}});
      throw error;
    }
  }

  /** For the overview: whether the two can be opened at all. */
  async look(setup: Setup): Promise<void> {
    await this.connect(setup).catch(() => undefined);
    await this.refresh(setup);
  }

  async refresh(setup: Setup): Promise<void> {
    const {ledger, engine, send, now} = this.#options;
    try {
      const facts = await loadFacts(ledger, engine.host, setup);
      send({type: 'facts', setup: setup.name, facts});
    } catch (error) {
      // It is read every other second: a dialog would come again and again, over what is being typed.
      const text = `the ledger could not be read: ${troubleOf(error, setup).message}`;
      send({type: 'told', notice: {level: 'error', text, at: now()}});
    }
  }

  async probe(setup: Setup): Promise<void> {
    const {engine, send} = this.#options;
    send({type: 'setup', setup: setup.name, now: {probe: {state: 'working'}}});
    try {
      const connection = await this.connect(setup);
      const {findings} = await engine.probe(connection, setup.scope(connection));
      send({
        type: 'setup',
        setup: setup.name,
        now: {probe: {state: 'done', findings: findings.map(finding => named(finding, setup))}},
      });
    } catch (error) {
      send({type: 'setup', setup: setup.name, now: {probe: {state: 'failed', ...troubleOf(error, setup)}}});
    }
  }

  /** What a plan holds and how its gates stand, both looked at together. */
  async review(setup: Setup, plan: RunRecord): Promise<void> {
    const {engine, send} = this.#options;
    const told = (now: Extract<Message, {type: 'setup'}>['now']) =>
      send({type: 'setup', setup: setup.name, now});
    const read = {plan: plan.id, at: plan.finishedAt};
    told({review: {...read, state: 'loading'}, gates: null});
    try {
      const connection = await this.connect(setup);
      const undoes = plan.undoes === null ? {} : {undoes: plan.undoes};
      const [review, gates] = await Promise.all([
        engine.review(connection, plan),
        engine.gates(connection, plan, {...nothingTyped, ...undoes}),
      ]);
      told({review: {...read, state: 'ready', review}, gates});
    } catch (error) {
      const {message, hint} = troubleOf(error, setup);
      told({
        review: {
          ...read,
          state: 'failed',
          message: hint === null ? message : `${message}. ${hint}`,
        },
      });
    }
  }
}

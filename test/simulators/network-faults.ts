import type {Call} from '../../src/sandbox/network/answer.ts';
import type {FaultOf, NetworkFault, NetworkFaultType} from './network-fault-kinds.ts';

/** A fault that was injected, as a test holds it. */
export interface InjectedFault {
  /** How often it really happened. */
  readonly fired: number;
  /** Lets go of what is held. */
  release(): void;
  /** Happens no more, and lets go. */
  end(): void;
}

export interface Active<Type extends NetworkFaultType = NetworkFaultType> {
  readonly fault: FaultOf<Type>;
  /** Resolves when it is released. */
  readonly released: Promise<void>;
}

interface Injected extends Active {
  passed: number;
  fired: number;
}

/**
 * Faults wait here until a call asks whether one is to happen to it. A call asks only where it can happen (no body is
 * cut after 100 bytes that has 50), so `fired` counts what a client has really met.
 */
export class NetworkFaults {
  readonly #active = new Set<Injected>();
  /** Of the account that a call is about, by its name. */
  readonly #accountOf: (call: Call) => string | null;

  constructor(accountOf: (call: Call) => string | null) {
    this.#accountOf = accountOf;
  }

  inject(fault: NetworkFault): InjectedFault {
    const {promise: released, resolve: release} = Promise.withResolvers<void>();
    const injected: Injected = {fault, released, passed: 0, fired: 0};
    this.#active.add(injected);
    return {
      get fired() {
        return injected.fired;
      },
      release,
      end: () => {
        this.#active.delete(injected);
        release();
      },
    };
  }

  take<Type extends NetworkFaultType>(
    type: Type,
    call: Call,
    applies: (fault: FaultOf<Type>) => boolean = () => true,
  ): Active<Type> | null {
    for (const injected of this.#active) {
      const {fault, released} = injected;
      if (!isOf(fault, type) || !this.#concerns(fault, call) || !applies(fault)) continue;
      const {skip = 0, every = 1, times} = fault;
      injected.passed++;
      const beyond = injected.passed - skip;
      if (beyond <= 0 || beyond % every !== 0) continue;
      injected.fired++;
      if (injected.fired === times) this.#active.delete(injected);
      return {fault, released};
    }
    return null;
  }

  #concerns({server, method, account}: NetworkFault, call: Call): boolean {
    return (
      (server === undefined || server === call.server) &&
      (method === undefined || method === call.method) &&
      (account === undefined || account === this.#accountOf(call))
    );
  }
}

function isOf<Type extends NetworkFaultType>(fault: NetworkFault, type: Type): fault is FaultOf<Type> {
  return fault.type === type;
}

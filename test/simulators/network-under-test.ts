import {onTestFinished} from 'vitest';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {type NetworkSimulator, type SimulatorOptions, startNetworkSimulator} from './network-simulator.ts';

/** A simulator that ends with the test. */
export async function networkUnderTest(
  spec: NetworkSpec,
  options: SimulatorOptions = {},
): Promise<NetworkSimulator> {
  const network = await startNetworkSimulator(spec, options);
  onTestFinished(() => network.close());
  return network;
}

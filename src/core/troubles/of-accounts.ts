import type {Trouble} from './trouble.ts';

/** With hosts of accounts, and with relays. */
export const accountTroubles: readonly Trouble[] = [
  {
    symptom: 'a host of accounts refuses connections, or its name can not be resolved',
    cause: 'it is down, or gone: what its accounts hold can be read nowhere else, unless they move',
    remedy: 'headgate retry RUN when it is back: where each account is, is then looked up again.',
    matches:
      /: (it refuses connections|its name can not be resolved|there is no way to it|it broke the connection) \(/,
  },
];

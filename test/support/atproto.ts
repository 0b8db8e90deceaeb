/**
 * The folder where `test/servers/atproto-up.sh` has installed a PLC directory and a PDS; null where there is none, and
 * the tests of a real network are to be skipped. Not in CI: what was skipped there would pass for tested.
 */
export function atprotoFolder({HEADGATE_TEST_ATPROTO, CI}: NodeJS.ProcessEnv = process.env): string | null {
  if (HEADGATE_TEST_ATPROTO) return HEADGATE_TEST_ATPROTO;
  if (CI)
    throw new Error(
      'HEADGATE_TEST_ATPROTO is not set, and in CI the tests against a real PDS must not be skipped: run test/servers/atproto-up.sh, and set it to the folder that it prints, as .ci/run does',
    );
  return null;
}

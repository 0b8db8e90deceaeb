/**
 * Where the Ceph of these tests answers; null where there is none, and they are to be skipped. Not in CI: what was
 * skipped there would pass for tested. Key demoaccess, secret demosecret, region us-east-1, path-style.
 */
export function cephEndpoint({HEADGATE_TEST_CEPH, CI}: NodeJS.ProcessEnv = process.env): string | null {
  if (HEADGATE_TEST_CEPH) return HEADGATE_TEST_CEPH;
  if (CI)
    throw new Error(
      'HEADGATE_TEST_CEPH is not set, and in CI the tests against Ceph must not be skipped: start test/servers/ceph-up.sh, and set it to the endpoint that it prints, as .ci/run does',
    );
  return null;
}

import {randomBytes} from 'node:crypto';
import {mkdir} from 'node:fs/promises';
import {envToCfg, envToSecrets, PDS} from '@atproto/pds';
import {listen} from './listen.js';

/**
 * A PDS with its data in a folder. `PDS.start` would listen on all addresses of the machine, so it is started in parts.
 * It has no subscribeRepos over WebSocket for that reason.
 */
export async function startPds({folder, plc, rateLimits, adminPassword, bypassKey}) {
  const place = await listen();
  await mkdir(folder);
  const settings = {
    devMode: true,
    hostname: 'localhost',
    port: place.port,
    dataDirectory: folder,
    blobstoreDiskLocation: `${folder}/blobs`,
    didPlcUrl: plc,
    disableSsrfProtection: true,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    jwtSecret: randomBytes(32).toString('hex'),
    adminPassword,
    plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString('hex'),
    rateLimitsEnabled: rateLimits,
    rateLimitBypassKey: bypassKey,
  };
  const pds = await PDS.create(envToCfg(settings), envToSecrets(settings));
  await pds.ctx.sequencer.start();
  place.serve(pds.app);
  return {
    url: place.url,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await pds.destroy();
    },
  };
}

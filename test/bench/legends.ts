/** What stands below the tables: what their words mean, and what their figures leave out. */

export const legend = `  "one pass" is like for like: list, hash, decide and write, as the original does. A dry run writes only the ledger.
  "live" lists again, reuses what the dry run read, writes, and verifies; to verify, it reads up to 300 files again,
  which "MB read" leaves out. Seconds are without the start of Node; "CPU s" are those of all threads of the process.\n\n`;

export const bucketLegend = `  The server is the S3 simulator, a process of its own that verifies every signature, on the same CPUs. "read alone"
  hashes what is in the bucket, 64 at once, and writes nothing; its listing is not measured, but rclone's is.
  Requests of "http.get" are signed before the clock starts. Peak memory is the client's.\n\n`;

export const mediaLegend = `  The original's way has its inventory in a file already, and lists, plans, stages and verifies nothing. A live run lists
  the bucket twice: to merge it with its plan, and to verify. Requests to D1 are those of everything: probe, gates, reads,
  staging, publish, checks. At Cloudflare's pace of three a second they take as many thirds of a second.\n\n`;

export const recordsLegend = `  The network is a process of its own on the same CPUs, and so is Postgres. The original's way resolves, pages and upserts
  record by record, eight repositories at once; it checks no CID, keeps no plan, no mark and no before-image.\n\n`;

export const hashingLegend = `  "sha256sum" is find, xargs -P2 and sha256sum over the same files, in turns with ours, with as many files in a command as
  keep both of its processes at work. Seconds of ours are without the start of Node. Sparse files are in no cache.\n\n`;

export const consoleLegend = `  "a key" is from its way into the terminal until the screen that it leads to has come out of it. Runs of the second
  table leave the emulator, the terminal and this bench the same two CPUs. Seconds of runs are those of the ledger.
  The heap is of a console with everything but a run: a ledger that it asks, keys that switch screens.\n`;

/**
 * Ctrl+Z: the shell gets its terminal back as it was, the process stops, and when it is continued the console is drawn
 * anew. A process that can't be stopped (no shell would continue it) has the console back after a moment. Left out:
 * what a run under way must do after a long stop (its lease may be gone), which is the engine's to notice.
 */
export interface JobControl {
  /** Stops this process with all of its group, as the terminal does by itself where it is not in raw mode. */
  stop(): void;
  /** Calls back when the process is continued; returns what ends the listening. */
  onContinued(listener: () => void): () => void;
}

/** A stop takes effect within a millisecond, and time spent stopped is past when the process goes on. */
const ignoredAfter = 200;

export async function stopAndContinue(
  terminal: {suspend(run: () => Promise<void>): Promise<void>},
  job: JobControl,
): Promise<void> {
  await terminal.suspend(async () => {
    const {promise, resolve} = Promise.withResolvers<void>();
    const stopListening = job.onContinued(resolve);
    // The timer also keeps the process alive: stdin is let go while the terminal is the shell's.
    const timer = setTimeout(resolve, ignoredAfter);
    try {
      job.stop();
      await promise;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  });
}

import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {onTestFinished} from 'vitest';
import {type S3Simulator, startS3Simulator} from '../simulators/s3-server.ts';
import {mediaSchema} from '../support/media.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

type Environment = Readonly<Record<string, string>>;

/** A bucket with versions and the variables of the pipeline, in a folder of its own. */
export class PipelineWorld {
  readonly cwd = tempFolder();
  readonly bucket: S3Simulator;
  readonly environment: Environment;

  private constructor(bucket: S3Simulator, cloudflare: Environment) {
    this.bucket = bucket;
    this.environment = {
      B2_KEY_ID: bucket.accessKeyId,
      B2_APP_KEY: bucket.secretAccessKey,
      B2_ENDPOINT: bucket.endpoint,
      B2_BUCKET: bucket.bucket,
      ...cloudflare,
    };
  }

  static async make(cloudflare: Environment = {}): Promise<PipelineWorld> {
    const bucket = await startS3Simulator({versions: true});
    onTestFinished(() => bucket.stop());
    return new PipelineWorld(bucket, cloudflare);
  }

  upload(...keys: readonly string[]): void {
    for (const key of keys) this.bucket.put(key, `content of ${key}`);
  }

  run(args: readonly string[], more: Environment = {}): Promise<Ended> {
    return runProgram(['run', 'media-ingest', ...args], {
      cwd: this.cwd,
      env: {...this.environment, ...more},
    });
  }

  /** Into a file: what is not of D1 need not keep to its pace. */
  runHere(args: readonly string[], more: Environment = {}): Promise<Ended> {
    return this.run([...args, '--target', 'catalogue.sqlite'], more);
  }

  makeLocal(): void {
    using db = new DatabaseSync(join(this.cwd, 'catalogue.sqlite'));
    db.exec(mediaSchema);
  }

  local(query: string): readonly unknown[] {
    using db = new DatabaseSync(join(this.cwd, 'catalogue.sqlite'));
    return db
      .prepare(query)
      .all()
      .map(row => ({...row}));
  }
}

export const unattendedHere = ['--unattended', '--confirm', 'catalogue.sqlite'];

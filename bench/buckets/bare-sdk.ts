/** Uploads a folder with the SDK and nothing else: `node bare-sdk.ts FOLDER ENDPOINT BUCKET PREFIX`. The floor for any program. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const AT_ONCE = 32;

const [folder = '', endpoint = '', bucket = '', prefix = ''] = process.argv.slice(2);
const client = new S3Client({
  endpoint,
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  requestHandler: { httpAgent: { keepAlive: true, maxSockets: AT_ONCE } },
});
const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

const queue = files.values();
const upload = async (): Promise<void> => {
  for (const file of queue) {
    const Key = `${prefix}/${relative(folder, file)}`;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: await readFile(file) }));
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, upload));
client.destroy();

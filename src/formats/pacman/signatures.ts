/**
 * The signature over a package: pacman asks for `<package>.sig`, binary, and finds the same in the database as `%PGPSIG%`. It is part of
 * the package's metadata, so that both stay as they are wherever the package goes.
 */
import type { PackageSignatures } from '../format.ts';
import { readDesc, withBlocks } from './desc.ts';

export const signatures: PackageSignatures = {
  pathOf: ({ path }) => `${path}.sig`,
  read: ({ metadata }) => {
    const base64 = readDesc(metadata).PGPSIG?.[0];
    return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  },
  add: (record, signature) => {
    const { name, version, architecture, path, sizeBytes, sha256 } = record;
    const metadata = withBlocks(record.metadata, { PGPSIG: [Buffer.from(signature).toString('base64')] });
    return { name, version, architecture, path, sizeBytes, sha256, metadata };
  },
};

/** This machine: what pakhus runs on, and its folder of keys. */
import { liblzma } from '../../codec/liblzma.ts';
import { listKeys } from '../../signing/key-store.ts';
import { bad, type Diagnosis, good, warning } from './diagnosis.ts';

export function checkRuntime(): Diagnosis {
  const xz = liblzma === undefined ? 'lzma-native, which takes twice as long as liblzma' : 'liblzma';
  return good('machine', `Node.js ${process.versions.node}, xz by ${xz}`);
}

/** Nothing when there is no such folder: keys may come from the environment. */
export async function checkKeyFolder(folder: string): Promise<readonly Diagnosis[]> {
  const check = `keys ${folder}`;
  const { keys, problems, lints } = await listKeys(folder);
  const found = [
    ...lints.map(({ message }) => warning(check, message, `Run \`chmod 700 ${folder}\`.`)),
    ...keys.flatMap(({ path, lints: own }) =>
      own.map(({ message }) => warning(check, message, `Run \`chmod 600 ${path}\`.`)),
    ),
    ...problems.map(({ message, hint }) => bad(check, message, hint ?? 'Correct the file, or move it away.')),
  ];
  if (found.length > 0 || keys.length === 0) return found;
  return [good(check, `${keys.length === 1 ? '1 key' : `${keys.length} keys`}, for you alone`)];
}

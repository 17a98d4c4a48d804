/** Copying a repository from elsewhere: its indexes are believed by signature, its packages by digest, and come to the same paths. */
import { callOf } from '../../catalog/call-of.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { AdoptionRules } from '../../formats/adoption.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { chooseForCopy } from './choose-signers.ts';
import { commitImport } from './commit-import.ts';
import { fetchFiles } from './fetch-files.ts';
import type { ImportInput, ImportResult, RemoteRepository } from './import-repository.ts';
import { channelLosses } from './losses.ts';
import { type EntryFiles, verifyEntry } from './read-entries.ts';
import { readEntries, readListing } from './read-listing.ts';
import { refused } from './refusal.ts';
import { adoptionOf } from './source.ts';
import { urlSource } from './url-source.ts';

/** @throws IMPORT_REFUSED, VERIFY_FAILED when nobody who is believed signed, NETWORK_FAILED, KEY_*, LEDGER_*, STORE_* */
export async function importFrom(
  repository: Repository,
  input: ImportInput & { readonly from: RemoteRepository },
  options: UseCaseOptions,
): Promise<ImportResult> {
  const { from, channels: names } = input;
  const base = input.config.settings;
  const rules = adoptionOf(base.format);
  if (names.length === 0) {
    throw refused(`${from.url}: a web server does not tell which suites there are`, {
      hint: 'Name them: --suite bookworm --suite trixie',
    });
  }
  await checkFree(repository.tree, { rules, names }, options);
  const source = urlSource(from, { clock: repository.ledger.clock, ...callOf(options) });
  const listed = await readEntries(source, { rules, names });
  for (const entry of listed.entries)
    await checkSigned(entry, { from, nowMs: repository.ledger.clock.now() });
  const listing = await readListing(source, listed, { ...options, base, rules });
  const plan = {
    ...{ listing, rules, leftChannels: [], leftFiles: [] },
    signers: await chooseForCopy(repository, listed.entries, input),
    losses: channelLosses(listed.channels).map((loss) => ({ ...loss, isGrave: false })),
    fetch: (packages: typeof listing.packages) => fetchFiles(repository, { source, packages }, options),
  };
  return commitImport(repository, { plan, input }, options);
}

async function checkSigned(
  entry: EntryFiles,
  { from, nowMs }: { readonly from: RemoteRepository; readonly nowMs: number },
): Promise<void> {
  if (from.publicKeys !== undefined) await verifyEntry(entry, { publicKeys: from.publicKeys, nowMs });
}

/** Somebody else's entry files are not written over. @throws IMPORT_REFUSED */
async function checkFree(
  tree: Storage,
  { rules, names }: { readonly rules: AdoptionRules; readonly names: readonly string[] },
  options: UseCaseOptions,
): Promise<void> {
  for (const path of names.flatMap((name) => Object.values(rules.entryFiles(name)))) {
    try {
      await tree.stat(path, callOf(options));
    } catch (error) {
      if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) continue;
      throw error;
    }
    throw refused(`${tree.name} has a ${path} that pakhus did not make`, {
      hint: 'Take that over first, by the path of its folder, or import under another name: --to NAME',
    });
  }
}

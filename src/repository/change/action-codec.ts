/**
 * Actions as an intent carries them: JSON, one object each. The files of an addition are one text with a line for each, so that a
 * publish of 60,000 packages is signed, read and kept as 8 MB and not as 60,000 objects.
 *
 * ```
 * { "type": "add", "to": {…}, "files": "<sha256> <bytes> <path>\n…" }       "inbox" in the place of "files": they came with the intent
 * ```
 */
import { parseSettings } from '../../catalog/settings.ts';
import { mapEach } from '../../core/map-each.ts';
import { arrayOf, field, isRecord, num, optional, text } from '../../core/shape.ts';
import { type Committer, readProposer } from '../../ledger/manifest.ts';
import { readPin } from '../history/pins.ts';
import type {
  Action,
  AddProposed,
  AddPublic,
  Filter,
  Identity,
  InboxFile,
  Place,
  PublicFile,
  PublicSigner,
} from './actions.ts';
import { encodeFileLines, parseFileLines } from './file-lines.ts';

/** What {@link parseActions} reads: plain JSON. */
export function encodeActions(actions: readonly Action[]): readonly object[] {
  return actions.map((one) => (one.type === 'add' ? encodeAdd(one) : one));
}

/** Reads the actions of an intent, which anybody may have written. @throws TypeError */
export function parseActions(value: unknown): readonly Action[] {
  return arrayOf(action)(value);
}

function action(value: unknown): Action {
  const type = field(value, 'type', text);
  switch (type) {
    case 'settings':
      return {
        type,
        create: field(value, 'create', bool),
        settings: field(value, 'settings', parseSettings),
        signers: field(value, 'signers', arrayOf(signer)),
        committers: field(value, 'committers', arrayOf(committer)),
        proposers: field(value, 'proposers', arrayOf(readProposer)),
      };
    case 'add':
      return isRecord(value) && 'inbox' in value
        ? { type, to: field(value, 'to', place), inbox: field(value, 'inbox', inboxFiles) }
        : { type, to: field(value, 'to', place), files: field(value, 'files', publicFiles) };
    case 'remove':
      return { type, from: field(value, 'from', place), package: field(value, 'package', identity) };
    case 'promote':
      return {
        type,
        from: field(value, 'from', place),
        to: field(value, 'to', place),
        package: field(value, 'package', identity),
        sha256: field(value, 'sha256', text),
      };
    case 'rollback':
      return { type, place: field(value, 'place', filter), to: field(value, 'to', num) };
    case 'pin':
    case 'unpin':
      return { type, pin: field(value, 'pin', readPin) };
    case 'resign':
      return { type, channels: field(value, 'channels', arrayOf(text)) };
    case 'allowUninstallable':
      return { type };
    default:
      throw new TypeError(`unknown action '${type}'`);
  }
}

/** Reads a {@link PublicSigner}. @throws TypeError */
export function signer(value: unknown): PublicSigner {
  const own = isRecord(value) ? value : {};
  const replacedBy = optional(own['replacedBy'], text);
  const stage = optional(own['stage'], stageName);
  return {
    fingerprint: field(value, 'fingerprint', text),
    publicKey: field(value, 'publicKey', text),
    ...(stage !== undefined && { stage }),
    ...(replacedBy !== undefined && { replacedBy }),
  };
}

function stageName(value: unknown): NonNullable<PublicSigner['stage']> {
  if (value === 'announced' || value === 'arriving' || value === 'retiring') return value;
  throw new TypeError(`unknown stage of a key '${value}'`);
}

function committer(value: unknown): Committer {
  return {
    keyId: field(value, 'keyId', text),
    publicKey: field(value, 'publicKey', text),
    name: field(value, 'name', text),
  };
}

function place(value: unknown): Place {
  return { channel: field(value, 'channel', text), component: field(value, 'component', text) };
}

function filter(value: unknown): Filter {
  const [channel, component] = ['channel', 'component'].map((part) =>
    field(value, part, (one) => optional(one, text)),
  );
  return { ...(channel !== undefined && { channel }), ...(component !== undefined && { component }) };
}

function identity(value: unknown): Identity {
  return {
    name: field(value, 'name', text),
    version: field(value, 'version', text),
    architecture: field(value, 'architecture', text),
  };
}

function encodeAdd(add: AddPublic | AddProposed): object {
  const { type, to } = add;
  if ('files' in add)
    return { type, to, files: encodeFileLines(mapEach(add.files, (file) => ({ ...file, name: file.path }))) };
  return { type, to, inbox: encodeFileLines(mapEach(add.inbox, (file) => ({ ...file, name: file.inbox }))) };
}

function publicFiles(value: unknown): Iterable<PublicFile> {
  return mapEach(parseFileLines(text(value)), ({ name, ...claim }) => ({ path: name, ...claim }));
}

function inboxFiles(value: unknown): Iterable<InboxFile> {
  return mapEach(parseFileLines(text(value)), ({ name, ...claim }) => ({ inbox: name, ...claim }));
}

function bool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('expected true or false');
  return value;
}

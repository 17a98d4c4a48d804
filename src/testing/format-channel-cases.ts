/** Channels: their indexes, what is signed, and what clients are told. */
import assert from 'node:assert/strict';
import { sha256Hex } from '../core/digest.ts';
import {
  ENCODING_SUFFIX,
  type IndexPlan,
  type PackageRecord,
  type RenderedIndex,
} from '../formats/format.ts';
import {
  checkPath,
  type FormatCase,
  type FormatSubject,
  firstPlace,
  placed,
  refused,
  viewOf,
} from './format-case.ts';

/** wpkg knows no https. */
const URL_OF_CLIENTS = 'http://packages.example.org/tools';
const DATE_MS = 1_767_225_600_000;

export const channelCases: readonly FormatCase[] = [
  {
    name: 'settings are accepted, and an unknown option is named',
    async run({ format, settings }) {
      format.checkSettings(settings);
      const wrong = { ...settings, options: { ...settings.options, noSuchOption: 'x' } };
      const error = await refused(() => format.checkSettings(wrong), 'SETTINGS_INVALID');
      assert.match(error.message, /noSuchOption/);
      const twice = { ...settings, channels: [...settings.channels, ...settings.channels] };
      await refused(() => format.checkSettings(twice), 'SETTINGS_INVALID');
    },
  },
  {
    name: 'indexes have paths of their own, whatever the channel holds, always the same',
    async run(subject) {
      const { format } = subject;
      for (const slots of await slotLists(subject)) {
        const plans = format.planIndexes(viewOf(subject, slots));
        assert.ok(plans.length > 0, 'a channel without an index');
        const files = plans.flatMap(filesOf);
        assert.equal(new Set(files).size, files.length, files.join());
        for (const { path, segment, encodings } of plans) {
          checkPath(path);
          assert.ok(format.segments[segment] !== undefined, segment);
          assert.ok(encodings.length > 0, path);
        }
        for (const slot of slots)
          assert.ok(
            plans.some((plan) => plan.slots.includes(slot)),
            `no index lists ${slot}`,
          );
        assert.deepEqual(format.planIndexes(viewOf(subject, slots)), plans);
      }
    },
  },
  {
    name: 'segments joined are the whole text, wherever they are cut',
    async run(subject) {
      const records = await manyRecords(subject);
      for (const [name, segment] of Object.entries(subject.format.segments)) {
        const whole = Buffer.from(segment.render(records));
        for (let cut = 0; cut <= records.length; cut++) {
          const parts = [records.slice(0, cut), records.slice(cut)].map((some) => segment.render(some));
          assert.ok(Buffer.concat(parts).equals(whole), `${name}, cut at ${cut}`);
        }
        assert.equal(segment.render([]).length, 0, `${name} of no packages`);
      }
    },
  },
  {
    name: 'an index tells of every package, and one that can be read back gives the same packages',
    async run(subject) {
      const records = await manyRecords(subject);
      const texts = Object.values(subject.format.segments).map((segment) => {
        const text = Buffer.from(segment.render(records)).toString();
        const { reader } = segment;
        if (reader === undefined) return text;
        assert.equal(reader.lastCut(text), text.length);
        assert.deepEqual([...reader.read(text)], records);
        return text;
      });
      for (const { name, version } of records)
        assert.ok(
          texts.some((text) => text.includes(name) && text.includes(version)),
          `${name} ${version}`,
        );
    },
  },
  {
    name: 'companions have names of packages, apart from the package itself',
    async run(subject) {
      const { format } = subject;
      const { record, meta } = await placed(subject);
      const plans = format.planIndexes(viewOf(subject, [meta.slot, ...subject.architectures]));
      for (const plan of plans.filter(({ slots }) => slots.includes(meta.slot))) {
        for (const { path } of format.companions?.(record, plan) ?? []) {
          checkPath(path);
          assert.notEqual(path, record.path);
          assert.equal(format.kindOf(path), 'package', path);
        }
      }
    },
  },
  {
    name: 'pointers have names of their own, and are made from what is there',
    async run(subject) {
      const { format } = subject;
      for (const slots of await slotLists(subject)) {
        const view = viewOf(subject, slots);
        const indexes = format.planIndexes(view).map(rendered);
        const plans = format.renderChannel(view, { indexes, dateMs: DATE_MS });
        const files = indexes.flatMap(({ plan }) => filesOf(plan));
        const names = [...files, ...plans.map(({ path }) => path)];
        assert.equal(new Set(names).size, names.length, names.join());
        const bytes = plans.flatMap((plan) => ('bytes' in plan ? [plan.path] : []));
        for (const plan of plans) {
          checkPath(plan.path);
          assert.equal(format.kindOf(plan.path), undefined, `${plan.path} never changes`);
          assert.notEqual(plan.contentType, '');
          if ('bytes' in plan) continue;
          const from = 'sign' in plan ? [...files, ...bytes] : files;
          assert.ok(from.includes(plan.of), `${plan.path} is made from ${plan.of}, which is not there`);
          if ('sign' in plan && !('ifKeyed' in plan))
            assert.equal(plan.sign === 'usign' ? 'usign' : 'openpgp', format.signedBy, plan.path);
        }
      }
    },
  },
  {
    name: 'a colleague is told all of it: what to write, what to type, and how to take it back',
    async run(subject) {
      const { format, settings } = subject;
      const input = inputOf(subject, URL_OF_CLIENTS);
      const told = format.clientInstructions(input);
      for (const text of [told.script, told.oneLiner, told.undo]) assert.notEqual(text.trim(), '');
      assert.ok(!told.oneLiner.includes('\n'), 'one line is several');
      assert.ok(told.script.includes(URL_OF_CLIENTS) && told.next.length > 0);
      for (const { path, content, about } of told.files) {
        assert.match(path, /^\/(?:etc|var)\//);
        assert.ok(content.endsWith('\n') && about !== '');
      }
      assert.deepEqual(format.clientInstructions(input), told);
      for (const url of ['no url', "https://x.example/'; reboot; '", 'https://x.example/\nrm'])
        if (/[\s]/.test(url))
          await refused(() => format.clientInstructions(inputOf(subject, url)), 'SETTINGS_INVALID');
      const down = format.downgradeInstructions({
        ...{ id: 'tools', settings, channel: viewOf(subject, []).channel },
        gone: [],
        there: [],
      });
      assert.deepEqual(down.commands, []);
    },
  },
];

function inputOf({ settings, publicKeys, architectures }: FormatSubject, url: string) {
  const { channel } = firstPlace(settings);
  const { components } = settings;
  const fingerprints = publicKeys.map((_, index) => String(index).padStart(40, '0'));
  const keys = { publicKeys, fingerprints, keyUrl: `${url}/key` };
  return { id: 'tools', url, channel, components, architectures, ...keys, settings };
}

/** No packages, those for all, and those of every architecture. */
async function slotLists(subject: FormatSubject): Promise<readonly (readonly string[])[]> {
  const slot = async (architecture: string): Promise<string> =>
    (await placed(subject, { architecture })).meta.slot;
  const all = await slot(subject.independent);
  return [[], [all], [all, ...(await Promise.all(subject.architectures.map(slot)))]];
}

async function manyRecords(subject: FormatSubject): Promise<readonly PackageRecord[]> {
  const records: PackageRecord[] = [];
  for (const name of ['a1', 'b2', 'c3'])
    for (const version of subject.versions.slice(0, 2))
      records.push((await placed(subject, { name, version })).record);
  return records;
}

function filesOf({ path, encodings }: IndexPlan): readonly string[] {
  return encodings.map((encoding) => path + ENCODING_SUFFIX[encoding]);
}

function rendered(plan: IndexPlan): RenderedIndex {
  const encodings = new Set(['plain', ...plan.encodings] as const);
  const sha256 = sha256Hex(plan.path);
  return { plan, files: [...encodings].map((encoding) => ({ encoding, sizeBytes: 1, sha256 })) };
}

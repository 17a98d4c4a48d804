/** `pakhus gc`, and what `pakhus status` says of the room. */
import { describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

/** Five versions of a package, each in place of the one before. */
async function withVersions(): Promise<CliSession> {
  const session = await createCliSession();
  await session.configure('repositories: { tools: { format: deb, keep: 1 }, other: { format: deb } }');
  await session.run('init');
  for (const version of ['1.0', '2.0', '3.0', '4.0', '5.0'])
    await session.run('publish', await session.deb({ name: 'hello', version }), '--to', 'tools');
  return session;
}

function plain(text: string): string {
  return text.replaceAll(/ +[\d.]+ (B|kB)\b/g, ' SIZE').trimEnd();
}

describe('gc', () => {
  test('--dry-run tells what there is, why, and what would go', async () => {
    await using session = await withVersions();
    const before = await folderState(session.store);
    const { code, stdout, stderr } = await session.run('gc', 'tools', '--dry-run', '--grace', '1h');
    expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "  Why it is there                          Files    Size
        newest revision: packages                    1 SIZE
        newest revision: indexes and signatures     13 SIZE
        newest revision: pages                       4 SIZE
        ledger                                      19 SIZE
        kept: grace, last three changes             66 SIZE
      tools: there is nothing to delete."
    `);
    const now = await session.run('gc', 'tools', '--dry-run', '--grace', '0s');
    expect(complaintsIn(now.stderr)).toMatch(/^Warning: with so short a grace, .* \(gc-short-grace\)$/m);
    expect(plain(now.stdout)).toMatchInlineSnapshot(`
      "  Why it is there                          Files    Size
        newest revision: packages                    1 SIZE
        newest revision: indexes and signatures     13 SIZE
        newest revision: pages                       4 SIZE
        ledger                                      19 SIZE
        kept: grace, last three changes             30 SIZE
        can go: packages                             2 SIZE
        can go: indexes and signatures               4 SIZE
        can go: pages                                4 SIZE
        can go: ledger                              26 SIZE
      tools: 36 files would go, SIZE. Nothing was changed."
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('deletes it, and the second time finds nothing', async () => {
    await using session = await withVersions();
    const first = await session.run('gc', '--grace', '0s');
    expect(plain(first.stdout)).toMatch(
      /^other: there was nothing to delete\.\ntools: deleted \d+ files, SIZE; revision 8\.$/,
    );
    expect((await session.run('gc', 'tools', 'other', '--grace', '0s')).stdout).toBe(
      'tools: there was nothing to delete.\nother: there was nothing to delete.\n',
    );
    expect((await session.run('verify')).code).toBe(0);
    for (const line of ['diff tools 2 8', 'rollback tools/stable --to 2', 'pin tools 2'])
      expect(await session.json(...line.split(' ')), line).toMatchObject({
        code: 1,
        error: { code: 'REVISION_COLLECTED' },
      });
    expect(await session.json('rollback', 'tools/stable', '--to', '4')).toMatchObject({ code: 0 });
  });

  test('--json', async () => {
    await using session = await withVersions();
    const { code, answer } = await session.json('gc', 'tools', '--grace', '0s');
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      dryRun: false,
      repositories: [
        {
          repository: 'tools',
          rev: 8,
          graceMs: 0,
          left: 0,
          deleted: { files: expect.any(Number), sizeBytes: expect.any(Number) },
          shares: expect.arrayContaining([
            { kind: 'package', reason: 'collectable', files: 2, sizeBytes: expect.any(Number) },
          ]),
        },
      ],
    });
  });
});

describe('status', () => {
  test('says where the room goes, unless it shall be brief', async () => {
    await using session = await withVersions();
    const whole = await session.run('status', 'tools');
    expect(plain(whole.stdout)).toContain('  newest revision: packages                    1 SIZE\n');
    const brief = await session.run('status', 'tools', '--brief');
    expect(brief.stdout).not.toContain('newest revision: packages');
    expect(await session.json('status', 'tools', '--brief')).toMatchObject({
      answer: { repositories: [{ storage: null }] },
    });
  });
});

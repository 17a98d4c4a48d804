import { type CliSession, createCliSession } from './cli-session.ts';

/**
 * A session with two repositories to look at. tools: hello 1.0 and 2.0 in testing, hello 1.0 in stable, four revisions.
 * other: tool 1.0, two revisions.
 */
export async function createLookSession(): Promise<CliSession> {
  const session = await createCliSession();
  await session.configure(
    'url: https://packages.example.org',
    'repositories:',
    '  tools: { format: deb, channels: [testing, stable], components: [main, extra] }',
    '  other: { format: deb }',
  );
  await session.run('init');
  await session.deb({
    name: 'hello',
    fields: { Description: 'Greets people\n in many words', Depends: 'libc6 (>= 2.36), tool | perl' },
  });
  await session.deb({ name: 'hello', version: '2.0' });
  await session.deb({ name: 'tool', architecture: 'all' });
  await session.run('publish', 'hello_1.0_amd64.deb', '--to', 'tools/testing');
  await session.run('publish', 'hello_2.0_amd64.deb', '--to', 'tools/testing');
  await session.run('promote', 'tools/testing', 'tools/stable', 'hello=1.0');
  await session.run('publish', 'tool_1.0_all.deb', '--to', 'other');
  return session;
}

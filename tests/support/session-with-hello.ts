import { type CliSession, createCliSession } from './cli-session.ts';

/** A session with `hello` published. */
export async function sessionWithHello(): Promise<CliSession> {
  const session = await createCliSession();
  await session.deb({ name: 'hello' });
  await session.run('publish', 'hello_1.0_amd64.deb', '--init');
  return session;
}

/** Output without what differs from run to run. */
export function plainOutput(session: CliSession, text: string): string {
  return text
    .replaceAll(session.cwd, '/project')
    .replaceAll(session.home, '/home')
    .replaceAll(/\d{3} B/g, '### B')
    .trimEnd();
}

/** The guide to wpkg repositories does what it says; its machine has wpkg where that is installed. See guide.ts. */
import { succeeded } from '../support/run-command.ts';
import { lackOfTool, lackOfTools } from '../support/skip.ts';
import { createWpkgMachine } from '../support/wpkg-machine.ts';
import type { GuideMachine, GuideSetting } from './guide-player.ts';
import { describeGuide } from './play-guide.ts';

await describeGuide('docs/guides/wpkg-repository.md', {
  lack: lackOfTools('bash', 'tar', 'ar', 'xz'),
  setting,
});

async function setting(): Promise<GuideSetting & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const machines: GuideMachine[] = [];
  if (lackOfTool('wpkg') === undefined) {
    const machine = stack.use(await createWpkgMachine({ real: true }));
    machines.push({ run: async (commands) => succeeded(await machine.sh(`set -e\n${commands}`)).stdout });
  }
  return { machines, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

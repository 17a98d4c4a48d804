import { expect, test } from 'vitest';
import { leapingClock } from '../../tests/support/leaping-clock.ts';
import { type Scripted, scriptedReader } from '../../tests/support/scripted-reader.ts';
import { fetchBytes } from './fetch-bytes.ts';

async function fetchFrom(...script: readonly Scripted[]) {
  const { read, requests } = scriptedReader(script);
  const request = { url: 'http://upstream.example/InRelease', limitBytes: 100, headers: { 'x-own': '1' } };
  const { bytes, ...answer } = await fetchBytes(read, request, { clock: leapingClock(), random: () => 0 });
  return {
    ...answer,
    text: Buffer.from(bytes).toString(),
    headersSent: requests.map(({ headers }) => headers),
  };
}

test('a body that broke is asked for again, whole and with the same conditions', async () => {
  expect(await fetchFrom({ pieces: ['hel'], breaks: 'ECONNRESET' }, { pieces: ['hel', 'lo'] })).toEqual({
    ...{ status: 200, headers: {}, text: 'hello' },
    headersSent: [{ 'x-own': '1' }, { 'x-own': '1' }],
  });
});

test('after four times it is an error', async () => {
  const cut = { pieces: ['hel'], breaks: 'ECONNRESET' };
  await expect(fetchFrom(cut, cut, cut, cut)).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
});

test('too much is an error at once', async () => {
  await expect(fetchFrom({ error: 'EPROTO' })).rejects.toMatchObject({ details: { reason: 'tls' } });
});

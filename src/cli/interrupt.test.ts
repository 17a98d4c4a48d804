import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenForInterrupt } from './interrupt.ts';

function listen() {
  const signals = new EventEmitter();
  const happened: string[] = [];
  let now = 1_000;
  const interrupt = listenForInterrupt({
    signals,
    now: () => now,
    onFirst: () => happened.push('stopping'),
    onSecond: () => happened.push('now'),
  });
  const press = (atMs: number, signal = 'SIGINT') => {
    now = atMs;
    signals.emit(signal);
  };
  return { signals, interrupt, happened, press };
}

test('once stops, twice leaves', () => {
  const { interrupt, happened, press } = listen();
  expect(interrupt.signal.aborted).toBe(false);
  press(1_000);
  expect(interrupt.signal.aborted).toBe(true);
  press(2_000);
  expect(happened).toEqual(['stopping', 'now']);
});

test('one press that arrives twice, through a wrapper, is one', () => {
  const { happened, press } = listen();
  press(1_000);
  press(1_003);
  press(1_003, 'SIGTERM');
  expect(happened).toEqual(['stopping']);
});

test('a signal to terminate counts as well', () => {
  const { interrupt, press } = listen();
  press(1_000, 'SIGTERM');
  expect(interrupt.signal.aborted).toBe(true);
});

test('nothing is left listening', () => {
  const { signals, interrupt } = listen();
  interrupt.release();
  expect(signals.eventNames()).toEqual([]);
});

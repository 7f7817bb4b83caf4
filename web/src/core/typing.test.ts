import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Command } from '../api/shapes'
import { Typing } from './typing'

let sent: string[]
let typing: Typing

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  typing = new Typing((command: Command) => {
    sent.push(`${command.type} ${'chat_id' in command ? command.chat_id : ''}`)
    return true
  })
})
afterEach(() => void vi.useRealTimers())

function keys(seconds: number): void {
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    typing.key(7)
    vi.advanceTimersByTime(100)
  }
}

test('told with the first key at once, then every four seconds', () => {
  typing.key(7)
  expect(sent).toEqual(['typing_start 7'])
  keys(9)
  expect(sent).toEqual(['typing_start 7', 'typing_start 7', 'typing_start 7'])
})

test('over five seconds after the last key', () => {
  typing.key(7)
  vi.advanceTimersByTime(4_999)
  expect(sent).toEqual(['typing_start 7'])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual(['typing_start 7', 'typing_stop 7'])
})

test('sending says it all', () => {
  typing.key(7)
  typing.sent()
  vi.advanceTimersByTime(10_000)
  expect(sent).toEqual(['typing_start 7'])
  typing.key(7)
  expect(sent).toEqual(['typing_start 7', 'typing_start 7'])
})

test('typing elsewhere ends it here', () => {
  typing.key(7)
  typing.key(8)
  expect(sent).toEqual(['typing_start 7', 'typing_stop 7', 'typing_start 8'])
})

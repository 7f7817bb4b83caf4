import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeSocket } from '../../tests/fake_socket'
import { hello } from '../../tests/made'
import { installPage } from '../../tests/page'
import { Socket, type Connection } from './socket'

let states: Connection[]
let over: number
let socket: Socket

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  installPage()
  states = []
  over = 0
  socket = new Socket('ws://server/ws', { event: () => undefined, state: (state) => states.push(state), over: () => (over += 1) })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function connect(): void {
  socket.start()
  FakeSocket.last.tell(hello())
  socket.settled()
}

test('a lost socket comes back, later and later', () => {
  connect()
  for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    FakeSocket.last.drop(1006)
    const before = FakeSocket.all.length
    vi.advanceTimersByTime(wait - 1)
    expect(FakeSocket.all.length).toBe(before)
    vi.advanceTimersByTime(1)
    expect(FakeSocket.all.length).toBe(before + 1)
  }
})

test.each([1001, 1012, 4408, 1006])('%i: come back soon', (code) => {
  connect()
  FakeSocket.last.drop(code)
  vi.advanceTimersByTime(1_000)
  expect(FakeSocket.all.length).toBe(2)
})

test('4429: come back slower', () => {
  connect()
  FakeSocket.last.drop(4429)
  vi.advanceTimersByTime(29_999)
  expect(FakeSocket.all.length).toBe(1)
  vi.advanceTimersByTime(1)
  expect(FakeSocket.all.length).toBe(2)
})

test('4401: never again', () => {
  connect()
  FakeSocket.last.drop(4401)
  vi.advanceTimersByTime(600_000)
  expect([over, FakeSocket.all.length, socket.state]).toEqual([1, 1, 'closed'])
})

test('hello alone does not make the next loss a first one', () => {
  connect()
  FakeSocket.last.drop(1006)
  vi.advanceTimersByTime(1_000)
  FakeSocket.last.tell(hello())
  FakeSocket.last.drop(1006)
  vi.advanceTimersByTime(1_999)
  expect(FakeSocket.all.length).toBe(2)
})

test('a network that is back need not be waited for', () => {
  connect()
  FakeSocket.last.drop(1006)
  socket.hurry()
  expect(FakeSocket.all.length).toBe(2)
})

test('whoever looks at a silent socket asks it for proof', () => {
  connect()
  vi.advanceTimersByTime(21_000)
  socket.hurry()
  expect(FakeSocket.last.sent).toEqual([{ type: 'ping' }])
  vi.advanceTimersByTime(5_000)
  expect(states.at(-1)).toBe('waiting')
})

test('a socket that stays silent for two heartbeats is lost', () => {
  connect()
  vi.advanceTimersByTime(45_000)
  expect(states.at(-1)).toBe('waiting')
  expect(FakeSocket.all[0]!.closed).toBe(true)
})

test('a socket that never opens is given up', () => {
  socket.start()
  vi.advanceTimersByTime(15_000)
  expect(states).toEqual(['connecting', 'waiting'])
})

test('stopped is stopped', () => {
  connect()
  socket.stop()
  FakeSocket.last.onclose?.({ code: 1006 })
  vi.advanceTimersByTime(60_000)
  expect([FakeSocket.all.length, socket.send({ type: 'ping' })]).toEqual([1, false])
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ServerEvent } from '../api/shapes'
import { EVENTS } from '../api/shapes'
import { FakeSocket } from '../../tests/fake_socket'
import { chat, hello, message, newMessage, NOON, pong, snapshot } from '../../tests/made'
import { installPage, installServer } from '../../tests/page'
import { Link } from './link'
import { Store } from './store.svelte'

const SYNC = 'GET /sync?away=true'
let store: Store
let ready: number
let link: Link

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  installPage()
  store = new Store()
  ready = 0
  link = new Link('ws://server/ws', store, { greeted: () => undefined, ready: () => (ready += 1), event: () => undefined, connection: () => undefined, over: () => undefined })
})
afterEach(() => {
  link.stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const online: ServerEvent = { type: 'status_change', timestamp: NOON, user_id: 2, status: 'online', last_seen: NOON }
const withBob = snapshot({ statuses: [{ user_id: 2, status: 'offline', last_seen: null, is_typing_in_chat: null }] })

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}

test('the snapshot is asked for only when the subscription has been heard', async () => {
  const calls = installServer({ [SYNC]: snapshot() })
  link.start()
  FakeSocket.last.tell(hello())
  await settle()
  expect(FakeSocket.last.sent).toEqual([{ type: 'subscribe', events: [...EVENTS] }, { type: 'ping' }])
  expect(calls).toEqual([])
  FakeSocket.last.tell(pong())
  await settle()
  expect([calls, ready, store.current?.me.id]).toEqual([[SYNC], 1, 1])
})

test('what is told while the snapshot is on its way is folded on top of it', async () => {
  let answer: (body: unknown) => void = () => undefined
  installServer({ [SYNC]: () => new Promise((resolve) => (answer = resolve)) })
  link.start()
  FakeSocket.last.tell(hello(), pong())
  await settle()
  FakeSocket.last.tell(newMessage(message(1)), online)
  expect(store.current).toBeNull()
  answer(withBob)
  await settle()
  expect(store.current?.chats.get(7)?.last_message?.seq).toBe(1)
  expect(store.current?.statuses.get(2)?.status).toBe('online')
})

test('a snapshot that does not come makes the socket start again', async () => {
  installServer({ [SYNC]: () => new Response('{"code": "busy"}', { status: 503 }) })
  link.start()
  FakeSocket.last.tell(hello(), pong())
  await settle()
  expect(FakeSocket.all[0]!.closed).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect([FakeSocket.all.length, ready]).toEqual([2, 0])
})

test('the answer for a socket that is gone is thrown away', async () => {
  let answer: (body: unknown) => void = () => undefined
  installServer({ [SYNC]: () => new Promise((resolve) => (answer = resolve)) })
  link.start()
  FakeSocket.last.tell(hello(), pong())
  await settle()
  FakeSocket.last.drop(1006)
  await vi.advanceTimersByTimeAsync(1_000)
  FakeSocket.last.tell(hello())
  answer(withBob)
  await settle()
  expect([store.current, ready]).toEqual([null, 0])
})

test('a heartbeat that knows more asks for everything, after a while and once', async () => {
  const calls = installServer({ [SYNC]: snapshot() })
  link.start()
  FakeSocket.last.tell(hello(), pong())
  await settle()
  FakeSocket.last.tell({ type: 'heartbeat', timestamp: NOON, rev: 500 })
  await vi.advanceTimersByTimeAsync(1_999)
  expect(calls.length).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(calls.length).toBe(2)
  FakeSocket.last.tell({ type: 'heartbeat', timestamp: NOON, rev: 500 })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(calls.length).toBe(2)
})

test('an event that comes right after the heartbeat that counts it is no gap', async () => {
  const calls = installServer({ [SYNC]: snapshot() })
  link.start()
  FakeSocket.last.tell(hello(), pong())
  await settle()
  FakeSocket.last.tell({ type: 'heartbeat', timestamp: NOON, rev: 101 }, newMessage(message(1)))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(calls.length).toBe(1)
})

test('what one has opened stays open over a reconnection', async () => {
  installServer({ [SYNC]: snapshot({ chats: [chat({ rev: 130 })] }) })
  link.start()
  FakeSocket.last.tell(hello(), pong())
  await settle()
  store.change((state) => ({ ...state, rooms: new Map([[7, { members: null, messages: [message(1)], rev: 130 }]]) }))
  FakeSocket.last.drop(1006)
  await vi.advanceTimersByTimeAsync(1_000)
  FakeSocket.last.tell(hello(), pong())
  await settle()
  expect(store.current?.rooms.get(7)?.messages.length).toBe(1)
})

import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { chat, message, messages, newMessage, state } from '../../tests/made'
import { installPage, installServer } from '../../tests/page'
import { Cache } from './cache'
import { History } from './history'
import { reduce } from './reducers'
import { Store } from './store.svelte'

let store: Store
let history: History

function began(more: Parameters<typeof chat>[0]): void {
  store = new Store()
  store.replace(state({ chats: [chat(more)] }))
  history = new History(store, new Cache())
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  installPage()
})

const held = () => store.current!.rooms.get(7)!.messages.map((one) => one.seq)
const span = () => [held()[0], held().at(-1)]
const LATEST = 'GET /chats/7/messages?limit=50'

test('a chat without unread messages opens at its end', async () => {
  began({ last_seq: 200, read_up_to_seq: 200 })
  const calls = installServer({ [LATEST]: messages(151, 200) })
  await history.open(7)
  expect([calls, span()]).toEqual([[LATEST], [151, 200]])
})

test('a chat with many unread messages opens where one reads on', async () => {
  began({ last_seq: 200, read_up_to_seq: 80, unread_count: 120 })
  const around = 'GET /chats/7/messages?limit=100&after=55'
  installServer({ [around]: messages(56, 155) })
  await history.open(7)
  expect(span()).toEqual([56, 155])
})

test('an empty chat asks for nothing', async () => {
  began({ last_seq: 0 })
  const calls = installServer({})
  await history.open(7)
  expect(calls).toEqual([])
})

test('pages are put before and after', async () => {
  began({ last_seq: 200, read_up_to_seq: 200 })
  installServer({ [LATEST]: messages(151, 200), 'GET /chats/7/messages?limit=100&before=151': messages(101, 150) })
  await history.open(7)
  await Promise.all([history.older(7), history.older(7)])
  expect(span()).toEqual([101, 200])
})

test('the beginning is the end', async () => {
  began({ last_seq: 3, read_up_to_seq: 3 })
  const calls = installServer({ [LATEST]: messages(1, 3) })
  await history.open(7)
  await history.older(7)
  expect(calls).toEqual([LATEST])
})

test('what happens while a page is on its way is asked for', async () => {
  began({ last_seq: 3, read_up_to_seq: 3 })
  const changes = { chat: chat({ last_seq: 4, rev: 104 }), rev: 104, messages: [message(4)], members: [], left: [], marks: [], more: false }
  const calls = installServer({
    [LATEST]: () => {
      store.change((now) => reduce(now, newMessage(message(4)), 0))
      return messages(1, 3)
    },
    'GET /chats/7/changes?after_rev=100': changes,
  })
  await history.open(7)
  expect([calls.at(-1), span()]).toEqual(['GET /chats/7/changes?after_rev=100', [1, 4]])
})

test('what was kept is shown at once and brought up to date', async () => {
  began({ last_seq: 5, read_up_to_seq: 5, rev: 120 })
  await new Cache().keepRooms([[7, { members: null, messages: messages(1, 3), rev: 103 }]])
  const changes = { chat: chat({ last_seq: 5, read_up_to_seq: 5, rev: 120 }), rev: 120, messages: messages(4, 5), members: [], left: [], marks: [], more: false }
  const calls = installServer({ 'GET /chats/7/changes?after_rev=103': changes })
  await history.open(7)
  expect([calls, span()]).toEqual([['GET /chats/7/changes?after_rev=103'], [1, 5]])
})

test('far behind, the window begins anew', async () => {
  began({ last_seq: 5000, read_up_to_seq: 5000, rev: 9000 })
  await new Cache().keepRooms([[7, { members: null, messages: messages(1, 50), rev: 103 }]])
  const calls = installServer({ [LATEST]: messages(4951, 5000) })
  await history.open(7)
  expect([calls, span()]).toEqual([[LATEST], [4951, 5000]])
})

test('a chat that is left keeps its last messages only', async () => {
  began({ last_seq: 200, read_up_to_seq: 200 })
  installServer({ [LATEST]: messages(151, 200), 'GET /chats/7/messages?limit=100&before=151': messages(101, 150), 'GET /chats/7/messages?limit=100&before=101': messages(51, 100) })
  await history.open(7)
  await history.older(7)
  await history.older(7)
  expect(span()).toEqual([51, 200])
  history.close(7)
  expect(span()).toEqual([101, 200])
})

test('a message that is replied to is asked for once, and follows what becomes of it', async () => {
  began({ last_seq: 200 })
  const calls = installServer({ 'GET /messages/1003': message(3) })
  await Promise.all([history.quote(1003), history.quote(1003), history.quote(9)])
  await history.quote(9)
  expect(calls).toEqual(['GET /messages/1003', 'GET /messages/9'])
  expect([store.current?.quotes.get(1003)?.text, store.current?.quotes.get(9)]).toEqual(['Message 3', null])
  const gone = message(3, { rev: 900, text: '', deleted: true })
  store.change((now) => reduce(now, { type: 'message_deleted', timestamp: gone.created_at, rev: 900, message: gone }, 0))
  expect(store.current?.quotes.get(1003)?.deleted).toBe(true)
})

import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { chat, NOON, state } from '../../tests/made'
import { installPage } from '../../tests/page'
import { Cache } from './cache'
import { Marks } from './marks'
import { reduce } from './reducers'
import { Store } from './store.svelte'

let store: Store
let sent: unknown[]
let marks: Marks

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  installPage()
  sent = []
  store = new Store()
  store.replace(state({ chats: [chat({ last_seq: 9, read_up_to_seq: 3, unread_count: 6 })] }))
  marks = new Marks(store, new Cache(), (command) => sent.push(command) > 0)
})

test('a mark only rises', () => {
  marks.opened()
  marks.seen(7, 1005, 5)
  marks.seen(7, 1004, 4)
  marks.seen(7, 1002, 2)
  expect(sent).toEqual([{ type: 'read', chat_id: 7, message_id: 1005 }])
})

test('what was seen offline is told later, also after a reload', async () => {
  marks.seen(7, 1005, 5)
  marks.seen(7, 1006, 6)
  expect(sent).toEqual([])
  await vi.waitFor(async () => expect((await new Cache().marks()).get(7)?.seq).toBe(6))
  const again = new Marks(store, new Cache(), (command) => sent.push(command) > 0)
  await again.load()
  again.opened()
  expect(sent).toEqual([{ type: 'read', chat_id: 7, message_id: 1006 }])
})

test('a mark is told until it is confirmed', async () => {
  marks.opened()
  marks.seen(7, 1005, 5)
  marks.closed()
  marks.opened()
  expect(sent.length).toBe(2)
  store.change((now) => reduce(now, { type: 'unread_changed', timestamp: NOON, rev: 101, chat_id: 7, unread_count: 4, total_unread: 4, up_to_seq: 5 }, 0))
  marks.opened()
  expect(sent.length).toBe(2)
  await vi.waitFor(async () => expect((await new Cache().marks()).size).toBe(0))
})

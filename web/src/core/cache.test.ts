import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { chat, message, messages, state } from '../../tests/made'
import { Cache } from './cache'

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))

const whole = () => state({
  chats: [chat({ last_message: message(3), unread_count: 2 })], total_unread: 2,
  statuses: [{ user_id: 2, status: 'online', last_seen: '2027-01-15T12:00:00Z', is_typing_in_chat: 7 }],
})

test('a state comes back as it was, but for what is of the moment', async () => {
  await new Cache().keep(whole(), null)
  const kept = await new Cache().load()
  expect(kept).toEqual({ ...whole(), typing: new Map(), pending: [] })
})

test('only what has changed is written again', async () => {
  const cache = new Cache()
  const first = whole()
  await cache.keep(first, null)
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  await cache.keep({ ...first, statuses: new Map([[2, { status: 'offline', last_seen: null }]]) }, first)
  await cache.keep(first, first)
  expect(put.mock.calls.map(([, key]) => key)).toEqual(['statuses'])
  expect((await cache.load())?.statuses.get(2)?.status).toBe('offline')
  put.mockRestore()
})

test('the last messages of a chat come back, and not more', async () => {
  const cache = new Cache()
  await cache.keepRooms([[7, { members: null, messages: messages(1, 500), rev: 9 }]])
  const room = await new Cache().room(7)
  expect([room?.messages[0]?.seq, room?.messages.at(-1)?.seq, room?.rev]).toEqual([441, 500, 9])
  await cache.forgetChats([7])
  expect(await cache.room(7)).toBeNull()
})

test('what waits comes back in order', async () => {
  const one = { chatId: 7, text: '', replyTo: null, failed: null }
  const cache = new Cache()
  await cache.putPending({ ...one, clientId: 'b', createdAt: 2 })
  await cache.putPending({ ...one, clientId: 'a', createdAt: 3 })
  await cache.putPending({ ...one, clientId: 'c', createdAt: 1 })
  await cache.dropPending(['b'])
  expect((await cache.pending())?.map((kept) => kept.clientId)).toEqual(['c', 'a'])
})

test('a wiped cache holds nothing', async () => {
  const cache = new Cache()
  await cache.keep(whole(), null)
  await cache.keepDraft(7, 'half a word')
  await cache.keepMark(7, { messageId: 1, seq: 1 })
  const wiping = cache.wipe()
  await cache.keepDraft(8, 'written while it is wiped')
  await wiping
  cache.open()
  expect([await cache.load(), await cache.draft(7), await cache.draft(8), (await cache.marks()).size]).toEqual([null, '', '', 0])
})

test('without IndexedDB nothing is kept and nothing breaks', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const cache = new Cache()
  await cache.keep(whole(), null)
  expect([await cache.load(), await cache.draft(7)]).toEqual([null, ''])
})

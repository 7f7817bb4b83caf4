import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import { chat, messages, state } from '../../tests/made'
import { installPage } from '../../tests/page'
import { Cache } from './cache'
import { Keeper } from './keeper'
import { withPage } from './rooms'
import { Store } from './store.svelte'

let store: Store
let keeper: Keeper

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  installPage()
  store = new Store()
  keeper = new Keeper(store, new Cache())
  keeper.start()
  store.replace(state({ chats: [chat({ last_seq: 3 })] }))
})

test('the state and the rooms are kept when the page is left', async () => {
  store.change((now) => withPage({ ...now, totalUnread: 3 }, 7, messages(1, 3), 100))
  dispatchEvent(new Event('pagehide'))
  await vi.waitFor(async () => expect((await new Cache().load())?.totalUnread).toBe(3))
  await vi.waitFor(async () => expect((await new Cache().room(7))?.messages.length).toBe(3))
})

test('a window far from the end is not what one wants to see first', async () => {
  store.change((now) => withPage({ ...now, totalUnread: 3 }, 7, messages(1, 2), 100))
  dispatchEvent(new Event('pagehide'))
  await vi.waitFor(async () => expect((await new Cache().load())?.totalUnread).toBe(3))
  expect(await new Cache().room(7)).toBeNull()
})

test('many changes are one writing, two seconds later', async () => {
  dispatchEvent(new Event('pagehide'))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const keep = vi.spyOn(Cache.prototype, 'keep')
  for (const totalUnread of [1, 2, 3]) store.change((now) => ({ ...now, totalUnread }))
  vi.advanceTimersByTime(1_999)
  expect(keep).toHaveBeenCalledTimes(0)
  vi.advanceTimersByTime(1)
  expect(keep).toHaveBeenCalledTimes(1)
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('after the end nothing is written', () => {
  const keep = vi.spyOn(Cache.prototype, 'keep')
  keeper.stop()
  store.change((now) => ({ ...now, totalUnread: 1 }))
  dispatchEvent(new Event('pagehide'))
  expect(keep).toHaveBeenCalledTimes(0)
  vi.restoreAllMocks()
})

test('nothing stays of a chat that is gone, also where it was not open', async () => {
  const cache = new Cache()
  await cache.keepRooms([[7, { members: null, messages: messages(1, 3), rev: 100 }]])
  await cache.keepDraft(7, 'half a word')
  store.change((now) => ({ ...now, chats: new Map() }))
  await vi.waitFor(async () => expect([await cache.room(7), await cache.draft(7)]).toEqual([null, '']))
})

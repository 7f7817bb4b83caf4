import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Command } from '../api/shapes'
import { chat, message, newMessage, NOON, snapshot } from '../../tests/made'
import { installPage } from '../../tests/page'
import { Cache } from './cache'
import { MOST_PENDING, Outbox } from './outbox'
import { reduce } from './reducers'
import { begin } from './state'
import { Store } from './store.svelte'

type Sent = Command & { type: 'send_message' }
let store: Store
let sent: Sent[]
let outbox: Outbox
let isOpen: boolean

function made(): Outbox {
  store = new Store()
  store.replace(begin(snapshot({ chats: [chat(), chat({ id: 8 })] }), 0, null))
  return new Outbox(store, new Cache(), (command) => {
    if (isOpen) sent.push(command as Sent)
    return isOpen
  }, () => undefined)
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  installPage()
  sent = []
  isOpen = true
  outbox = made()
})
afterEach(() => void vi.unstubAllGlobals())

const texts = () => sent.map((one) => one.text)
const pending = () => store.current!.pending.map((one) => one.text)

/** The server confirms the last frame that was sent in this chat. */
async function land(seq: number, chatId = 7): Promise<void> {
  const frame = sent.filter((one) => one.chat_id === chatId).at(-1)!
  const landed = message(seq, { chat_id: chatId, sender_id: 1, client_id: frame.client_id, text: frame.text })
  const event = { type: 'message_sent', timestamp: NOON, rev: landed.rev, client_id: frame.client_id, message: landed } as const
  store.change((state) => reduce(state, event, 0))
  outbox.hear(event)
  await Promise.resolve()
}

test('one at a time in a chat, in order; chats do not wait for each other', async () => {
  await outbox.lead()
  await outbox.add(7, 'one', null)
  await outbox.add(7, 'two', null)
  await outbox.add(8, 'elsewhere', null)
  expect(texts()).toEqual(['one', 'elsewhere'])
  await land(1)
  expect(texts()).toEqual(['one', 'elsewhere', 'two'])
  expect(pending()).toEqual(['two', 'elsewhere'])
})

test('what is written while offline waits, survives a reload and goes out in order', async () => {
  isOpen = false
  for (const text of ['one', 'two', 'three']) await outbox.add(7, text, null)
  expect(sent).toEqual([])
  isOpen = true
  const again = made()
  outbox = again
  await outbox.lead()
  for (const seq of [1, 2, 3]) await land(seq)
  expect(texts()).toEqual(['one', 'two', 'three'])
  expect(pending()).toEqual([])
})

test('what may have arrived is sent again under the same name after a loss', async () => {
  await outbox.lead()
  await outbox.add(7, 'one', null)
  outbox.closed()
  await outbox.lead()
  expect(sent.length).toBe(2)
  expect(sent[0]!.client_id).toBe(sent[1]!.client_id)
})

test('a message that comes back by another way waits no more', async () => {
  await outbox.lead()
  await outbox.add(7, 'one', null)
  await outbox.add(7, 'two', null)
  const back = message(1, { sender_id: 1, client_id: sent[0]!.client_id })
  store.change((state) => reduce(state, newMessage(back), 0))
  await Promise.resolve()
  expect(texts()).toEqual(['one', 'two'])
  expect(pending()).toEqual(['two'])
})

test('a refusal fails one message, keeps it, and lets the others go', async () => {
  await outbox.lead()
  await outbox.add(7, 'one', null)
  await outbox.add(7, 'two', null)
  outbox.hear({ type: 'error', timestamp: NOON, code: 'cannot_write', detail: '', client_id: sent[0]!.client_id })
  await vi.waitFor(() => expect(texts()).toEqual(['one', 'two']))
  expect(store.current!.pending[0]).toMatchObject({ text: 'one', failed: 'cannot_write' })
  await outbox.discard(sent[0]!.client_id)
  expect(pending()).toEqual(['two'])
})

test('a refused message can be tried again', async () => {
  await outbox.lead()
  await outbox.add(7, 'one', null)
  outbox.hear({ type: 'error', timestamp: NOON, code: 'forbidden', detail: '', client_id: sent[0]!.client_id })
  await vi.waitFor(() => expect(store.current!.pending[0]!.failed).toBe('forbidden'))
  await outbox.retry(sent[0]!.client_id)
  expect(sent.length).toBe(2)
  expect(store.current!.pending[0]!.failed).toBeNull()
})

test('too many: waits as long as the server says and is not overtaken', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await outbox.lead()
  const adding = [outbox.add(7, 'one', null), outbox.add(7, 'two', null)]
  await vi.advanceTimersByTimeAsync(100)
  await Promise.all(adding)
  outbox.hear({ type: 'error', timestamp: NOON, code: 'too_many', detail: '', client_id: sent[0]!.client_id, retry_after: 3 })
  await vi.advanceTimersByTimeAsync(2_900)
  expect(texts()).toEqual(['one'])
  await vi.advanceTimersByTimeAsync(200)
  expect(texts()).toEqual(['one', 'one'])
  vi.useRealTimers()
})

test('another tab that sends is left to it', async () => {
  const follower = new Outbox(store, new Cache(), () => true, () => undefined)
  await follower.add(7, 'one', null)
  expect(sent).toEqual([])
  await outbox.lead()
  expect(texts()).toEqual(['one'])
})

test('a tab that has lost its socket leaves sending to another', async () => {
  await outbox.lead()
  outbox.closed()
  await outbox.add(7, 'one', null)
  expect(sent).toEqual([])
  await outbox.lead()
  expect(texts()).toEqual(['one'])
})

test('where nothing can be kept, what waits is kept in memory', async () => {
  vi.stubGlobal('indexedDB', undefined)
  await outbox.add(7, 'one', null)
  await outbox.lead()
  expect(texts()).toEqual(['one'])
  outbox.closed()
  await outbox.lead()
  expect([texts(), pending()]).toEqual([['one', 'one'], ['one']])
})

test('there is an end to what can wait', async () => {
  const one = { chatId: 7, text: '', replyTo: null, createdAt: 1, failed: null }
  store.change((state) => ({ ...state, pending: Array.from({ length: MOST_PENDING }, (_, place) => ({ ...one, clientId: `c${place}` })) }))
  expect(await outbox.add(7, 'one more', null)).toBe(false)
})

test('what is written while the cache is read is neither lost nor overtaken', async () => {
  await outbox.lead()
  const reading = outbox.reread()
  const adding = [outbox.add(7, 'one', null), outbox.add(7, 'two', null)]
  await reading
  expect(pending()).toEqual(['one', 'two'])
  await Promise.all(adding)
  expect((await new Cache().pending())?.map((one) => one.text)).toEqual(['one', 'two'])
  await land(1)
  await land(2)
  expect([texts(), pending()]).toEqual([['one', 'two'], []])
})

test('two tabs that write at the same time lose nothing', async () => {
  const others = new Store()
  others.replace(store.current)
  const other: Outbox = new Outbox(others, new Cache(), () => false, () => void outbox.reread())
  const mine: Outbox = new Outbox(store, new Cache(), (command) => sent.push(command as Sent) > 0, () => void other.reread())
  await mine.lead()
  outbox = mine
  await Promise.all(Array.from({ length: 20 }, (_, place) => [mine.add(7, `mine ${place}`, null), other.add(8, `theirs ${place}`, null)]).flat())
  for (let seq = 1; seq <= 20; seq++) {
    await vi.waitFor(() => expect(sent.filter((one) => one.chat_id === 7).length).toBe(seq))
    await land(seq, 7)
    await mine.reread()
    await vi.waitFor(() => expect(sent.filter((one) => one.chat_id === 8).length).toBe(seq))
    await land(seq, 8)
  }
  const order = (chat: number) => sent.filter((one) => one.chat_id === chat).map((one) => one.text)
  expect(order(7)).toEqual(Array.from({ length: 20 }, (_, place) => `mine ${place}`))
  expect(order(8)).toEqual(Array.from({ length: 20 }, (_, place) => `theirs ${place}`))
})

test('what has come back is not brought back by a cache that has not heard of it', async () => {
  await outbox.lead()
  await outbox.add(7, 'one', null)
  vi.spyOn(Cache.prototype, 'dropPending').mockResolvedValue()
  await land(1)
  store.change((state) => ({ ...state, rooms: new Map(), chats: new Map([[7, chat({ last_message: message(9) })]]) }))
  await outbox.reread()
  expect(pending()).toEqual([])
  vi.restoreAllMocks()
})

test('a message that the disk has no room for is sent all the same', async () => {
  vi.spyOn(Cache.prototype, 'putPending').mockResolvedValue(false)
  await outbox.add(7, 'one', null)
  await outbox.lead()
  expect([texts(), pending()]).toEqual([['one'], ['one']])
  outbox.closed()
  await outbox.lead()
  await land(1)
  expect(pending()).toEqual([])
  vi.restoreAllMocks()
})

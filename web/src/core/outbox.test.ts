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
  const one = new Outbox(store, new Cache(), (command) => {
    if (isOpen) sent.push(command as Sent)
    return isOpen
  }, () => undefined)
  one.lead()
  return one
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
  outbox.opened()
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
  const kept = await new Cache().pending()
  store.change((state) => ({ ...state, pending: kept }))
  outbox = again
  outbox.opened()
  for (const seq of [1, 2, 3]) await land(seq)
  expect(texts()).toEqual(['one', 'two', 'three'])
  expect(pending()).toEqual([])
})

test('what may have arrived is sent again under the same name after a loss', async () => {
  outbox.opened()
  await outbox.add(7, 'one', null)
  outbox.closed()
  outbox.opened()
  expect(sent.length).toBe(2)
  expect(sent[0]!.client_id).toBe(sent[1]!.client_id)
})

test('a message that comes back by another way waits no more', async () => {
  outbox.opened()
  await outbox.add(7, 'one', null)
  await outbox.add(7, 'two', null)
  const back = message(1, { sender_id: 1, client_id: sent[0]!.client_id })
  store.change((state) => reduce(state, newMessage(back), 0))
  await Promise.resolve()
  expect(texts()).toEqual(['one', 'two'])
  expect(pending()).toEqual(['two'])
})

test('a refusal fails one message, keeps it, and lets the others go', async () => {
  outbox.opened()
  await outbox.add(7, 'one', null)
  await outbox.add(7, 'two', null)
  outbox.hear({ type: 'error', timestamp: NOON, code: 'cannot_write', detail: '', client_id: sent[0]!.client_id })
  await vi.waitFor(() => expect(texts()).toEqual(['one', 'two']))
  expect(store.current!.pending[0]).toMatchObject({ text: 'one', failed: 'cannot_write' })
  await outbox.discard(sent[0]!.client_id)
  expect(pending()).toEqual(['two'])
})

test('a refused message can be tried again', async () => {
  outbox.opened()
  await outbox.add(7, 'one', null)
  outbox.hear({ type: 'error', timestamp: NOON, code: 'forbidden', detail: '', client_id: sent[0]!.client_id })
  await vi.waitFor(() => expect(store.current!.pending[0]!.failed).toBe('forbidden'))
  await outbox.retry(sent[0]!.client_id)
  expect(sent.length).toBe(2)
  expect(store.current!.pending[0]!.failed).toBeNull()
})

test('too many: waits as long as the server says and is not overtaken', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  outbox.opened()
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
  follower.opened()
  await follower.add(7, 'one', null)
  expect(sent).toEqual([])
  await outbox.reread()
  outbox.opened()
  expect(texts()).toEqual(['one'])
})

test('there is an end to what can wait', async () => {
  const one = { chatId: 7, text: '', replyTo: null, createdAt: 1, failed: null }
  store.change((state) => ({ ...state, pending: Array.from({ length: MOST_PENDING }, (_, place) => ({ ...one, clientId: `c${place}` })) }))
  expect(await outbox.add(7, 'one more', null)).toBe(false)
})

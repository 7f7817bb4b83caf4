import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PATIENCE, Shelf } from './shelf'

const HOME = 'https://chat.example'
const FILES = ['/', '/assets/index-a1.js', '/icon.svg']

/** Caches in memory: the few things that the shelf uses. */
class Storage {
  readonly caches = new Map<string, Map<string, string>>()
  async open(name: string) {
    const kept = this.caches.get(name) ?? new Map<string, string>()
    this.caches.set(name, kept)
    return {
      addAll: async (paths: string[]) => paths.forEach((path) => kept.set(path, `kept ${path}`)),
      match: async (path: string) => (kept.has(path) ? new Response(kept.get(path)) : undefined),
    }
  }
  async keys() {
    return [...this.caches.keys()]
  }
  async delete(name: string) {
    return this.caches.delete(name)
  }
}

const storage = new Storage()
const server = vi.fn<(request: Request) => Promise<Response>>()

function shelf(version = 'two'): Shelf {
  return new Shelf(version, FILES, storage as unknown as CacheStorage, server)
}

/** A request as a worker sees it; Node makes none that navigates. */
function ask(path: string, mode = 'cors', method = 'GET'): Request {
  const url = new URL(path, HOME).href
  return { url, mode, method } as Request
}

async function said(answer: Promise<Response> | undefined): Promise<string> {
  if (!answer) throw new Error('left to the browser')
  return (await answer).text()
}

beforeEach(async () => {
  storage.caches.clear()
  server.mockReset()
  server.mockImplementation(async (request) => new Response(`fresh ${new URL(request.url).pathname}`))
  await shelf().fill()
})
afterEach(() => vi.useRealTimers())

test('a build keeps its files in a cache of its own, and forgets older builds but nothing else', async () => {
  await shelf('one').fill()
  await storage.open('of-somebody-else')
  await shelf('two').tidy()
  expect(await storage.keys()).toEqual(['ryadom-two', 'of-somebody-else'])
  expect([...(storage.caches.get('ryadom-two')?.keys() ?? [])]).toEqual(FILES)
})

describe('the page', () => {
  test('comes from the server', async () => {
    expect(await said(shelf().answer(ask('/', 'navigate'), HOME))).toBe('fresh /')
  })

  test('comes from the cache without a network, and when the server is in trouble', async () => {
    server.mockRejectedValueOnce(new TypeError('offline'))
    expect(await said(shelf().answer(ask('/?x=1', 'navigate'), HOME))).toBe('kept /')
    server.mockResolvedValueOnce(new Response('bad gateway', { status: 502 }))
    expect(await said(shelf().answer(ask('/', 'navigate'), HOME))).toBe('kept /')
  })

  test('comes from the cache when the server takes too long, and not before', async () => {
    vi.useFakeTimers()
    server.mockReturnValueOnce(new Promise(() => undefined))
    let got = ''
    void said(shelf().answer(ask('/', 'navigate'), HOME)).then((text) => (got = text))
    await vi.advanceTimersByTimeAsync(PATIENCE - 1)
    expect(got).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    expect(got).toBe('kept /')
  })

  test('is waited for where nothing is kept, and its failure is not hidden', async () => {
    storage.caches.clear()
    server.mockRejectedValueOnce(new TypeError('offline'))
    await expect(shelf().answer(ask('/', 'navigate'), HOME)).rejects.toThrow('offline')
    server.mockResolvedValueOnce(new Response('starting', { status: 503 }))
    expect(await said(shelf().answer(ask('/', 'navigate'), HOME))).toBe('starting')
  })
})

test('a file of the build comes from the cache without asking', async () => {
  expect(await said(shelf().answer(ask('/assets/index-a1.js'), HOME))).toBe('kept /assets/index-a1.js')
  expect(server).not.toHaveBeenCalled()
})

test('a file that the cache has lost is asked for', async () => {
  storage.caches.clear()
  expect(await said(shelf().answer(ask('/icon.svg'), HOME))).toBe('fresh /icon.svg')
})

test.each([
  ['/chats'], ['/ws'], ['/login', 'cors', 'POST'], ['/', 'cors', 'POST'], ['/assets/index-b2.js'], ['/sw.js'],
  ['/docs', 'navigate'], ['/docs/rest', 'navigate'], ['https://elsewhere.example/icon.svg'],
])('%s is none of its business', (path, mode?: string, method?: string) => {
  expect(shelf().answer(ask(path, mode, method), HOME)).toBeUndefined()
  expect(server).not.toHaveBeenCalled()
})

import { afterEach, expect, test, vi } from 'vitest'
import { onUpdate, onlyTheWorker, registerServiceWorker } from './install'

class Workers extends EventTarget {
  controller: object | null = null
  readonly register = vi.fn(async (_address: unknown, _options: unknown) => ({ update: vi.fn(async () => undefined) }))
}

function browser(workers: Workers | undefined, production = true): void {
  vi.stubEnv('PROD', production)
  vi.stubGlobal('navigator', workers ? { serviceWorker: workers } : {})
  vi.stubGlobal('document', Object.assign(new EventTarget(), { readyState: 'complete', visibilityState: 'visible' }))
}

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

test('the worker is registered by an address that Trusted Types let pass', () => {
  const workers = new Workers()
  browser(workers)
  const createPolicy = vi.fn((_name: string, rules: { createScriptURL(url: string): string }) => rules)
  vi.stubGlobal('trustedTypes', { createPolicy })
  registerServiceWorker()
  expect(createPolicy).toHaveBeenCalledWith('ryadom', { createScriptURL: onlyTheWorker })
  expect(workers.register).toHaveBeenCalledWith('/sw.js', { updateViaCache: 'none' })
})

test('nothing but the worker passes', () => {
  expect(onlyTheWorker('/sw.js')).toBe('/sw.js')
  expect(() => onlyTheWorker('https://elsewhere.example/sw.js')).toThrow(TypeError)
})

test('while developing there is no worker', () => {
  const workers = new Workers()
  browser(workers, false)
  registerServiceWorker()
  expect(workers.register).not.toHaveBeenCalled()
})

test('a browser that has or wants none changes nothing', async () => {
  browser(undefined)
  expect(() => registerServiceWorker()).not.toThrow()
  expect(() => onUpdate(() => undefined)()).not.toThrow()
  const workers = new Workers()
  workers.register.mockRejectedValueOnce(new Error('refused'))
  browser(workers)
  registerServiceWorker()
  await vi.waitFor(() => expect(workers.register).toHaveBeenCalledOnce())
})

test('a newer build is told, the first one of all is not', () => {
  const workers = new Workers()
  browser(workers)
  const told = vi.fn()
  const stop = onUpdate(told)
  workers.dispatchEvent(new Event('controllerchange'))
  expect(told).not.toHaveBeenCalled()
  workers.dispatchEvent(new Event('controllerchange'))
  expect(told).toHaveBeenCalledOnce()
  stop()
  workers.dispatchEvent(new Event('controllerchange'))
  expect(told).toHaveBeenCalledOnce()
})

test('where a worker is there already, the next one is news', () => {
  const workers = new Workers()
  workers.controller = {}
  browser(workers)
  const told = vi.fn()
  onUpdate(told)
  workers.dispatchEvent(new Event('controllerchange'))
  expect(told).toHaveBeenCalledOnce()
})

/** As much of a browser's page as the core asks for, where there is none. */

import { vi } from 'vitest'
import { FakeSocket } from './fake_socket'

export const page = { hidden: false, focused: true }

class FakeDocument extends EventTarget {
  get hidden(): boolean {
    return page.hidden
  }

  get visibilityState(): DocumentVisibilityState {
    return page.hidden ? 'hidden' : 'visible'
  }

  hasFocus(): boolean {
    return page.focused
  }
}

export function installPage(): void {
  const target = new EventTarget()
  vi.stubGlobal('document', new FakeDocument())
  vi.stubGlobal('window', target)
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
  vi.stubGlobal('dispatchEvent', target.dispatchEvent.bind(target))
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 16))
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  Object.assign(page, { hidden: false, focused: true })
}

/** Answers of a server by "METHOD path"; each is a body, or a function that makes one. Counts the calls. */
export function installServer(answers: Record<string, unknown>): string[] {
  const calls: string[] = []
  vi.stubGlobal('fetch', async (path: string, init: { method: string }) => {
    const call = `${init.method} ${path}`
    calls.push(call)
    if (!(call in answers)) return new Response(JSON.stringify({ code: 'not_found' }), { status: 404 })
    const answer = answers[call]
    const body: unknown = typeof answer === 'function' ? await (answer as () => unknown)() : answer
    return body instanceof Response ? body : new Response(JSON.stringify(body))
  })
  return calls
}

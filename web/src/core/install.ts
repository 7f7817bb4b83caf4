/** The service worker from the page's side: registered in production only, and noticed when it is a newer one. */

const WORKER = '/sw.js'
/** Milliseconds between two questions whether there is a newer build, for pages that stay open for days. */
const ASK_AGAIN = 3_600_000

interface Policy {
  createScriptURL(url: string): string
}
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy
}

/** Make this page installable and open without a network. A failure changes nothing: the page works without it. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  if (document.readyState === 'complete') void register()
  else window.addEventListener('load', () => void register(), { once: true })
}

/** `callback` is called when a newer build has taken over: a reload shows it. Returns how to stop that. */
export function onUpdate(callback: () => void): () => void {
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined
  if (!workers) return () => undefined
  // The first worker of all takes over too, and is no news.
  let had = workers.controller !== null
  const noticed = (): void => {
    if (had) callback()
    had = true
  }
  workers.addEventListener('controllerchange', noticed)
  return () => workers.removeEventListener('controllerchange', noticed)
}

async function register(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register(address(), { updateViaCache: 'none' })
    lookForUpdates(registration)
  } catch {
    // Private windows and plain HTTP refuse it.
  }
}

function lookForUpdates(registration: ServiceWorkerRegistration): void {
  let asked = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - asked < ASK_AGAIN) return
    asked = Date.now()
    registration.update().catch(() => undefined)
  })
}

/** The worker's address as Trusted Types want it, where there are such; nothing else passes. */
function address(): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes
  return factory ? factory.createPolicy('ryadom', { createScriptURL: onlyTheWorker }).createScriptURL(WORKER) : WORKER
}

export function onlyTheWorker(url: string): string {
  if (url !== WORKER) throw new TypeError(`no script of ours: ${url}`)
  return url
}

/** The service worker. It opens the page without a network; what the API says is never kept. */

import { Shelf } from './worker/shelf'

declare const self: ServiceWorkerGlobalScope
/** Written in by the build: the addresses of its files, and a hash of them all. */
declare const FILES: string[]
declare const VERSION: string

const shelf = new Shelf(VERSION, FILES, caches, (request) => fetch(request))

self.addEventListener('install', (event) => {
  event.waitUntil(shelf.fill().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(shelf.tidy().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const answer = shelf.answer(event.request, self.location.origin)
  if (answer) event.respondWith(answer)
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(shown((event.notification.data as { chat: number }).chat))
})

/** Shows a chat in the page that is open, else in a new one. */
async function shown(chat: number): Promise<void> {
  const address = `/#chat=${chat}`
  const pages = await self.clients.matchAll({ type: 'window' })
  const page = pages.find((one) => new URL(one.url).pathname === '/')
  if (!page) return void (await self.clients.openWindow(address))
  await page.focus()
  await page.navigate(address).catch(() => undefined)
}

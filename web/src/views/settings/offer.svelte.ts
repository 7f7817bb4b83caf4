/** The browser's offer to install the page as an app. It comes early and once, so it is caught when the page loads. */

interface Offer extends Event {
  prompt(): Promise<unknown>
}

let offer = $state.raw<Offer | null>(null)

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  offer = event as Offer
})
addEventListener('appinstalled', () => (offer = null))

export function isOffered(): boolean {
  return offer !== null
}

/** Asks the person; an offer is good for one question. */
export async function install(): Promise<void> {
  const taken = offer
  offer = null
  await taken?.prompt()
}

/** What the page needs to open without a network: the files of one build, in a cache of their own. */

const NAME = 'ryadom-'
/** Milliseconds that the server gets to send the page before the kept one is shown. */
export const PATIENCE = 3000

export class Shelf {
  readonly #name: string
  readonly #files: ReadonlySet<string>
  readonly #storage: CacheStorage
  readonly #ask: (request: Request) => Promise<Response>

  constructor(
    version: string,
    files: readonly string[],
    storage: CacheStorage,
    ask: (request: Request) => Promise<Response>,
  ) {
    this.#name = NAME + version
    this.#files = new Set(files)
    this.#storage = storage
    this.#ask = ask
  }

  /** Keep every file of this build. */
  async fill(): Promise<void> {
    const cache = await this.#storage.open(this.#name)
    await cache.addAll([...this.#files])
  }

  /** Forget the builds before this one. */
  async tidy(): Promise<void> {
    const names = await this.#storage.keys()
    const old = names.filter((name) => name.startsWith(NAME) && name !== this.#name)
    await Promise.all(old.map((name) => this.#storage.delete(name)))
  }

  /** The answer to a request of a page at `origin`; undefined: it is none of ours and goes to the server as it is. */
  answer(request: Request, origin: string): Promise<Response> | undefined {
    const { origin: asked, pathname } = new URL(request.url)
    if (request.method !== 'GET' || asked !== origin || !this.#files.has(pathname)) return undefined
    if (request.mode !== 'navigate') return this.#keptFirst(request, pathname)
    return pathname === '/' ? this.#serverFirst(request) : undefined
  }

  async #keptFirst(request: Request, path: string): Promise<Response> {
    // A script that asks for '/' wants to know what the server says.
    const kept = path === '/' ? undefined : await this.#kept(path)
    return kept ?? this.#ask(request)
  }

  async #serverFirst(request: Request): Promise<Response> {
    const fresh = this.#ask(request)
    const good = fresh.then((response) => (response.status < 500 ? response : undefined)).catch(() => undefined)
    return (await inTime(good)) ?? (await this.#kept('/')) ?? fresh
  }

  async #kept(path: string): Promise<Response | undefined> {
    const cache = await this.#storage.open(this.#name)
    return cache.match(path)
  }
}

async function inTime(response: Promise<Response | undefined>): Promise<Response | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE)
  })
  const first = await Promise.race([response, late])
  clearTimeout(timer)
  return first
}

import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build, type Plugin } from 'vite'

const COMPRESSED = /\.(js|css|html|svg|webmanifest)$/

/** When the page is built: writes sw.js, which knows the files of this build, and a .br beside what gets smaller. */
export function serviceWorker(): Plugin {
  let root = ''
  let folder = ''
  return {
    name: 'ryadom-service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root
      folder = join(root, config.build.outDir)
    },
    async closeBundle(error) {
      if (error) return
      const files = filesIn(folder)
      await buildWorker(root, folder, files)
      for (const name of filesIn(folder)) compress(join(folder, name))
    },
  }
}

async function buildWorker(root: string, folder: string, files: string[]): Promise<void> {
  const addresses = files.map((name) => (name === 'index.html' ? '/' : `/${name}`))
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    define: { FILES: JSON.stringify(addresses), VERSION: JSON.stringify(version(folder, files)) },
    build: {
      target: 'es2022',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { input: 'src/sw.ts', output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  })
}

function version(folder: string, files: string[]): string {
  const hash = createHash('sha256')
  for (const name of files) hash.update(name).update('\0').update(readFileSync(join(folder, name)))
  return hash.digest('hex').slice(0, 12)
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort()
}

function compress(path: string): void {
  if (!COMPRESSED.test(path)) return
  const plain = readFileSync(path)
  const packed = brotliCompressSync(plain)
  if (packed.length < plain.length) writeFileSync(`${path}.br`, packed)
}

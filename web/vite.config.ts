import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { pageTexts } from './text.plugin.ts'
import { serviceWorker } from './worker.plugin.ts'

// The server that `npm run dev` passes everything to that is not the client's own.
const SERVER = process.env['RYADOM_SERVER'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte(), pageTexts(), serviceWorker()],
  build: {
    target: 'es2022',
    outDir: '../src/ryadom/web/client',
    emptyOutDir: true,
    // A strict Content-Security-Policy: nothing is inlined, and no script is written for module preloading.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '^/(?!$|\\?|src/|@|node_modules/|index.html|icon|browser.js|manifest)': { target: SERVER, ws: true } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
